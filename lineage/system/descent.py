"""The processes that a child started, as ``/proc`` tells them: also those that left its group or session."""

import contextlib
import os
import signal
from collections.abc import Collection

_MOST_ROUNDS = 3
"""Whoever starts others while being looked for is looked for again."""


def end_descendants(child: int, pipes: Collection[int]) -> None:
    """Kill what a child started and it itself; ``pipes``: inodes of its streams, which nobody else holds but we."""
    for _ in range(_MOST_ROUNDS):
        found = _descendants(child, frozenset(f"pipe:[{one}]" for one in pipes))
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _descendants(child: int, pipes: frozenset[str]) -> set[int]:
    """Who is below it, of its session, or holds one of these pipes; of those that are no mere entries any more."""
    rows = {pid: row for pid in _all() if pid != os.getpid() and (row := _row(pid)) is not None}
    found = {pid for pid, (_, session) in rows.items() if session == child or _holds(pid, pipes)}
    more = found
    while more:
        more = {pid for pid, (parent, _) in rows.items() if pid not in found and parent in found | {child}}
        found |= more
    return found


def _all() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:  # no such file system: the group is all that is known
        return []


def _row(pid: int) -> tuple[int, int] | None:
    """(parent, session) of a process that runs."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            state, parent, _, session = file.read(4096).rpartition(b")")[2].split()[:4]
    except (OSError, ValueError):
        return None
    return None if state in (b"Z", b"X") else (int(parent), int(session))


def _holds(pid: int, pipes: frozenset[str]) -> bool:
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208
    except OSError:
        return False
    for name in names:
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/fd/{name}") in pipes:  # noqa: PTH115
                return True
    return False
