"""One command run as if nothing stood between it and its caller.

The command stays in our process group and on our terminal, so the terminal's signals and job control reach it by
themselves, once. A signal sent to us alone is passed on; one sent to the whole group has reached the command already.
Which of the two it was, only another member of the group can tell: the ``Sentinel``.
Linux only: it needs ``sigtimedwait`` and ``waitid``.
"""

import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lineage.errors import InputError
from lineage.running.sentinel import Sentinel, maskable
from lineage.system.surroundings import as_given

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""As shells end when a command cannot be started."""

_PATIENCE_S = 1.0
_OF_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGWINCH})
"""What a terminal sends, it sends to the whole group."""

_SI_KERNEL = 0x80  # as for ^C
_STOPS = frozenset({signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_IGNORED_BY_PYTHON = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
_SETTLE_S, _MOST_SETTLES = 0.02, 10
_PR_SET_PDEATHSIG = 1

Tick = Callable[[int], float]
"""Called with the command's pid; gives the seconds until it wants to be called again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: by itself, or by a signal."""

    status: int = 0
    """exit status, 0 - 255"""
    signal: int | None = None
    started: bool = True
    """``False``: it never ran, ``status`` is 126 or 127"""
    reason: str = ""
    """why it never ran"""


def is_supported() -> bool:
    return sys.platform.startswith("linux") and hasattr(signal, "sigtimedwait") and hasattr(os, "waitid")


def given_environment() -> dict[str, str]:
    """The environment as it was given to us: without what Python (``LC_CTYPE``, PEP 538) and we changed since."""
    try:
        content = Path("/proc/self/environ").read_bytes()
    except OSError:
        return as_given(os.environ)
    found = (one.partition(b"=") for one in content.split(b"\0"))
    return as_given({os.fsdecode(name): os.fsdecode(value) for name, equals, value in found if name and equals})


def run_foreground(
    argv: Sequence[str], *, env: Mapping[str, str], tick: Tick, quiet: bool = False, let_go: bool = False
) -> Ended:
    """Run a command, found on the PATH of ``env``, to its end; ``quiet``: its standard output goes to our stderr.

    ``let_go``: once it runs, give up our standard input, our standard output and what else we inherited, stderr
    excepted, so that who waits at the other end waits for the command only. Raises ``InputError`` where the platform
    cannot.
    """
    if not is_supported():
        raise InputError("a run can be watched on Linux only", hint="lineage capture records a model after training")
    ignores_chld = signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN
    before = signal.pthread_sigmask(signal.SIG_BLOCK, maskable())
    chld = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        sentinel = Sentinel(argv)
        try:
            child, failure = _start(argv, env, before, ignores_chld, quiet)
            if failure is not None:
                os.waitpid(child, 0)
                return failure
            if let_go:
                _let_go()
            return _accompany(child, sentinel, tick)
        finally:
            sentinel.end()
            while signal.sigtimedwait(maskable(), 0) is not None:
                pass  # what came while the command still ran was the command's
    finally:
        signal.signal(signal.SIGCHLD, chld)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def replace_by(argv: Sequence[str], env: Mapping[str, str]) -> Ended:
    """Become the command; returns only where it cannot be run."""
    _unignore()
    return _not_started(_exec(argv, env))


def end_like(ended: Ended) -> NoReturn:
    """End this process as the command ended: with its status, or by the same signal (without a second core file)."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if ended.signal is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if ended.signal != signal.SIGKILL:
            signal.signal(ended.signal, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {ended.signal})
        os.kill(os.getpid(), ended.signal)
    os._exit(ended.status if ended.signal is None else 128 + ended.signal)


def _unignore() -> None:
    """What Python ignores from its start on; whether our caller did too, nobody can tell any more."""
    for one in _IGNORED_BY_PYTHON:
        signal.signal(one, signal.SIG_DFL)


def _start(
    argv: Sequence[str], env: Mapping[str, str], mask: set[int], ignores_chld: bool, quiet: bool
) -> tuple[int, Ended | None]:
    """The pid of the command; with it, how it ended when it could not be started."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()
    read, write = os.pipe()  # closed by a successful exec
    child = os.fork()
    if child == 0:
        code = errno.EINVAL
        try:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # kill -9 of us is kill -9 of the command
            if os.getppid() != parent:
                os._exit(NOT_FOUND)
            _unignore()
            if ignores_chld:
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            if quiet:
                os.dup2(2, 1)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            code = _exec(argv, env)
        finally:
            os.write(write, str(code).encode())
            os._exit(NOT_FOUND)
    os.close(write)
    with open(read, "rb") as answer:  # noqa: PTH123 - a file descriptor
        failed = answer.read()
    if not failed:
        return child, None
    return child, _not_started(int(failed))


def _not_started(number: int) -> Ended:
    status = NOT_FOUND if number in (errno.ENOENT, errno.ENOTDIR) else NOT_EXECUTABLE
    return Ended(status=status, started=False, reason=os.strerror(number))


def _exec(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Become the command, found as ``execvp`` does; returns only where it cannot be run, with the error's number."""
    name = argv[0]
    if not name:
        return errno.ENOENT
    if "/" in name:
        return _exec_path(name, argv, env)
    refused = 0
    for directory in os.get_exec_path(env):
        code = _exec_path(os.path.join(directory, name), argv, env)  # noqa: PTH118
        if code not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return code
        if code == errno.EACCES:
            refused = code
    return refused or errno.ENOENT


def _exec_path(path: str, argv: Sequence[str], env: Mapping[str, str]) -> int:
    try:
        os.execve(path, list(argv), dict(env))
    except OSError as error:
        code = error.errno or errno.EINVAL
    if code != errno.ENOEXEC:
        return code
    try:  # a script without `#!`: every shell runs it with sh
        os.execve("/bin/sh", ["/bin/sh", path, *argv[1:]], dict(env))
    except OSError as error:
        return error.errno or errno.EINVAL


def _let_go() -> None:
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for number in sorted(int(name) for name in os.listdir("/proc/self/fd")):  # noqa: PTH208
        with contextlib.suppress(OSError):
            if number == 2 or not os.get_inheritable(number):
                continue
            if number < 2:
                os.dup2(nothing, number)
            else:
                os.close(number)
    os.close(nothing)


def _accompany(child: int, sentinel: Sentinel, tick: Tick) -> Ended:
    """Pass on what comes for the command, and stop when it stops, until it ends."""
    interval = tick(child)
    while True:
        got = signal.sigtimedwait(maskable(), min(interval, _PATIENCE_S))
        if got is None:
            interval = tick(child)
        elif got.si_signo != signal.SIGCHLD:
            _pass_on(got, child, sentinel)
            continue
        # Also when nothing came: another thread of this process could have taken the signal.
        ended = _reap(child)
        if ended is not None:
            return ended


def _pass_on(got: signal.struct_siginfo, child: int, sentinel: Sentinel) -> None:
    if got.si_pid == os.getpid():  # SIGPIPE of a sentinel that is gone
        return
    if got.si_code == _SI_KERNEL and got.si_signo in _OF_TERMINAL:
        return
    for_group = sentinel.had(got.si_signo, got.si_pid)
    if for_group is False:  # who ends a service sends to its processes one by one: wait for the sentinel's turn
        _settle(got.si_pid)
        for_group = sentinel.had(got.si_signo, got.si_pid)
    if for_group or (for_group is None and got.si_code == _SI_KERNEL) or _is_void(got.si_signo):
        return
    # The parent that the command knows is us; the one that it means is ours.
    receiver = os.getppid() if got.si_code <= 0 and got.si_pid == child else child
    if receiver > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(receiver, got.si_signo)


def _settle(sender: int) -> None:
    """Wait until the sender is done; while it runs, or waits for its turn on a busy machine, it may not be."""
    for _ in range(_MOST_SETTLES):
        time.sleep(_SETTLE_S)
        try:
            state = Path(f"/proc/{sender}/stat").read_bytes().rpartition(b")")[2].split()[0]
        except OSError:
            return  # it is gone, or not to be seen from here
        if state != b"R":
            return


def _is_void(number: int) -> bool:
    """Whether a stop has been continued, or a continuation been stopped, meanwhile: each undoes the other."""
    pending = signal.sigpending()
    return (
        signal.SIGCONT in pending if number in _STOPS else number == signal.SIGCONT and not _STOPS.isdisjoint(pending)
    )


def _reap(child: int) -> Ended | None:
    """How the command ended, if it has; where it only stopped, we stop as it did."""
    result = os.waitid(os.P_PID, child, os.WEXITED | os.WSTOPPED | os.WCONTINUED | os.WNOHANG)
    if result is None:
        return None
    if result.si_code == os.CLD_EXITED:
        return Ended(status=result.si_status)
    if result.si_code in (os.CLD_KILLED, os.CLD_DUMPED):
        return Ended(signal=result.si_status)
    if result.si_code in (os.CLD_STOPPED, os.CLD_TRAPPED) and not _is_void(signal.SIGTSTP):
        _stop_too(result.si_status)
    return None


def _stop_too(number: int) -> None:
    """Stop by the same signal, so that the shell says of us what it would say of the command."""
    if number in _STOPS and signal.getsignal(number) is signal.SIG_DFL:
        os.kill(os.getpid(), number)  # pending, since it is blocked
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    else:
        os.kill(os.getpid(), signal.SIGSTOP)
