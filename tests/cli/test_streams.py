"""Where the answer goes, and what happens when it cannot get there; Ctrl-C; a target that never answers."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import (
    MANIFEST,
    MODEL,
    Ended,
    command_line,
    is_running,
    python_of,
    run_lineage,
    script,
    snapshot,
    surroundings,
)
from tests.support.recording import recorded


@pytest.fixture
def root(project: Path, environment: Path) -> Path:
    recorded(project, environment)
    return project.resolve()


@pytest.fixture
def verify(environment: Path) -> tuple[str, ...]:
    return ("verify", MANIFEST, "--against", f"python:{python_of(environment)}")


def through_shell(redirection: str, arguments: Sequence[str], cwd: Path) -> Ended:
    """A command with its streams as a shell makes them."""
    command = ["/bin/bash", "-c", f'"$@" {redirection}', "bash", *command_line(*arguments)]
    done = subprocess.run(command, cwd=cwd, env=surroundings(), capture_output=True, text=True)
    return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def test_the_answer_goes_to_a_file_as_it_would_to_stdout(root: Path, verify: tuple[str, ...]) -> None:
    shown = run_lineage(*verify, "--format", "json", cwd=root)
    (root / "report.json").write_text("old")

    ended = run_lineage(*verify, "--format", "json", "--output", "report.json", cwd=root)

    assert ended == Ended(code=0, stdout="", stderr="")
    assert (root / "report.json").read_text() == shown.stdout
    assert json.loads(shown.stdout)["verdict"] == "pass"
    assert sorted(path.name for path in root.glob("*report*")) == ["report.json"]


def test_narration_is_not_part_of_the_answer(root: Path, environment: Path) -> None:
    arguments = ("capture", MODEL, "--from", f"python:{python_of(environment)}", "--format", "json")

    loud, quiet = run_lineage(*arguments, cwd=root), run_lineage(*arguments, "--quiet", cwd=root)

    assert loud.stdout == quiet.stdout
    assert (json.loads(loud.stdout)["command"], loud.stderr == "", quiet.stderr) == ("capture", False, "")


@pytest.mark.parametrize(
    ("redirection", "stderr"),
    [
        (">&-", "lineage: error: standard output: the answer cannot be written: it is closed\n"
         "  name a file with --output\n"),
        (">/dev/full", "lineage: error: standard output: the answer cannot be written: No space left on device\n"),
    ],
    ids=["closed", "full"],
)  # fmt: skip
def test_an_answer_that_cannot_be_written_is_no_success(
    redirection: str, stderr: str, root: Path, verify: tuple[str, ...]
) -> None:
    assert through_shell(redirection, verify, root) == Ended(code=2, stdout="", stderr=stderr)


@pytest.mark.parametrize("arguments", [None, ("--help",), ("verify", "--help")], ids=["answer", "help", "command help"])
def test_a_reader_that_goes_away_is_no_mismatch(
    arguments: tuple[str, ...] | None, root: Path, verify: tuple[str, ...]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            command_line(*(arguments or verify)), cwd=root, env=surroundings(), stdout=closed, stderr=subprocess.PIPE
        )

    assert (done.returncode, done.stderr) == (3, b"")


def test_a_closed_stderr_does_not_change_the_answer(root: Path, verify: tuple[str, ...]) -> None:
    assert through_shell("2>&-", verify, root) == run_lineage(*verify, cwd=root)


@pytest.mark.parametrize(
    ("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)], ids=["", "no", "empty"]
)
def test_colour_is_for_terminals(env: dict[str, str], coloured: bool, root: Path, verify: tuple[str, ...]) -> None:
    ours, theirs = pty.openpty()
    try:
        subprocess.run(command_line(*verify), cwd=root, env=surroundings(env), stdout=theirs, check=True)
        shown = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)

    assert (b"\x1b[32mpass: " in shown, b"pass: " in shown) == (coloured, True)
    assert "\x1b" not in run_lineage(*verify, cwd=root, env=env).stdout


def test_ctrl_c_ends_it_and_what_it_started(root: Path, tmp_path: Path) -> None:
    program = script(tmp_path / "python", f"echo $$ > {tmp_path}/started", "exec sleep 60")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = projects.snapshot(root)
    child = subprocess.Popen(
        command_line("verify", MANIFEST, "--against", f"python:{program}"),
        cwd=root,
        env=surroundings({"TMPDIR": str(scratch)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with child:
        target = _started(tmp_path / "started")
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)

    assert (child.returncode, stdout, stderr.strip()) == (130, b"", b"")
    assert not is_running(target)
    assert list(scratch.iterdir()) == []
    assert projects.snapshot(root) == before


def _started(marker: Path) -> int:
    for _ in range(1200):
        if marker.exists() and marker.read_text().endswith("\n"):
            return int(marker.read_text())
        time.sleep(0.05)
    raise AssertionError("the target was never run")


@pytest.mark.slow
def test_a_target_that_hangs_cannot_be_decided(root: Path, tmp_path: Path) -> None:
    program = script(tmp_path / "python", "exec sleep 600")

    assert run_lineage("verify", MANIFEST, "--against", f"python:{program}", cwd=root) == Ended(
        code=3, stdout="", stderr=f"lineage: error: {program}: did not answer within 30 seconds\n"
    )


def test_a_capture_whose_answer_can_go_nowhere_writes_no_manifest(project: Path, environment: Path) -> None:
    before = snapshot(project)
    ended = run_lineage(
        "capture", MODEL, "-q", "--from", python_of(environment), "--output", "none/answer", cwd=project
    )
    message = "lineage: error: none/answer: the directory to write it in does not exist\n"
    assert ended == Ended(code=2, stdout="", stderr=message + "  name a file in a directory that exists\n")
    assert snapshot(project) == before


def test_a_help_text_that_cannot_be_written_is_no_defect(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command_line("--help"), cwd=project, env=surroundings(), stdout=full, stderr=subprocess.PIPE, text=True
        )
    message = "lineage: error: standard output: cannot be used: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, message)


@pytest.mark.parametrize("command", ["log", "init", "verify", "show"])
def test_a_working_directory_that_is_gone_is_no_defect(command: str, tmp_path: Path) -> None:
    leave = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", leave, "sh", *command_line(command)], cwd=tmp_path, env=surroundings(), capture_output=True
    )
    message = b"lineage: error: the working directory does not exist any more\n  cd to one that does\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", message)
