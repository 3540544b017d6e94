"""Waiting that no load of the machine can fail: for what is to come true, and for the end of hostile work."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

PATIENCE_S = 60
"""Only what hangs takes so long."""


def wait_for(what: Callable[[], object]) -> None:
    """Raises ``TimeoutError`` when it does not come true."""
    until = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.005)


@contextmanager
def little_work() -> Iterator[None]:
    """Ends what would go on for minutes, as by quadratic time: after a minute of this process' own work."""

    def give_up(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"no end after {PATIENCE_S} seconds of work")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
