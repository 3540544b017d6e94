"""The variables of an environment that is not activated: as activating it would set them."""

import subprocess
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.running.activation import activation
from tests.support import projects


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a virtual environment and a program of its own in it."""
    projects.make_environment(tmp_path / "env", packages=())
    projects.script(tmp_path / "env" / "bin" / "tool", "echo tool")
    return tmp_path


def activated(place: Path, *commands: str) -> str:
    """What a shell prints after activating."""
    lines = [f". {place}/env/bin/activate", *commands]
    done = subprocess.run(
        ["sh", "-c", "\n".join(lines)], env={"PATH": "/usr/bin:/bin", "PYTHONHOME": "x"}, capture_output=True, text=True
    )
    return done.stdout


def test_as_activating_does(place: Path) -> None:
    given = {"PATH": "/usr/bin:/bin", "PYTHONHOME": "x", "KEPT": "1"}
    found = activation(str(place / "env" / "bin" / "python"), is_directory=False).variables(given)
    assert found == {"PATH": f"{place}/env/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(place / "env"), "KEPT": "1"}
    shown = activated(place, 'printf "%s\\n%s\\n%s" "$PATH" "$VIRTUAL_ENV" "${PYTHONHOME-unset}"')
    assert shown.splitlines() == [found["PATH"], found["VIRTUAL_ENV"], "unset"]


def test_an_active_environment_changes_nothing(place: Path) -> None:
    active = activation(str(place / "env"), is_directory=True)
    given = {"PATH": f"{place}/env/bin:/bin", "VIRTUAL_ENV": str(place / "env")}
    assert (active.changes(given), active.as_shell(given)) == ({}, "")


def test_an_interpreter_of_no_environment_ends_the_active_one(place: Path) -> None:
    bare = projects.script(place / "opt" / "bin" / "python3", "exit 0")
    active = activation(str(bare), is_directory=False)
    given = {"PATH": "/bin", "VIRTUAL_ENV": "/env"}
    assert (active.interpreter(), active.changes(given)) == (
        "python3",
        {"VIRTUAL_ENV": None, "PATH": f"{place}/opt/bin:/bin"},
    )
    assert active.as_shell(given) == f'env -u VIRTUAL_ENV PATH={place}/opt/bin:"$PATH"'


def test_an_environment_of_conda(place: Path) -> None:
    (place / "env" / "conda-meta").mkdir()
    active = activation(str(place / "env" / "bin" / "python"), is_directory=False)
    given = {"PATH": f"{place}/env/bin", "VIRTUAL_ENV": "/env"}
    assert active.variables(given) == {"PATH": f"{place}/env/bin", "CONDA_PREFIX": str(place / "env")}


def test_a_path_that_leads_back_is_shortened(place: Path) -> None:
    (place / "other").mkdir()
    active = activation(f"{place}/other/../env/bin/python", is_directory=False)
    assert (active.python, active.has("tool"), active.has("absent")) == (place / "env" / "bin" / "python", True, False)


def test_what_cannot_be_run_is_refused(place: Path) -> None:
    for location, is_directory, message in (
        (
            f"{place}/none",
            True,
            "holds no bin/python, so nothing can be run there\n  name the environment's interpreter: python:PATH",
        ),
        (
            f"{place}/none",
            False,
            "is not an interpreter that can be run\n  name an interpreter that exists: --in-env python:PATH",
        ),
    ):
        with pytest.raises(InputError) as caught:
            activation(location, is_directory=is_directory)
        assert str(caught.value) == f"{location}: {message}"
