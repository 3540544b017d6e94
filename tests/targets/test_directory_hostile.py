"""Directories that somebody prepared, and the command on directories of every kind: an answer, never a traceback."""

import json
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import ObservationError
from lineage.targets.startup import _FOREIGN as FOREIGN
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, make_repository, python_of, run_lineage, site_packages
from tests.support.recording import recorded
from tests.support.roots import make_root, observed, reasons, write_environment, write_python

Spoil = Callable[[Path], object]


def replaced(place: str, make: Spoil) -> Spoil:
    """Put something else where a file is."""

    def spoil(environment: Path) -> None:
        path = environment / place
        if path.is_symlink() or path.exists():
            path.unlink()
        make(path)

    return spoil


def loop(path: Path) -> Path:
    path.symlink_to(path.name)
    return path


def site_is(make: Spoil) -> Spoil:
    def spoil(environment: Path) -> None:
        site = site_packages(environment)
        site.rename(environment / "away")
        make(site)

    return spoil


CONFIGS: dict[str, tuple[Spoil, str]] = {
    "directory": (Path.mkdir, "not a regular file"),
    "fifo": (os.mkfifo, "not a regular file"),
    "loop": (loop, "too many links"),
    "huge": (lambda path: path.write_bytes(b"a = b\n" * 20_000), "larger than 65536 bytes"),
    "not UTF-8": (lambda path: path.write_bytes(b"home = /caf\xe9\n"), "not UTF-8"),
}


def config(text: str) -> Spoil:
    own = f"{text}\ninclude-system-site-packages = false\n"
    return replaced("pyvenv.cfg", lambda path: path.write_text(own))


NO_PROGRAM = "python: bin/python is not there"
NO_ELF = "python: bin/python is not a program that can be read"
OTHER_BASE = "python: pyvenv.cfg names another base than the one that its program is linked to"

ODD: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "config-nonsense": (config("= =\nhome\nversion = ...\nhome = \0"), (OTHER_BASE,)),
    "config-home-relative": (config("home = ../bin\nversion = 3.11.7"), (OTHER_BASE,)),
    "config-home-deep": (config(f"home = {'/x' * 9000}"), (OTHER_BASE,)),
    "python-fifo": (replaced("bin/python", os.mkfifo), (NO_PROGRAM,)),
    "python-loop": (replaced("bin/python", loop), (NO_PROGRAM,)),
    "python-directory": (replaced("bin/python", Path.mkdir), (NO_PROGRAM,)),
    "python-empty": (replaced("bin/python", Path.touch), (NO_ELF,)),
    "python-cut": (replaced("bin/python", lambda path: path.write_bytes(b"\x7fELF\x02\x01\x01" + b"\xff" * 60)), ()),
    "site-loop": (site_is(loop), ("packages: a directory on sys.path cannot be read: too many links",)),
    "site-fifo": (site_is(os.mkfifo), ()),
    "site-file": (site_is(Path.touch), ()),
    "site-gone": (site_is(lambda path: None), ()),
    "pth-fifo": (lambda env: os.mkfifo(site_packages(env) / "a.pth"),
                 ("packages: a .pth file cannot be read: a.pth: not a regular file",)),
    "pth-loop": (lambda env: loop(site_packages(env) / "a.pth"),
                 ("packages: a .pth file cannot be read: a.pth: too many links",)),
    "pth-directory": (lambda env: (site_packages(env) / "a.pth").mkdir(),
                      ("packages: a .pth file cannot be read: a.pth: not a regular file",)),
    "pth-of-loop": (lambda env: (site_packages(env) / "a.pth").write_text(f"{loop(env / 'x')}\n"),
                    ("packages: a directory on sys.path cannot be read: too many links",)),
    "pth-long-line": (lambda env: (site_packages(env) / "a.pth").write_text("x" * 100_000),
                      ("packages: a directory on sys.path cannot be read: File name too long",)),
    "pth-odd-name": (lambda env: (site_packages(env) / os.fsdecode(b"\x1b[2J\xff.pth")).write_text("import x\n"),
                     (f"startup:?[2J?.pth: {FOREIGN}",)),
    "metadata-fifo": (lambda env: replaced("METADATA", os.mkfifo)(site_packages(env) / "numpy-1.26.4.dist-info"),
                      ("package:numpy: its metadata cannot be read: not a regular file",)),
    "sitecustomize-fifo": (lambda env: os.mkfifo(site_packages(env) / "sitecustomize.py"),
                           (f"startup:sitecustomize.py: {FOREIGN}",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def environment(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.make_environment(tmp_path_factory.mktemp("environment") / "train", str(base / "bin" / "python"))


@pytest.fixture(scope="module")
def model(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a manifest of the training environment; nothing in it is changed."""
    root = make_repository(tmp_path_factory.mktemp("hostile") / "fraud")
    recorded(root, environment)
    return root


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_that_cannot_be_read_decides_nothing(
    name: str, model: Path, environment: Path, tmp_path: Path
) -> None:
    copied, (make, reason) = projects.copy(environment, tmp_path / "env"), CONFIGS[name]
    replaced("pyvenv.cfg", make)(copied)

    with pytest.raises(ObservationError) as caught:
        observed(copied)
    assert str(caught.value) == f"{copied}/pyvenv.cfg: cannot be read: {reason}"
    ended = run_lineage("verify", MANIFEST, "--against", f"dir:{copied}", cwd=model)

    assert (ended.code, ended.stdout) == (3, "")
    assert ended.stderr == f"lineage: error: {copied}/pyvenv.cfg: cannot be read: {reason}\n"


@pytest.mark.parametrize("name", ODD)
def test_an_odd_environment_is_never_a_pass_and_never_a_traceback(
    name: str, model: Path, environment: Path, tmp_path: Path
) -> None:
    copied, (spoil, expected) = projects.copy(environment, tmp_path / "env"), ODD[name]
    spoil(copied)

    assert tuple(reasons(observed(copied))) == expected
    ended = run_lineage("verify", MANIFEST, "--against", f"dir:{copied}", "-v", cwd=model)

    # Without any package those that are required are missing, which is a difference; else nothing can be decided.
    assert ended.code == (1 if name.startswith("site-") else 3), ended
    assert "Traceback" not in ended.stderr
    assert "\x1b" not in ended.stdout + ended.stderr


def test_an_interpreter_of_odd_name_is_listed_in_plain_characters(model: Path, tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    write_python(root / "usr")
    write_python(root / "opt" / os.fsdecode(b"\x1b[2J\xff"))

    ended = run_lineage("verify", MANIFEST, "--against", root, cwd=model)

    assert (ended.code, ended.stdout) == (2, "")
    assert "\x1b" not in ended.stderr
    assert "holds several Python interpreters: " in ended.stderr


def test_the_same_environment_passes_and_the_report_says_that_nothing_ran(model: Path, environment: Path) -> None:
    for target in (f"dir:{environment}", environment):
        ended = run_lineage("verify", MANIFEST, "--against", target, "--format", "json", cwd=model)

        report = json.loads(ended.stdout)
        assert (ended.code, report["verdict"], ended.stderr) == (0, "pass", "")
        assert (report["target"]["kind"], report["target"]["location"]) == ("dir", str(environment))
        assert report["target"]["executed"] is False
        assert report["checked"]["by"] == {"record": 3, "artifact": 0, "origin": 0, "version": 1}


def test_another_version_fails_and_a_missing_base_is_undecided(model: Path, environment: Path, tmp_path: Path) -> None:
    changed = projects.copy(environment, tmp_path / "changed")
    projects.reinstall(site_packages(changed), "numpy", "2.0.1")
    ended = run_lineage("verify", MANIFEST, "--against", f"dir:{changed}", cwd=model)
    assert ended.code == 1
    assert "1.26.4 → 2.0.1 (major)" in ended.stdout

    gone = projects.copy(environment, tmp_path / "gone")
    config = gone / "pyvenv.cfg"
    config.write_text(re.sub(r"^home = .*$", f"home = {tmp_path}/none/bin", config.read_text(), flags=re.MULTILINE))
    for path in (gone / "bin").glob("python*"):
        path.unlink()
    ended = run_lineage("verify", MANIFEST, "--against", f"dir:{gone}", cwd=model)
    assert ended.code == 3
    assert "unknown  python:implementation  the target does not tell" in ended.stdout


def test_capture_from_the_directory_writes_what_capture_from_its_interpreter_writes(
    environment: Path, tmp_path: Path
) -> None:
    written = []
    for name, target in (("a", f"dir:{environment}"), ("b", f"python:{python_of(environment)}")):
        root = make_repository(tmp_path / name / "fraud")
        ended = run_lineage("capture", MODEL, "--from", target, cwd=root)
        assert ended.code == 0, ended
        written.append(tomllib.loads((root / MANIFEST).read_text()))

    assert written[0]["environment"]["packages"] == written[1]["environment"]["packages"]
    assert (written[0]["id"], written[0]["problems"]) == (written[1]["id"], written[1]["problems"])


def test_capture_from_a_root_reads_everything_inside_it(tmp_path: Path) -> None:
    root, repository = make_root(tmp_path / "root"), make_repository(tmp_path / "fraud")
    write_python(root / "usr")
    write_python(root / "opt/python", "3.12.1")
    made = write_environment(root / "app/.venv", "/usr/bin")
    for name, (version, module, requires) in projects.PACKAGES.items():
        projects.install(site_packages(made), name, version, module=module, requires=requires)
    (root / "app/linked").symlink_to("/app/.venv")

    ended = run_lineage("capture", MODEL, "--from", f"dir:{root}", "--interpreter", "/app/linked", cwd=repository)

    assert ended.code == 0, ended
    environment = tomllib.loads((repository / MANIFEST).read_text())["environment"]
    assert {name: one["use"] for name, one in environment["packages"].items()} == {
        "joblib": "required",
        "numpy": "imported",
        "plotly": "present",
        "scikit-learn": "imported",
    }
    assert environment["platform"] == {"os": "linux", "machine": "x86_64", "libc": "glibc 2.36"}
    ended = run_lineage("verify", MANIFEST, "--against", root, "--interpreter", "/app/.venv", cwd=repository)
    assert ended.code == 0, ended
    assert f"dir:{root} (/app/.venv/bin/python), CPython 3.11.7" in ended.stdout
    ended = run_lineage("verify", MANIFEST, "--against", root, cwd=repository)
    assert ended.code == 2
    assert ended.stderr.endswith("choose one: --interpreter /app/.venv/bin/python\n")


@pytest.mark.parametrize("target", ["python:python3", "manifest:models/fraud", "lock:requirements.txt"])
def test_an_interpreter_is_chosen_in_directories_only(target: str, model: Path) -> None:
    ended = run_lineage("verify", MANIFEST, "--against", target, "--interpreter", "python3", cwd=model)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == (f"lineage: error: {target}: --interpreter chooses one of those in a directory: dir:PATH\n")
