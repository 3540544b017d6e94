"""A program that notes each signal that it is sent, and what is told of it from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.patience import wait_for
from tests.support.wrapped import start

CAUGHT = ("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "WINCH", "CONT", "ALRM", "PIPE", "URG", "IO", "TSTP", "RTMIN")

LOGGER = f"""
import os, signal, sys, time
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
numbers = [getattr(signal, "SIG" + name) for name in {CAUGHT!r}] + [38]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
os.write(log, b"ready %d\\n" % os.getpid())
while True:
    got = signal.sigwaitinfo(numbers)
    os.write(log, b"%d\\n" % got.si_signo)
    if got.si_signo == signal.SIGUSR2:
        os._exit(3)
"""
"""Takes each signal at once, so that none is lost by falling on another; SIGUSR2 is the last."""


def logger(log: Path) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", LOGGER, str(log)]


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def wait_for_lines(log: Path, count: int) -> None:
    wait_for(lambda: len(lines(log)) >= count)


@contextmanager
def running(command: Sequence[str], log: Path, cwd: Path, setup: str = "") -> "Iterator[subprocess.Popen[bytes]]":
    """A command in a process group of its own that has said in ``log`` that it is ready."""
    child = start(command, cwd, setup=setup, process_group=0)
    try:
        wait_for(lambda: lines(log) or child.poll() is not None)
        assert child.poll() is None, child.communicate()
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if int(fields[2]) == group and fields[0] not in (b"Z", b"X"):
                    found.append(int(entry.name))
    return sorted(found)


def state_of(pid: int) -> str:
    """As ``/proc`` says: ``T`` for a stopped one."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
