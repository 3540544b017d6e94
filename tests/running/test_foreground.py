"""A command run in the foreground by a process that has other things to do after it."""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from lineage.running.foreground import Ended, end_like, given_environment, is_supported, replace_by, run_foreground
from lineage.running.sentinel import Sentinel, maskable
from tests.running.test_endings import LETHAL
from tests.support.projects import surroundings, write

SEARCH = {"PATH": os.defpath}


def run(*argv: str, env: Mapping[str, str] | None = None) -> Ended:
    return run_foreground(argv, env=env or SEARCH, tick=lambda _: 1.0)


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param((0, 1, 2, 125, 126, 127, 128, 130, 255), id="some"),
        pytest.param(range(256), id="all", marks=pytest.mark.slow),
    ],
)
def test_every_status(statuses: Sequence[int]) -> None:
    assert [run("/bin/sh", "-c", f"exit {one}") for one in statuses] == [Ended(status=one) for one in statuses]


@pytest.mark.parametrize("number", [*map(int, LETHAL), 34, 50, 64])
def test_every_signal(number: int) -> None:
    assert run("sh", "-c", f"ulimit -c 0; kill -{number} $$") == Ended(signal=number)


def test_nothing_of_ours_changes() -> None:
    def ours() -> tuple[object, ...]:
        handlers = [signal.getsignal(one) for one in sorted(maskable())]
        return signal.pthread_sigmask(signal.SIG_BLOCK, []), handlers, sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208

    before = ours()
    run("true")
    run("absent-command")
    assert ours() == before
    assert not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()


def test_a_signal_that_falls_on_the_end_does_not_reach_us() -> None:
    """Whatever is pending when the command ends was sent while it ran."""
    program = "trap '' TERM IO; kill -TERM 0; kill -IO 0; exit 3"
    group = (
        "import os; os.setpgid(0, 0); from tests.running.test_foreground import *; end_like(run('sh', '-c', PROGRAM))"
    )
    code = f"import sys; PROGRAM = {program!r}; {group}"
    done = subprocess.run([sys.executable, "-c", code], env=surroundings(), capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (3, "")


def test_it_is_looked_at_while_it_runs(tmp_path: Path) -> None:
    looks: list[int] = []

    def tick(pid: int) -> float:
        looks.append(pid)
        if len(looks) == 3:
            (tmp_path / "go").touch()
        return 0.01

    program = 'while [ ! -e "$0" ]; do sleep 0.01; done; exit 3'
    ended = run_foreground(["sh", "-c", program, str(tmp_path / "go")], env=SEARCH, tick=tick)

    assert (ended, len(looks) >= 3, len(set(looks))) == (Ended(status=3), True, 1)


def test_what_cannot_be_started(tmp_path: Path) -> None:
    write(tmp_path, {"a/tool": b"", "b/tool": b"exit 5\n", "c/tool": b"exit 6\n"})
    (tmp_path / "b/tool").chmod(0o755)
    (tmp_path / "c/tool").chmod(0o755)
    paths = {name: str(tmp_path / name) for name in "abc"}

    def found(path: str) -> Ended:
        return run("tool", env={"PATH": path})

    assert found(paths["a"]) == Ended(status=126, started=False, reason="Permission denied")
    assert found(f"/nowhere:{tmp_path}/a/tool:{paths['a']}:{paths['b']}:{paths['c']}") == Ended(status=5)
    assert found("/nowhere") == Ended(status=127, started=False, reason="No such file or directory")
    assert run("") == Ended(status=127, started=False, reason="No such file or directory")
    assert run(f"{tmp_path}/a/tool/x") == Ended(status=127, started=False, reason="Not a directory")
    assert run("/bin/true", "x" * 200_000) == Ended(status=126, started=False, reason="Argument list too long")


def forked(action: Callable[[], object]) -> int:
    """The exit code of an action in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except AssertionError:
            traceback.print_exc()
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("status", [0, 1, 125, 255])
def test_ending_with_its_status(status: int) -> None:
    assert forked(lambda: end_like(Ended(status=status))) == status


@pytest.mark.parametrize("number", [*map(int, LETHAL), 34, 64])
def test_ending_by_its_signal(number: int) -> None:
    assert forked(lambda: end_like(Ended(signal=number))) == -number


def test_a_signal_that_ends_nothing() -> None:
    """It cannot have ended the command; what is left then is what shells say."""
    assert forked(lambda: end_like(Ended(signal=signal.SIGCHLD))) == 128 + signal.SIGCHLD


def test_becoming_it() -> None:
    assert forked(lambda: replace_by(["sh", "-c", "exit 7"], SEARCH)) == 7
    assert forked(lambda: end_like(replace_by(["absent-command"], SEARCH))) == 127


def test_the_environment_as_it_was_given() -> None:
    program = (
        "import os; from lineage.running.foreground import given_environment as g; os.environ['X'] = '1'; print(g())"
    )
    given = {"PATH": os.defpath, "LC_ALL": "", "PYTHONPATH": surroundings()["PYTHONPATH"], "E": "", "B": "\udcff=\n"}
    done = subprocess.run([sys.executable, "-P", "-c", program], env=given, capture_output=True, text=True, check=True)

    assert done.stdout == f"{given}\n"
    assert given_environment()["PATH"]
    assert is_supported()


def test_the_sentinel(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells of each signal once, by number and sender.

    Asked in a process of its own: here a signal could reach a thread of another test, which blocks none.
    """
    now = [0.0]
    monkeypatch.setattr("lineage.running.sentinel.time.monotonic", lambda: now[0])
    assert forked(lambda: ask_sentinel(now)) == 0


def ask_sentinel(now: list[float]) -> NoReturn:
    signal.pthread_sigmask(signal.SIG_BLOCK, maskable())
    sentinel = Sentinel(["some", "command line"])
    try:
        child = int(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[-1])
        me, user, other = os.getpid(), int(signal.SIGUSR1), int(signal.SIGUSR2)
        assert sentinel.had(user, me) is False
        for number in (user, other):
            os.kill(child, number)
            os.kill(me, number)
        assert (sentinel.had(user, 1), sentinel.had(user, me), sentinel.had(user, me)) == (False, True, False)
        assert sentinel.had(other, me) is True
        assert signal.sigtimedwait({user, other}, 1) is not None
        assert signal.sigtimedwait({user, other}, 1) is not None
        os.kill(child, user)
        assert (sentinel.had(other, me), sentinel.had(user, me)) == (False, True)  # it was still on its way to us
        os.kill(child, user)
        assert sentinel.had(other, me) is False
        now[0] += 0.6
        assert sentinel.had(user, me) is False
        assert Path(f"/proc/{child}/comm").read_text() == "some\n"
        assert Path(f"/proc/{child}/cmdline").read_bytes().rstrip(b"\0") == b"some\0command line"
        assert len(os.listdir(f"/proc/{child}/fd")) == 2  # noqa: PTH208
        os.kill(child, signal.SIGKILL)
        assert (sentinel.had(user, me), sentinel.had(user, me)) == (None, None)
    finally:
        sentinel.end()
    os._exit(0)
