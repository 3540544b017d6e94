"""Signals from outside: the command gets each exactly once, however it was sent."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.deliveries import lines, logger, members, running, state_of, wait_for_lines
from tests.support.patience import wait_for
from tests.support.wrapped import below_run, each

SENT = ("HUP", "INT", "QUIT", "TERM", "USR1", "WINCH", "CONT", "ALRM", "PIPE", "URG", "IO", "RTMIN")
NUMBERS = [*(int(getattr(signal, f"SIG{name}")) for name in SENT), 38]
LAST = int(signal.SIGUSR2)
EXPECTED = [str(number) for number in (*NUMBERS, LAST)]


def alone(pid: int, number: int) -> None:
    os.kill(pid, number)


def together(pid: int, number: int) -> None:
    os.killpg(pid, number)


def from_another_process(pid: int, number: int) -> None:
    subprocess.run(["kill", f"-{number}", str(pid)], check=True)


def one_by_one(pid: int, number: int) -> None:
    """Every process of the group by its own number, as a service manager ends a service."""
    for member in members(pid):
        with suppress(ProcessLookupError):  # it ended by the one before
            os.kill(member, number)


def one_by_one_when_busy(pid: int, number: int) -> None:
    """The same on a machine with much to do, where the sender waits for its turn again and again."""
    for member in members(pid):
        with suppress(ProcessLookupError):
            os.kill(member, number)
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            pass


WAYS = (alone, together, from_another_process, one_by_one, one_by_one_when_busy)


@pytest.mark.parametrize("send", WAYS)
def test_once(send: Callable[[int, int], None], project: Path, tmp_path: Path) -> None:
    def deliveries(command: Sequence[str]) -> tuple[list[str], int]:
        with running(command, log, project) as child:
            for count, number in enumerate(NUMBERS, 2):
                send(child.pid, number)
                wait_for_lines(log, count)
            time.sleep(0.3)  # one that came twice would be noted now
            send(child.pid, LAST)
            code = child.wait(timeout=60)
        found = lines(log)[1:]
        log.unlink()
        return found, code

    log = tmp_path / "log"
    bare, wrapped = each(logger(log), deliveries)

    assert bare == (EXPECTED, 3)
    assert wrapped == bare


def test_one_that_is_still_on_its_way_to_us(project: Path, tmp_path: Path) -> None:
    """The others of the group have it already when another one comes to all."""
    first, second = int(signal.SIGUSR1), int(signal.SIGINT)

    def noted(log: Path) -> tuple[list[str], bool]:
        """What the command noted, and whether all was sent in the half second that we look back."""
        with running(below_run(logger(log)), log, project) as child:
            for member in members(child.pid):
                if member != child.pid:
                    os.kill(member, first)
            wait_for_lines(log, 2)
            began = time.monotonic()
            os.killpg(child.pid, second)
            wait_for_lines(log, 3)
            time.sleep(0.1)  # we have asked who had it
            os.kill(child.pid, first)
            in_time = time.monotonic() - began < 0.3
            time.sleep(0.2)  # one that came twice would be noted now
            os.killpg(child.pid, LAST)
            assert child.wait(timeout=60) == 3
        return lines(log)[1:], in_time

    found = next(found for turn in range(60) for found, in_time in [noted(tmp_path / f"log{turn}")] if in_time)
    assert found == [str(first), str(second), str(LAST)]


@pytest.mark.parametrize("times", [60])
def test_many_by_turns(times: int, project: Path, tmp_path: Path) -> None:
    """To the group and to us alone, with no pause but that the command has noted the one before."""
    log = tmp_path / "log"
    sent = []
    with running(below_run(logger(log)), log, project) as child:
        for turn in range(times):
            number = NUMBERS[turn % len(NUMBERS)]
            WAYS[turn % 2](child.pid, number)
            sent.append(str(number))
            wait_for_lines(log, turn + 2)
        os.killpg(child.pid, LAST)
        assert child.wait(timeout=60) == 3

    assert lines(log)[1:] == [*sent, str(LAST)]


def test_by_name(project: Path, tmp_path: Path) -> None:
    """``pkill -f`` with a part of the command reaches it once, with our name once through us."""
    log = tmp_path / "log"
    with running(below_run(logger(log)), log, project) as child:
        for count, pattern in enumerate((str(log), f"lineage run .*{log}"), 2):
            subprocess.run(["pkill", "-USR1", "-g", str(child.pid), "-f", pattern], check=True)
            wait_for_lines(log, count)
        os.kill(child.pid, LAST)
        assert child.wait(timeout=60) == 3

    assert lines(log)[1:] == [str(int(signal.SIGUSR1))] * 2 + [str(LAST)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, 40])
@pytest.mark.parametrize("send", [alone, together])
def test_a_command_that_does_nothing_about_it(
    send: Callable[[int, int], None], number: int, project: Path, tmp_path: Path
) -> None:
    def code(command: Sequence[str]) -> int:
        with running(command, log, project, setup="ulimit -c 0") as child:
            send(child.pid, number)
            ended = child.wait(timeout=60)
            assert members(child.pid) == []
        log.unlink()
        return ended

    log = tmp_path / "log"
    assert each(["sh", "-c", 'echo ready >"$0"; exec sleep 100', str(log)], code) == (-number, -number)


def test_stopped_and_continued_from_outside(project: Path, tmp_path: Path) -> None:
    """SIGTSTP stops both, SIGCONT to us alone continues both."""
    log = tmp_path / "log"
    command = ["sh", "-c", 'echo "ready $$" >"$0"; exec sleep 100', str(log)]
    with running(below_run(command), log, project) as child:
        own = int(lines(log)[0].split()[1])
        for _ in range(5):
            os.kill(child.pid, signal.SIGTSTP)
            wait_for(lambda: (state_of(own), state_of(child.pid)) == ("T", "T"))
            os.kill(child.pid, signal.SIGCONT)
            wait_for(lambda: "T" not in (state_of(own), state_of(child.pid)))


def test_what_the_command_sends_to_its_parent_goes_to_our_caller(project: Path, tmp_path: Path) -> None:
    """As a program that tells its supervisor when it is ready."""
    program = 'kill -USR1 "$PPID"; while [ ! -e "$0" ]; do sleep 0.05; done; exit 3'

    def told(command: Sequence[str]) -> tuple[int, bytes]:
        mark = tmp_path / "mark"
        shell = (
            f"trap 'touch {mark}; echo ready' USR1; \"$@\" & until wait $!; c=$?; [ $c -lt 128 ]; do :; done; exit $c"
        )
        with running(
            ["bash", "-c", f"touch {tmp_path}/log; {shell}", "bash", *command], tmp_path / "none", project
        ) as one:
            out, _ = one.communicate(timeout=60)
        mark.unlink()
        return one.returncode, out

    (tmp_path / "none").write_text("ready\n")
    assert each(["sh", "-c", program, str(tmp_path / "mark")], told) == ((3, b"ready\n"), (3, b"ready\n"))
