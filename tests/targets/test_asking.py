"""An interpreter that is asked before all else is read: the same answer, and nothing left of a question given up."""

import os
from pathlib import Path

import pytest

from lineage.errors import InputError, ObservationError
from lineage.targets.interpreter import InterpreterSource
from tests.support.patience import wait_for
from tests.support.projects import MANIFEST, is_running, python_of, run_lineage, script
from tests.support.recording import recorded


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where questions leave their files, while they have any."""
    place = tmp_path / "scratch"
    place.mkdir()
    return place


@pytest.fixture
def here(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(scratch))
    return scratch


def hanging(tmp_path: Path) -> Path:
    """A program that never answers; it notes its process."""
    return script(
        tmp_path / "python", f"echo $$ > {tmp_path}/own.part; mv {tmp_path}/own.part {tmp_path}/own", "sleep 600"
    )


def process_of(tmp_path: Path) -> int:
    wait_for((tmp_path / "own").exists)
    return int((tmp_path / "own").read_text())


def test_the_answer_is_the_same_and_the_interpreter_runs_once(environment: Path, tmp_path: Path, here: Path) -> None:
    counting = script(tmp_path / "python", f"echo run >> {tmp_path}/runs", f'exec {python_of(environment)} "$@"')
    early, late = InterpreterSource(str(counting), env=os.environ), InterpreterSource(str(counting), env=os.environ)

    with early.asked():
        observation = early.observe()

    assert (tmp_path / "runs").read_text() == "run\n"
    assert observation == late.observe()
    assert [package.name for package in observation.environment.packages] != []
    assert list(here.iterdir()) == []


def test_nothing_is_left_of_a_question_that_nobody_waits_for(tmp_path: Path, here: Path) -> None:
    source = InterpreterSource(str(hanging(tmp_path)), env=os.environ)

    with pytest.raises(KeyboardInterrupt), source.asked():
        child = process_of(tmp_path)
        left = list(here.iterdir())
        raise KeyboardInterrupt

    assert len(left) == 1
    assert (list(here.iterdir()), is_running(child)) == ([], False)


def test_an_answer_that_does_not_come_leaves_nothing_either(tmp_path: Path, here: Path) -> None:
    program = hanging(tmp_path)
    source = InterpreterSource(str(program), env=os.environ, timeout_s=1)

    with pytest.raises(ObservationError) as caught, source.asked():
        process_of(tmp_path)
        source.observe()

    assert str(caught.value) == f"{program}: did not answer within 1 seconds"
    assert list(here.iterdir()) == []
    assert not is_running(process_of(tmp_path))


def test_what_hinders_the_question_is_met_when_it_is_observed(tmp_path: Path, here: Path) -> None:
    (tmp_path / "python").write_bytes(b"\x7fELF nothing")
    (tmp_path / "python").chmod(0o755)
    source = InterpreterSource(str(tmp_path / "python"), env=os.environ)

    with source.asked(), pytest.raises(InputError) as caught:
        source.observe()

    assert str(caught.value) == f"{tmp_path}/python: cannot be started: Exec format error"
    assert list(here.iterdir()) == []


def test_what_an_interpreter_leaves_in_its_directory_goes_too(environment: Path, tmp_path: Path, here: Path) -> None:
    leaving = script(tmp_path / "python", "mkdir -p a/b; touch a/b/c d", f'exec {python_of(environment)} "$@"')

    InterpreterSource(str(leaving), env=os.environ).observe()

    assert list(here.iterdir()) == []


@pytest.mark.parametrize("form", ["python:{}", "{}"])
def test_a_manifest_that_cannot_be_read_is_what_a_gate_says_first(
    form: str, project: Path, environment: Path, tmp_path: Path, here: Path
) -> None:
    recorded(project, environment)
    (project / MANIFEST).write_text("schema = 1\n")
    program = hanging(tmp_path)

    ended = run_lineage("verify", MANIFEST, "--against", form.format(program), cwd=project)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"lineage: error: {MANIFEST}: ")
    assert list(here.iterdir()) == []
    assert not (tmp_path / "own").exists() or not is_running(process_of(tmp_path))


def test_a_target_that_is_not_there_is_named_after_the_manifest_was_read(project: Path, environment: Path) -> None:
    recorded(project, environment)

    ended = run_lineage("verify", MANIFEST, "--against", "python:absent", cwd=project)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == "lineage: error: absent: the interpreter does not exist\n  name one as python:PATH\n"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("exec yes", "said more than 16 MiB: it was ended"),
        ('head -c 9000000 /dev/zero > "$3"', "answer is larger than 8388608 bytes"),
        ('mkdir "$3"', "ended with status 0 and did not describe itself as a Python interpreter"),
    ],
)
def test_an_interpreter_that_says_too_much(said: str, reason: str, tmp_path: Path, here: Path) -> None:
    program = script(tmp_path / "python", said)

    with pytest.raises(ObservationError) as caught:
        InterpreterSource(str(program), env=os.environ).observe()

    assert str(caught.value).startswith(f"{program}: {reason}")
    assert list(here.iterdir()) == []
