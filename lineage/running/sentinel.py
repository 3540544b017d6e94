"""A second member of our process group, which tells whether a signal that we got was meant for all of the group.

The signals that it is sent stay pending in it until it is asked, so nothing has to happen in time. Linux gives a signal
for a group to its youngest member first: what has reached us has reached this younger process before.

It bears the name and the command line of the command that it stands for: ``pkill -f train.py`` reaches the command and
it, ``pkill -f "lineage run"`` only us.
"""

import contextlib
import ctypes
import math
import os
import select
import signal
import time
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_PATIENCE_S = 2.0
_ON_ITS_WAY_S = 0.5
_ARG_START, _ARG_END = 48 - 3, 49 - 3  # of /proc/PID/stat, from its third field on; proc(5)


def maskable() -> set[int]:
    """Every signal that can be blocked."""
    return {int(one) for one in signal.valid_signals()} - {signal.SIGKILL, signal.SIGSTOP}


class Sentinel:
    """That process, while it runs. To be made, asked and ended with all signals blocked."""

    def __init__(self, argv: Sequence[str]) -> None:
        asked, self._ask = os.pipe()
        self._answers, answer = os.pipe()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _watch(parent, asked, answer, argv)
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answer)
        self._is_gone = False
        self._unclaimed: list[tuple[tuple[int, int], float]] = []
        """(signal, sender) that it had and we did not have yet, and until when we may still get it"""

    def had(self, number: int, sender: int) -> bool | None:
        """Whether the same signal of the same sender came to it too; ``None`` where it does not answer."""
        answered = None if self._is_gone else self._drain()
        if answered is None:
            self._is_gone = True
            return None
        now = time.monotonic()
        known = [one for one in self._unclaimed if one[1] > now] + [(each, now + _ON_ITS_WAY_S) for each in answered]
        places = [place for place, (one, _) in enumerate(known) if one == (number, sender)]
        if places:
            del known[places[0]]
        # What it had and we are not to get any more was sent to it alone. One for the group comes to us last, though:
        # the kernel, or who sends to each of us in turn, may be between the two.
        pending = signal.sigpending()
        self._unclaimed = [
            (one, math.inf if one[0] in pending else min(until, now + _ON_ITS_WAY_S)) for one, until in known
        ]
        return bool(places)

    def end(self) -> None:
        """End it, and leave nothing of it."""
        os.close(self._ask)
        os.close(self._answers)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def _drain(self) -> list[tuple[int, int]] | None:
        try:
            os.write(self._ask, b"?")
        except OSError:
            return None
        text = b""
        while not text.endswith(b"\n"):
            if not select.select([self._answers], [], [], _PATIENCE_S)[0]:
                return None
            more = os.read(self._answers, 65536)
            if not more:
                return None
            text += more
        words = text.split()
        return [(int(number), int(sender)) for number, sender in zip(words[::2], words[1::2], strict=True)]


def _watch(parent: int, asked: int, answer: int, argv: Sequence[str]) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    asked, answer = _keep_only(asked, answer)
    with contextlib.suppress(OSError, ValueError):
        _bear_name(argv)
    while os.read(asked, 1):
        found = []
        while (got := signal.sigtimedwait(maskable(), 0)) is not None:
            found.append(f"{got.si_signo} {got.si_pid}")
        os.write(answer, " ".join(found).encode() + b"\n")


def _keep_only(*kept: int) -> tuple[int, ...]:
    """Close every other descriptor: whoever waits for the end of a stream waits for the command, not for us."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        if int(name) not in kept:
            with contextlib.suppress(OSError):
                os.close(int(name))
    return kept


def _bear_name(argv: Sequence[str]) -> None:
    """Show ``argv`` as our command line, as far as there is room for it."""
    name = os.path.basename(argv[0])  # noqa: PTH119
    ctypes.CDLL(None).prctl(_PR_SET_NAME, os.fsencode(name)[:15] + b"\0")
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    words = b"\0".join(map(os.fsencode, argv))
    if 0 < len(words) < end - start:
        ctypes.memmove(start, words.ljust(end - start, b"\0"), end - start)
