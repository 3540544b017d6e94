"""On a terminal: its keys reach the command once, and job control is as without us."""

import re
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deliveries import lines, logger, state_of, wait_for_lines
from tests.support.patience import wait_for
from tests.support.terminal import INTERRUPT, QUIT, SUSPEND, Terminal
from tests.support.wrapped import below_run, each, kept_runs, manifests

INTERRUPTED, WINDOW, HUNG_UP, LAST = (
    str(int(one)) for one in (signal.SIGINT, signal.SIGWINCH, signal.SIGHUP, signal.SIGUSR2)
)
TRAINER = """
import signal, sys
def save(number, frame):
    with open("checkpoints", "a") as file:
        file.write("saved\\n")
    sys.exit(3)
signal.signal(signal.SIGINT, save)
print("ready", flush=True)
while True:
    signal.pause()
"""
JOB = 'echo ready; read word; echo "got $word"; exit 3'
SHELL = ["bash", "--norc", "--noprofile", "-i"]
QUIETLY = {"PS1": "$ ", "TERM": "dumb", "HISTFILE": ""}


def test_keys_arrive_once(project: Path, tmp_path: Path) -> None:
    """Twenty interrupts, and twenty other things in between, each noted before the next."""

    def noted(command: Sequence[str]) -> list[str]:
        with Terminal(command, project) as terminal:
            wait_for(lambda: lines(log))
            for turn in range(20):
                terminal.type(INTERRUPT)
                wait_for_lines(log, 2 + 2 * turn)
                if turn % 2:
                    terminal.type(QUIT)
                else:
                    terminal.resize(20 + turn, 70)
                wait_for_lines(log, 3 + 2 * turn)
            terminal.signal(signal.SIGUSR2)
            assert terminal.end() == 3
        found = lines(log)[1:]
        log.unlink()
        return found

    log = tmp_path / "log"
    expected = [one for turn in range(20) for one in (INTERRUPTED, str(int(signal.SIGQUIT)) if turn % 2 else WINDOW)]
    assert each(logger(log), noted) == ([*expected, LAST], [*expected, LAST])


@pytest.mark.parametrize("tries", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_trainer_that_saves_is_interrupted_once(tries: int, project: Path) -> None:
    for _ in range(tries):
        with Terminal(below_run([sys.executable, "-c", TRAINER]), project) as terminal:
            terminal.wait_for("ready")
            terminal.type(INTERRUPT)
            assert terminal.end() == 3

    assert (project / "checkpoints").read_text() == "saved\n" * tries
    assert (kept_runs(project), manifests(project)) == ([], [])


@pytest.mark.parametrize(("key", "number"), [(INTERRUPT, signal.SIGINT), (QUIT, signal.SIGQUIT)])
def test_a_command_that_does_nothing_about_a_key(key: str, number: int, project: Path) -> None:
    def code(command: Sequence[str]) -> int:
        with Terminal(["bash", "-c", 'ulimit -c 0; exec "$@"', "bash", *command], project) as terminal:
            terminal.wait_for("ready")
            terminal.type(key)
            return terminal.end()

    assert each(["sh", "-c", "echo ready; exec sleep 100"], code) == (-number, -number)


def test_the_terminal_hangs_up_on_the_leader_of_its_session(project: Path, tmp_path: Path) -> None:
    """The kernel tells the leader only; below us the command is not it."""

    def noted(command: Sequence[str]) -> list[str]:
        with Terminal(command, project) as terminal:
            wait_for(lambda: lines(log))
            terminal.hang_up()
            wait_for(lambda: HUNG_UP in lines(log))
            terminal.signal(signal.SIGUSR2)
            assert terminal.process.wait(timeout=60) == 3
        found = [one for one in lines(log)[1:] if one != str(int(signal.SIGCONT))]
        log.unlink()
        return found

    log = tmp_path / "log"
    assert each(logger(log), noted) == ([HUNG_UP, LAST], [HUNG_UP, LAST])


def as_job(command: Sequence[str], project: Path) -> None:
    """``./job`` becomes the command, so that a shell shows the same of both."""
    (project / "job").write_text(f"#!/bin/sh\nexec {shlex.join(command)}\n")
    (project / "job").chmod(0o755)


def shown(text: str) -> str:
    """What is the same each time: no numbers of processes."""
    return re.sub(r"^(\[1\]) \d+", r"\1 N", text.replace("\r", ""), flags=re.MULTILINE)


def test_stopped_and_continued_by_a_shell(project: Path) -> None:
    def session(command: Sequence[str]) -> list[str]:
        as_job(command, project)
        seen = []
        with Terminal(SHELL, project, QUIETLY) as shell:
            shell.type("./job\n")
            shell.wait_for("ready\r\n")
            for _ in range(3):
                shell.type(SUSPEND)
                seen.append(shell.wait_for("./job\r\n$ "))
                shell.type("echo code=$?; jobs\n")
                seen.append(shell.wait_for("./job\r\n$ "))
                shell.run("fg\n")
                seen.append(shell.wait_for("fg\r\n./job\r\n"))
            shell.type("word\n")
            seen.append(shell.wait_for("got word\r\n$ "))
            shell.type("echo code=$?\n")
            seen.append(shell.wait_for("code=3\r\n"))
            shell.type("exit 5\n")
            assert shell.end() == 5
        return [shown(one) for one in seen]

    bare, wrapped = each(["sh", "-c", JOB], session)
    assert wrapped == bare


def test_reading_in_the_background(project: Path) -> None:
    """It is stopped for that, as the shell says; in the foreground it reads; and ^C ends it there."""

    def session(command: Sequence[str]) -> list[str]:
        as_job(["sh", "-c", 'while [ ! -e "$0" ]; do sleep 0.05; done; exec "$@"', str(go), *command], project)
        seen = []
        with Terminal(SHELL, project, QUIETLY) as shell:
            shell.type("set -b; ./job &\n")
            shell.wait_for("\r\n$ ")
            go.touch()  # what the shell says of it now comes while it waits for a line
            shell.wait_for("ready\r\n")
            shell.wait_for("Stopped")
            shell.type("jobs -s; echo listed\n")
            shell.wait_for("listed\r\n")
            seen.append(shell.wait_for("listed\r\n$ "))
            shell.type("bg\n")
            shell.wait_for("Stopped")
            shell.wait_for("./job")
            shell.run("fg\n")
            shell.wait_for("fg\r\n./job\r\n")
            shell.type(INTERRUPT)
            shell.wait_for("$ ")
            shell.type("echo code=$?\n")
            seen.append(shell.wait_for("code=130\r\n"))
        go.unlink()
        return [shown(one).replace("$ ", "") for one in seen]

    go = project / "go"
    bare, wrapped = each(["sh", "-c", JOB], session)
    assert wrapped == bare


@pytest.mark.parametrize("around", ['"$@"; echo after', '"$@" | cat; echo after', '"$@" || echo after'])
@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("handles", [False, True])
def test_interrupted_inside_a_shell(around: str, shell: str, handles: bool, project: Path) -> None:
    """Whether the shell goes on after ^C depends on how the command ended."""

    def ended(command: Sequence[str]) -> tuple[str, int]:
        with Terminal([shell, "-c", around, shell, *command], project) as terminal:
            terminal.wait_for("ready\r\n")
            wait_for(lambda: state_of(terminal.process.pid) == "S")  # a shell that does not wait yet just dies
            terminal.type(INTERRUPT)
            code = terminal.end()
            return terminal.shown, code

    trap = "trap 'sleep 0.2; echo saved; exit 3' INT;" if handles else ""
    bare, wrapped = each(["sh", "-c", f"{trap} echo ready; while :; do sleep 0.05; done"], ended)
    assert wrapped == bare


def test_size_and_kind_of_the_terminal(project: Path) -> None:
    def seen(command: Sequence[str]) -> tuple[str, int]:
        with Terminal(command, project) as terminal:
            terminal.resize(33, 77)
            terminal.wait_for("ready\r\n")
            terminal.type("typed\n")
            code = terminal.end()
            return re.sub(r"/dev/pts/\d+", "PTS", terminal.shown), code

    look = "stty -echo; echo ready; read word; stty size; tty; test -t 0 -a -t 1 -a -t 2 && echo $word; exit 3"
    bare, wrapped = each(["sh", "-c", look], seen)
    assert wrapped == bare == ("ready\r\n33 77\r\nPTS\r\ntyped\r\n", 3)


def test_a_command_that_takes_the_terminal(project: Path) -> None:
    """A shell with job control of its own, below us."""
    with Terminal(below_run(SHELL), project, QUIETLY) as shell:
        shell.wait_for("$ ")
        shell.run("sh -c 'echo be\"\"gun; exec sleep 100'\n")
        shell.wait_for("begun\r\n")
        shell.type(SUSPEND)
        shell.wait_for("Stopped")
        shell.wait_for("$ ")
        shell.run("fg\n")
        shell.type(INTERRUPT)
        shell.wait_for("$ ")
        shell.type("exit 3\n")
        assert shell.end() == 3
