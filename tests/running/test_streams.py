"""Standard streams of a command: the same bytes and the same ends, bare and below ``lineage run``."""

import hashlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import PATIENCE_S
from tests.support.wrapped import Outcome, below_run, both, outcome, start

LARGE = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(40_000))
"""More than any pipe holds, all byte values."""

REDIRECTIONS = ("<&-", ">&-", "2>&-", "<&- >&- 2>&-", "</dev/null", "1>&2", ">/dev/full")


def test_bytes(project: Path) -> None:
    bare, wrapped = both(["sh", "-c", "tee copy; cat copy >&2; exit 3"], project, given=LARGE)

    assert bare == Outcome(3, LARGE, LARGE)
    assert wrapped == bare


@pytest.mark.parametrize("redirection", REDIRECTIONS)
def test_redirected(redirection: str, project: Path) -> None:
    look = "ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/; s/[0-9]*]//; s/[0-9]*.fd//' | grep -E '^[012] '"
    command = ["sh", "-c", f"{{ {look}; }} >found; cat; echo out; echo err >&2; exit 3"]

    bare, wrapped = (
        (_redirected(one, project, redirection), (project / "found").read_bytes())
        for one in (command, below_run(command))
    )

    assert wrapped == bare


def _redirected(command: list[str], cwd: Path, redirection: str) -> Outcome:
    child = start(["bash", "-c", f'exec "$@" {redirection}', "bash", *command], cwd)
    stdout, stderr = child.communicate(timeout=PATIENCE_S)
    return Outcome(child.returncode, stdout, stderr)


def test_a_reader_that_goes_away_ends_the_command(project: Path) -> None:
    """By SIGPIPE, as a pipeline without us ends."""
    pipeline = ["bash", "-c", '"$@" | head -n 1; echo "${PIPESTATUS[@]}"', "bash"]

    bare, wrapped = (outcome([*pipeline, *command], project) for command in (["yes"], below_run(["yes"])))

    assert bare == Outcome(0, b"y\n%d 0\n" % (128 + signal.SIGPIPE), b"")
    assert wrapped == bare


def test_in_the_middle_of_a_pipeline(project: Path) -> None:
    command = ["tr", "a-z", "A-Z"]
    pipeline = ["bash", "-c", 'printf abc | "$@" | rev', "bash"]

    bare, wrapped = (
        outcome([*pipeline, *one], project) for one in (command, below_run(command, "--model", "models/fraud.pkl"))
    )

    assert (bare.stdout, wrapped.stdout) == (b"CBA", b"CBA")


@pytest.mark.parametrize("stream", [0, 1, 3])
def test_only_the_command_holds_them(stream: int, project: Path) -> None:
    """Whoever is at the other end sees that the command closed its own, while the command still runs."""
    command = ["sh", "-c", f"exec {stream}>&-; read word <go; exit 3"]
    os.mkfifo(project / "go")
    for one in (command, below_run(command)):
        reading, writing = os.pipe()
        ours, theirs = (writing, reading) if stream == 0 else (reading, writing)
        setup = f"exec 3>&{theirs} {theirs}>&-" if stream == 3 and theirs != 3 else ""
        choices: dict[int, dict[str, Any]] = {
            0: {"stdin": theirs},
            1: {"stdout": theirs},
            3: {"pass_fds": (theirs,)},
        }
        child = start(one, project, setup=setup, **choices[stream])
        os.close(theirs)
        if stream == 0:
            with pytest.raises(BrokenPipeError):
                while True:
                    os.write(ours, b"x" * 65536)
        else:
            assert os.read(ours, 1) == b""
        os.close(ours)
        assert child.poll() is None
        (project / "go").write_text("go\n")
        child.communicate(timeout=PATIENCE_S)
        assert child.returncode == 3


def test_what_the_command_leaves_running_keeps_its_streams(project: Path) -> None:
    """As bare: the end of the output comes when the last one that holds it ends."""
    os.mkfifo(project / "go")
    command = ["sh", "-c", "(read word <go; echo later) & echo now; exit 3"]
    for one in (command, below_run(command)):
        child = start(one, project)
        assert child.wait(timeout=PATIENCE_S) == 3
        (project / "go").write_text("go\n")
        assert child.communicate(timeout=PATIENCE_S) == (b"now\nlater\n", b"")


def test_narration_that_nobody_reads_changes_nothing(project: Path) -> None:
    """The reader of standard error goes away before there is anything to tell."""
    made = "open('models/fraud.pkl', 'w').write('x')"
    command = below_run([sys.executable, "-c", made], "--model", "models/fraud.pkl")
    command.remove("--quiet")
    reading, writing = os.pipe()
    os.close(reading)
    child = start(command, project, stderr=writing)
    os.close(writing)
    child.communicate(timeout=PATIENCE_S)

    assert child.returncode == 0
    assert (project / "models/fraud.pkl.lineage.toml").exists()
