"""Locks of other processes waited for: not in silence where a command runs, and so that Ctrl-C ends it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lineage.system.streams import narrate

_SHORT_S, _PAUSE_S = 1.0, 0.02
"""A wait that is shorter is not told."""


def wait_for(descriptor: int, place: Path) -> None:
    """Lock what is open, which lies at ``place``. Raises ``OSError`` where it cannot be locked at all."""
    end = time.monotonic() + _SHORT_S
    while not _locks(descriptor):
        if time.monotonic() >= end:
            narrate(f"waiting for {place}: another process writes there{_holder(descriptor)}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            return
        time.sleep(_PAUSE_S)


@contextlib.contextmanager
def held_at_once(directory: Path) -> Iterator[bool]:
    """Hold the lock of a directory, if nobody else does. Raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        yield _locks(descriptor)
    finally:
        os.close(descriptor)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    """Who holds a lock, as far as the system tells."""
    inode = str(os.fstat(descriptor).st_ino)
    try:
        rows = [row.split() for row in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
        pid = next(row[4] for row in rows if row[1] == "FLOCK" and row[5].rpartition(":")[2] == inode)
        return f" (process {pid}, {Path(f'/proc/{pid}/comm').read_text(encoding='utf-8', errors='replace').strip()})"
    except (OSError, ValueError, IndexError, StopIteration):
        return ""
