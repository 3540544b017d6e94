"""What installers leave behind, and environments that were left behind: by real pip, real uv and a lost base."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.portable.environment import EDITABLE, Package
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.source import Examination
from lineage.targets.spec import Target, parse_target
from tests.support.projects import python_of, script, site_packages, write
from tests.support.wheels import build_wheel

UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
NEEDS_UV = pytest.mark.skipif(UV is None, reason="uv is not installed")
INSTALLERS = ["pip", pytest.param("uv", marks=NEEDS_UV)]

BACKEND = b'''"""A build backend of its own: needs nothing but the standard library."""

import os
import zipfile

INFO = "tiny-1.0.dist-info"


def build_editable(directory, settings=None, metadata=None):
    name = "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.writestr("tiny.pth", os.path.join(os.getcwd(), "src") + os.linesep)
        wheel.writestr(INFO + "/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
        wheel.writestr(INFO + "/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(INFO + "/RECORD", "tiny.pth,,\\n" + INFO + "/METADATA,,\\n" + INFO + "/WHEEL,,\\n")
    return name


build_wheel = build_editable
'''
PROJECT = {
    "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    b'[project]\nname = "tiny"\nversion = "1.0"\n',
    "backend.py": BACKEND,
    "src/tiny.py": b"",
    "src/tiny.egg-info/PKG-INFO": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
}


def examine(python: Path, **env: str) -> Examination:
    return InterpreterSource(str(python), env={**os.environ, **env}).examine()


def install(installer: str, environment: Path, *arguments: str) -> None:
    python = str(python_of(environment))
    if installer == "pip":
        command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
    else:
        command = [str(UV), "pip", "install", "--python", python, "--no-cache", "--offline"]
    subprocess.run([*command, "--no-index", *arguments], check=True, capture_output=True)


def empty_environment(path: Path) -> Path:
    venv.EnvBuilder(with_pip=False).create(path)
    return path


@NEEDS_UV
def test_pip_and_uv_install_a_wheel_as_one_package(tmp_path: Path) -> None:
    build_wheel(tmp_path)
    found: dict[str, tuple[Package, ...]] = {}
    for installer in ("pip", "uv"):
        environment = empty_environment(tmp_path / installer)
        install(installer, environment, "--find-links", str(tmp_path), "small-wheel")
        found[installer] = examine(python_of(environment)).observation.environment.packages

    (by_pip,), (by_uv,) = found["pip"], found["uv"]
    assert (by_pip.installer, by_uv.installer) == ("pip", "uv")
    assert by_pip._replace(installer=None) == by_uv._replace(installer=None)
    assert by_pip.record is not None and by_pip.tag == "py3-none-any"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_an_editable_install_is_one_package_and_names_its_source(installer: str, tmp_path: Path) -> None:
    write(tmp_path / "tiny", PROJECT)
    environment = empty_environment(tmp_path / "env")

    install(installer, environment, "-e", str(tmp_path / "tiny"))

    expected = Package("tiny", "1.0", origin=EDITABLE, installer=installer, tag="py3-none-any")
    found = examine(python_of(environment))
    assert [(one.package, one.source) for one in found.distributions] == [(expected, str(tmp_path / "tiny"))]
    assert (found.observation.unknown, found.observation.problems) == ((), ())

    # From its own directory first on the path the same source answers, as setuptools describes it.
    (first,) = examine(python_of(environment), PYTHONPATH=str(tmp_path / "tiny" / "src")).distributions
    assert (first.package, first.source) == (Package("tiny", "1.0", origin=EDITABLE), str(tmp_path / "tiny"))

    (site_packages(environment) / "tiny-1.0.dist-info" / "direct_url.json").unlink()
    (old,) = examine(python_of(environment)).distributions
    assert (old.package, old.source) == (expected, str(tmp_path / "tiny" / "src"))


def test_a_pth_file_that_leads_nowhere_else_is_what_a_package_installs(tmp_path: Path) -> None:
    environment = empty_environment(tmp_path / "env")
    info = "hook-1.0.dist-info"
    files = {
        "hook.pth": b"import sys\n",
        f"{info}/METADATA": b"Name: hook\nVersion: 1.0\n",
        f"{info}/RECORD": b"hook.pth,sha256=x,1\n",
    }
    write(site_packages(environment), files)

    (found,) = examine(python_of(environment)).distributions
    assert (found.package.origin, found.source) == (None, None)
    assert found.package.record is not None


def test_a_source_of_another_version_is_a_second_copy(tmp_path: Path) -> None:
    write(tmp_path / "tiny", PROJECT | {"src/tiny.egg-info/PKG-INFO": b"Name: tiny\nVersion: 1.1\n"})
    environment = empty_environment(tmp_path / "env")
    install("pip", environment, "-e", str(tmp_path / "tiny"))

    (problem,) = examine(python_of(environment)).observation.problems
    assert problem == (
        "package.shadowed",
        "package:tiny",
        "version 1.0 stands in front of another copy, version 1.1",
    )


def failure(python: Path) -> str:
    with pytest.raises(InputError) as caught:
        examine(python)
    return str(caught.value)


HINT = "  make the environment anew with an interpreter that is there, or install that one again"


def test_an_environment_whose_base_interpreter_is_gone(tmp_path: Path) -> None:
    environment = empty_environment(tmp_path / "env")
    python = python_of(environment)
    for name in ("python", "python3"):
        (environment / "bin" / name).unlink()
        (environment / "bin" / name).symlink_to(tmp_path / "gone" / "bin" / "python3")

    lost = tmp_path / "gone" / "bin" / "python3"
    assert failure(python) == f"{python}: its base interpreter is gone: {lost} does not exist\n{HINT}"


def test_an_interpreter_of_its_own_whose_base_is_gone(tmp_path: Path) -> None:
    lost = "Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding"
    python = script(tmp_path / "env" / "bin" / "python", f"echo '{lost}' >&2; exit 1")
    (tmp_path / "env" / "pyvenv.cfg").write_text(f"home = {tmp_path}/gone/bin\nversion = 3.11.7\n")

    assert failure(python) == f"{python}: its base interpreter is gone: {tmp_path}/gone/bin does not exist\n{HINT}"


def test_a_copied_interpreter_that_still_answers_is_described(tmp_path: Path) -> None:
    venv.EnvBuilder(with_pip=False, symlinks=False).create(tmp_path / "env")
    config = tmp_path / "env" / "pyvenv.cfg"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("home")]
    config.write_text("\n".join([f"home = {tmp_path}/gone/bin", *lines, ""]))
    python = python_of(tmp_path / "env")
    if subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip("this Python finds its library by that line")

    assert examine(python).observation.environment.python == sys.version.split()[0]


def test_the_path_of_a_lost_interpreter_still_names_one(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(tmp_path / "gone")

    assert parse_target(str(tmp_path / "python")) == Target(kind="python", location=str(tmp_path / "python"))
