"""What is left when ``lineage run`` is over: nothing of ours, and of the command what is left without us."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deliveries import lines, members, running
from tests.support.patience import wait_for
from tests.support.wrapped import below_run, each, kept_runs, manifests, outcome

READY = 'echo "ready $$" >"$0"'


def wait_for_none(group: int) -> None:
    wait_for(lambda: members(group) == [])


@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$", "kill -TERM $$"])
def test_nothing_after_the_end(end: str, project: Path, tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    os.mkfifo(go)
    command = ["sh", "-c", f"{READY}; read word <{go}; {end}", str(log)]
    with running(below_run(command), log, project) as child:
        assert len(members(child.pid)) == 3
        go.write_text("go\n")
        child.wait(timeout=60)
        assert members(child.pid) == []


def test_no_zombies_while_it_runs(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(below_run(["sh", "-c", f"{READY}; exec sleep 100", str(log)]), log, project) as child:
        children = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
        states = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0] for one in children]
        assert (len(states), "Z" in states) == (2, False)


@pytest.mark.parametrize("deep", [False, True])
def test_killed(deep: bool, project: Path, tmp_path: Path) -> None:
    """The command dies with us; what it started lives on, as when it is killed itself."""
    log, started = tmp_path / "log", tmp_path / "started"
    below = f'sleep 100 & echo $! >"{started}";' if deep else ""
    command = ["sh", "-c", f"{below} {READY}; exec sleep 100", str(log)]

    def left(words: Sequence[str]) -> tuple[int, int]:
        with running(words, log, project) as child:
            os.kill(child.pid, signal.SIGKILL)
            child.wait(timeout=60)
            expected = [int(started.read_text())] if deep else []
            wait_for(lambda: members(child.pid) == expected)
            code = child.returncode
        log.unlink()
        return code, len(expected)

    assert each(command, left) == ((-9, int(deep)), (-9, int(deep)))
    assert manifests(project) == []


def test_killed_with_the_whole_group(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(below_run(["sh", "-c", f"{READY}; exec sleep 100", str(log)]), log, project) as child:
        os.killpg(child.pid, signal.SIGKILL)
        assert child.wait(timeout=60) == -9
        wait_for_none(child.pid)


def test_the_next_run_removes_what_a_killed_one_left(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(below_run(["sh", "-c", f"{READY}; exec sleep 100", str(log)]), log, project) as child:
        (running_one,) = kept_runs(project)
        assert outcome(below_run(["sh", "-c", "exit 3"]), project).code == 3
        assert kept_runs(project) == [running_one]
        os.kill(child.pid, signal.SIGKILL)
        child.wait(timeout=60)
    assert kept_runs(project) == [running_one]

    assert outcome(below_run(["sh", "-c", "exit 3"]), project).code == 3
    assert kept_runs(project) == []


def test_a_daemon_lives_on(project: Path, tmp_path: Path) -> None:
    """It has a session of its own and is nobody's child any more."""
    log, go = tmp_path / "log", tmp_path / "go"
    os.mkfifo(go)
    daemon = f"echo ready >'{log}'; read word <'{go}'; echo over >>'{log}'"
    command = [
        "sh",
        "-c",
        f'setsid sh -c "$0" <&- >&- 2>&- & while [ ! -e {log} ]; do sleep 0.02; done; exit 3',
        daemon,
    ]

    def ended(words: Sequence[str]) -> tuple[int, list[str]]:
        code = outcome(words, project).code
        go.write_text("go\n")
        wait_for(lambda: len(lines(log)) == 2)
        found = lines(log)
        log.unlink()
        return code, found

    assert each(command, ended) == ((3, ["ready", "over"]), (3, ["ready", "over"]))


def test_the_helper_is_stopped_or_killed(project: Path, tmp_path: Path) -> None:
    """Signals to us alone still reach the command."""
    log = tmp_path / "log"
    for number in (signal.SIGSTOP, signal.SIGKILL):
        with running(below_run(["sh", "-c", f"{READY}; exec sleep 100", str(log)]), log, project) as child:
            own = int(lines(log)[0].split()[1])
            (helper,) = set(members(child.pid)) - {own, child.pid}
            os.kill(helper, number)
            os.kill(child.pid, signal.SIGTERM)
            assert child.wait(timeout=60) == -signal.SIGTERM
            wait_for_none(child.pid)
        log.unlink()
