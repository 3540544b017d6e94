"""What the files of a machine tell of a run: libraries mapped from elsewhere, packages changed while it went on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.capturing.use.evidence import Evidence
from lineage.manifest.files import read_manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, install, python_of, site_packages
from tests.support.recording import captured
from tests.support.wheels import FILES, record_of
from tests.support.wrapped import below_run, outcome

LIBRARY = "libopenblas.so.0"
SAVE = f"open({MODEL!r}, 'wb').write(b'\\x80\\x04K\\x01.')\n"
FOREIGN = Problem(
    "environment.foreign-library",
    f"library:{LIBRARY}",
    "loaded 0 by its file's name: no installed package provides it",
)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real shared object with the name of a known one."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    path = tmp_path_factory.mktemp("libraries") / LIBRARY
    source = path.with_suffix(".c")
    source.write_text("int cblas_dummy(void) { return 1; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", path, source], check=True, capture_output=True)
    return path


@pytest.fixture
def copied(environment: Path, tmp_path: Path) -> Path:
    return projects.copy(environment, tmp_path / "env")


def trained(root: Path, environment: Path, train: str) -> tuple[Problem, ...]:
    """The problems of a watched run of this program, which saves the model at its end."""
    projects.write(root, {"train.py": (train + SAVE).encode()})
    projects.commit(root)
    ended = outcome(below_run([str(python_of(environment)), "train.py"]), root)
    assert ended.code == 0, ended.stderr.decode()
    return read_manifest(root / MANIFEST).manifest.problems


def bring(site: Path, library: Path, name: str) -> Path:
    """The library as a file of a distribution."""
    install(site, name, "0.3.21", module=name)
    (info,) = site.glob(f"{name}-*.dist-info")
    with (info / "RECORD").open("a") as record:
        record.write(f"{name}.libs/{LIBRARY},,\n")
    brought = site / f"{name}.libs" / LIBRARY
    brought.parent.mkdir()
    shutil.copy(library, brought)
    return brought


def test_a_library_that_no_package_brought_is_a_problem(project: Path, environment: Path, library: Path) -> None:
    train = f"import ctypes\nctypes.CDLL({str(library)!r})\n"

    assert trained(project, environment, train) == (FOREIGN,)
    assert str(library.parent) not in (project / MANIFEST).read_text().partition("[run]")[0]


def test_a_library_of_a_package_is_none(project: Path, copied: Path, library: Path) -> None:
    brought = bring(site_packages(copied), library, "blasbin")

    assert trained(project, copied, f"import ctypes\nctypes.CDLL({str(brought)!r})\n") == ()


def test_inside_of_the_process_too(project: Path, library: Path) -> None:
    train = f"import ctypes\nctypes.CDLL({str(library)!r})\n{SAVE}import lineage\nlineage.capture({MODEL!r})\n"
    projects.write(project, {"train.py": train.encode()})
    projects.commit(project)

    subprocess.run([sys.executable, "train.py"], cwd=project, env=projects.surroundings(), check=True)

    assert FOREIGN in read_manifest(project / MANIFEST).manifest.problems


def test_who_may_have_brought_it(project: Path, copied: Path, library: Path) -> None:
    """A link beside the environment, a record of conda, a distribution that does not tell its files."""
    site = site_packages(copied)
    brought = bring(site, library, "blasbin")
    moved = copied.parent / "cache" / LIBRARY
    moved.parent.mkdir()
    brought.rename(moved)
    brought.symlink_to(moved)
    conda = copied / "lib" / LIBRARY
    shutil.copy(library, conda)

    def found(*mapped: Path) -> list[Problem]:
        seen = Evidence(libraries=frozenset(map(str, mapped)), is_whole=True)
        problems = captured(project, copied, seen=seen).manifest.problems
        return [one for one in problems if one.code.startswith("environment.")]

    assert found(moved) == []
    assert found(conda) == [FOREIGN]
    record = b'{"name": "libopenblas", "version": "0.3.21", "build": "h0", "channel": "a", "files": ["lib/%s"]}'
    projects.write(copied, {"conda-meta/libopenblas-0.3.21-h0.json": record % LIBRARY.encode()})
    assert found(conda) == []
    unlisted = site / "silent" / LIBRARY
    unlisted.parent.mkdir()
    shutil.copy(library, unlisted)
    assert found(unlisted) == [FOREIGN]
    install(site, "quiet", "1.0", record=False)
    assert found(unlisted) == []


def test_what_is_installed_while_it_runs_is_a_problem(project: Path, copied: Path, tmp_path: Path) -> None:
    """Unpacked as an installer does it, by the training itself; also one that it never loads."""
    site = site_packages(copied)
    files = {path: content for path, content in FILES.items() if ".data/" not in path}
    projects.write(tmp_path / "wheel", {**files, "small_wheel-1.0.dist-info/RECORD": record_of(files)})
    wheel = str(tmp_path / "wheel")
    train = f"import numpy, shutil, sklearn\nshutil.copytree({wheel!r}, {str(site)!r}, dirs_exist_ok=True)\n"
    touch = f"import os\nos.utime({str(site / 'plotly-5.22.0.dist-info')!r})\n"
    touch += f"os.utime({str(site / 'numpy-1.26.4.dist-info' / 'RECORD')!r})\nimport small_wheel\n"

    problems = trained(project, copied, train + touch)

    detail = "was installed or changed during the run: what is recorded may not be what was loaded"
    assert problems == (
        Problem("environment.changed-during-run", "package:numpy", detail),
        Problem("environment.changed-during-run", "package:small-wheel", detail),
    )


@pytest.mark.parametrize("path", ["numpy/__init__.py", "numpy.py"])
def test_a_package_that_was_loaded_from_elsewhere_is_a_problem(
    path: str, project: Path, copied: Path, tmp_path: Path
) -> None:
    """An in-place build in front of the installed package; what another package vendors is none."""
    projects.write(tmp_path, {f"build/{path}": b"__version__ = '2.0'\n"})
    projects.write(
        site_packages(copied), {"plotly/_vendor/joblib/__init__.py": b"", "unlisted/joblib/__init__.py": b""}
    )
    before = f"import sys; sys.path.insert(0, {str(tmp_path / 'build')!r})\n"

    problems = trained(project, copied, before + "import numpy, joblib, plotly._vendor.joblib\n")

    detail = f"was loaded from {path} of no distribution: what is recorded is not what ran"
    assert problems == (Problem("package.loaded-from-elsewhere", "package:numpy", detail),)


def test_a_link_made_for_another_environment_is_none(project: Path, copied: Path, tmp_path: Path) -> None:
    """As uv installs: it links files of its cache into each environment, and so moves their change times."""
    record = site_packages(copied) / "numpy-1.26.4.dist-info" / "METADATA"
    train = f"import numpy, os, sklearn\nos.link({str(record)!r}, {str(tmp_path / 'METADATA')!r})\n"

    assert trained(project, copied, train) == ()
    assert record.stat().st_nlink == 2


def test_what_is_installed_before_the_training_begins_is_none(project: Path, copied: Path) -> None:
    """Also by the command itself."""
    record = site_packages(copied) / "numpy-1.26.4.dist-info" / "RECORD"
    projects.write(project, {"train.py": f"import numpy\n{SAVE}".encode()})
    projects.commit(project)
    command = ["sh", "-c", f"touch '{record}' && exec '{python_of(copied)}' train.py"]

    before = record.stat().st_ctime_ns
    ended = outcome(below_run(command), project)

    assert (ended.code, record.stat().st_ctime_ns > before) == (0, True)
    assert read_manifest(project / MANIFEST).manifest.problems == ()
