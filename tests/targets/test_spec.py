"""TARGET as text → what it means; and which environment is meant when none is named."""

import os
import sys
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.lockfile import LockSource
from lineage.targets.spec import KINDS, Target, compared_source, default_target, parse_target, source_of
from tests.support.projects import script


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python:/opt/env/bin/python", Target(kind="python", location="/opt/env/bin/python")),
        ("python:python3.11", Target(kind="python", location="python3.11")),
        ("python:a:b", Target(kind="python", location="a:b")),
        ("manifest:models/fraud", Target(kind="manifest", location="models/fraud")),
        ("manifest:HEAD~1:models/m.lineage.toml", Target(kind="manifest", location="HEAD~1:models/m.lineage.toml")),
        ("models/m.lineage.toml", Target(kind="manifest", location="models/m.lineage.toml")),
        ("HEAD:models/m.lineage.toml", Target(kind="manifest", location="HEAD:models/m.lineage.toml")),
        (sys.executable, Target(kind="python", location=sys.executable)),
        ("lock:frozen.in", Target(kind="lock", location="frozen.in")),
        ("requirements.txt", Target(kind="lock", location="requirements.txt")),
        ("deploy/dev-requirements-cpu.txt", Target(kind="lock", location="deploy/dev-requirements-cpu.txt")),
        ("constraints.txt", Target(kind="lock", location="constraints.txt")),
    ],
)
def test_a_text_names_a_target(text: str, expected: Target) -> None:
    assert parse_target(text) == expected


def test_a_target_is_shown_with_its_prefix_and_reads_back() -> None:
    shown = [str(Target(kind=kind, location="some where")) for kind in KINDS]

    assert shown == ["python:some where", "dir:some where", "lock:some where", "manifest:some where"]
    assert [str(parse_target(text)) for text in shown] == shown


@pytest.mark.parametrize("kind", ["image", "registry", "https"])
def test_a_form_of_the_grammar_that_is_not_read_yet_is_never_taken_for_a_path(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script(tmp_path / f"{kind}:x")

    with pytest.raises(InputError) as caught:
        parse_target(f"{kind}:x")

    assert str(caught.value) == (
        f"{kind}:x: targets of the form {kind}: are not read by this version\n"
        "  write python:PATH, dir:PATH, lock:PATH or manifest:PATH"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("python:", "python:: names no path\n  write python:PATH"),
        ("manifest:", "manifest:: names no path\n  write manifest:PATH"),
        ("dir:", "dir:: names no path\n  write dir:PATH"),
        ("lock:", "lock:: names no path\n  write lock:PATH"),
        ("nothing", "nothing: the target does not exist\n  write python:PATH, dir:PATH, lock:PATH or manifest:PATH"),
        ("", "the target is an empty text\n  write python:PATH, dir:PATH, lock:PATH or manifest:PATH"),
        ("conda:base", "conda:base: the target does not exist\n"
         "  write python:PATH, dir:PATH, lock:PATH or manifest:PATH"),
        ("notes.txt", "notes.txt: the target is neither an interpreter nor a manifest\n"
         "  write python:PATH, dir:PATH, lock:PATH or manifest:PATH"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").touch()

    with pytest.raises(InputError) as caught:
        parse_target(text)

    assert str(caught.value) == message


def test_a_directory_is_a_target_of_its_own(tmp_path: Path) -> None:
    assert parse_target(str(tmp_path)) == Target(kind="dir", location=str(tmp_path))
    assert parse_target("dir:env") == Target(kind="dir", location="env")


def test_an_interpreter_is_examined_with_the_environment_of_the_caller() -> None:
    source = source_of(Target(kind="python", location="somewhere"), {})

    assert isinstance(source, InterpreterSource)
    assert source.location == "somewhere"


def test_a_lock_is_compared_but_cannot_be_examined() -> None:
    target = Target(kind="lock", location="requirements.txt")

    assert isinstance(compared_source(target, {}), LockSource)
    with pytest.raises(InputError) as caught:
        source_of(target, {})

    assert (
        str(caught.value)
        == "lock:requirements.txt: a lock cannot be examined\n  name an environment: python:PATH or dir:PATH"
    )


def test_a_manifest_cannot_be_examined() -> None:
    with pytest.raises(InputError) as caught:
        source_of(Target(kind="manifest", location="m.lineage.toml"), {})

    assert str(caught.value) == (
        "manifest:m.lineage.toml: a manifest cannot be examined\n  name an environment: python:PATH or dir:PATH"
    )


class Machine:
    """A machine with an environment of each kind, none of them active."""

    def __init__(self, base: Path) -> None:
        self.project = base / "project"
        self.project.mkdir()
        self.virtual, self.conda, self.local = base / "virtual", base / "conda", self.project / ".venv"
        self.bin = base / "bin"
        script(self.bin / "python")
        self.path = os.pathsep.join(["", str(base / "none"), str(self.bin)])

    def make_local(self) -> None:
        self.local.mkdir()
        (self.local / "pyvenv.cfg").touch()

    def means(self, **env: str) -> str:
        return str(default_target({"PATH": self.path} | env, self.project))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_with_nothing_active_it_is_the_first_python_on_path(machine: Machine) -> None:
    assert machine.means() == f"python:{machine.bin}/python"
    assert machine.means(VIRTUAL_ENV="", CONDA_PREFIX="") == f"python:{machine.bin}/python"


def test_the_active_virtual_environment_is_meant(machine: Machine) -> None:
    assert machine.means(VIRTUAL_ENV=str(machine.virtual)) == f"python:{machine.virtual}/bin/python"


def test_the_active_conda_environment_is_meant_but_not_conda_s_base(machine: Machine) -> None:
    prefix = str(machine.conda)

    assert machine.means(CONDA_PREFIX=prefix, CONDA_DEFAULT_ENV="train") == f"python:{prefix}/bin/python"
    assert machine.means(CONDA_PREFIX=prefix) == f"python:{prefix}/bin/python"
    assert machine.means(CONDA_PREFIX=prefix, CONDA_DEFAULT_ENV="base") == f"python:{machine.bin}/python"


def test_the_project_s_own_environment_stands_before_path(machine: Machine) -> None:
    machine.local.mkdir()
    assert machine.means() == f"python:{machine.bin}/python"  # a directory of that name is no environment

    (machine.local / "pyvenv.cfg").touch()
    assert machine.means() == f"python:{machine.local}/bin/python"


def test_two_names_of_one_environment_agree(machine: Machine) -> None:
    machine.make_local()
    machine.virtual.symlink_to(machine.local)

    assert machine.means(VIRTUAL_ENV=str(machine.virtual)) == f"python:{machine.virtual}/bin/python"


def test_environments_that_disagree_are_asked_for(machine: Machine) -> None:
    machine.make_local()

    with pytest.raises(InputError) as caught:
        machine.means(VIRTUAL_ENV=str(machine.virtual), CONDA_PREFIX=str(machine.conda))

    assert str(caught.value) == (
        f"which environment is meant? $VIRTUAL_ENV is {machine.virtual}, $CONDA_PREFIX is {machine.conda}, "
        f"the project's .venv is {machine.local}\n  name the target: python:PATH/bin/python"
    )


def test_conda_s_base_under_an_active_environment_is_no_disagreement(machine: Machine) -> None:
    env = {"CONDA_PREFIX": str(machine.conda), "CONDA_DEFAULT_ENV": "base", "VIRTUAL_ENV": str(machine.virtual)}

    assert machine.means(**env) == f"python:{machine.virtual}/bin/python"


def test_never_our_own_interpreter(machine: Machine) -> None:
    with pytest.raises(InputError) as caught:
        default_target({"PATH": str(machine.project)}, machine.project)

    assert str(caught.value) == "no Python environment was found\n  name the target: python:PATH"
