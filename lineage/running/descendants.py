"""The Python processes below a command, as ``/proc`` shows them while it runs: who could not be watched.

Looked at from outside, again and again: a process that lives shorter than the interval is not seen. The interval grows
with what a look costs, so that looking stays below one part in two hundred of the time, and while nothing new appears.
"""

import os
import re
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lineage.model.run import Unwatched

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*[a-z]*")
_SHORTEST_S, _QUIET_S, _LONGEST_S = 0.02, 0.25, 1.0
_GROWTH = 1.25
_COST_SHARE = 200
_MOST = 100_000
_ALONE = {"I": "-I", "E": "-E", "S": "-S"}  # options after which PYTHONPATH or sitecustomize is not looked at
_WITH_VALUE = "cmWXQ"
_TOOL = (b"-I", b"-m", b"lineage")  # as our hooks start it, where the training commits


@dataclass(frozen=True, slots=True)
class _Seen:
    program: str
    arguments: tuple[bytes, ...]
    is_prepared: bool | None
    """whether PYTHONPATH leads to the watcher; ``None`` where the environment cannot be read"""
    parent: int


class Descendants:
    """What has been seen so far. ``site`` is the directory that PYTHONPATH must hold for a process to be watched."""

    def __init__(self, site: str) -> None:
        self._site = os.fsencode(site)
        self._seen: dict[int, _Seen] = {}
        self._pause = _SHORTEST_S

    def look(self, root: int) -> float:
        """Look at the process ``root`` and all below it; the seconds until the next look."""
        began, known = time.perf_counter(), len(self._seen)
        for pid, parent in _below(root):
            seen = self._describe(pid, parent)
            if seen is not None and len(self._seen) < _MOST:
                self._seen[pid] = seen
        self._pause = _SHORTEST_S if len(self._seen) > known else min(self._pause * _GROWTH, _QUIET_S)
        return min(max(self._pause, (time.perf_counter() - began) * _COST_SHARE), _LONGEST_S)

    def unwatched(self, watched: Collection[int]) -> tuple[Unwatched, ...]:
        """The Python processes that were seen and are not among ``watched``, by pid."""
        found = []
        for pid, seen in sorted(self._seen.items()):
            if pid in watched or not _PYTHON.fullmatch(seen.program) or seen.arguments[1:4] == _TOOL:
                continue
            reason = _reason(seen)
            parent = self._seen.get(seen.parent)
            if reason == "unknown" and parent is not None and parent.arguments == seen.arguments:
                continue  # a fork that ran nothing of its own: what it is stands in its parent's record
            found.append(Unwatched(pid=pid, program=seen.program, reason=reason))
        return tuple(found)

    def _describe(self, pid: int, parent: int) -> _Seen | None:
        try:
            program = os.path.basename(os.readlink(f"/proc/{pid}/exe")).removesuffix(" (deleted)")  # noqa: PTH115, PTH119
            if not _PYTHON.fullmatch(program):
                return _Seen(program, (), None, parent)
            arguments = tuple(_read(f"/proc/{pid}/cmdline").split(b"\0"))
        except OSError:
            return None
        return _Seen(program, arguments, self._is_prepared(pid), parent)

    def _is_prepared(self, pid: int) -> bool | None:
        try:
            variables = _read(f"/proc/{pid}/environ").split(b"\0")
        except OSError:
            return None
        value = next((one[11:] for one in variables if one.startswith(b"PYTHONPATH=")), b"")
        return self._site in value.split(b":")


def _reason(seen: _Seen) -> str:
    return option_in_the_way(seen.arguments[1:]) or ("environment" if seen.is_prepared is False else "unknown")


def option_in_the_way(arguments: Collection[bytes]) -> str | None:
    """``-I``, ``-E`` or ``-S`` where the arguments of a Python hold it before what is run."""
    rest = iter(arguments)
    for argument in rest:
        text = argument.decode("utf-8", "surrogateescape")
        if not text.startswith("-") or text in ("-", "--"):
            return None
        if text.startswith("--"):
            continue
        for place, letter in enumerate(text[1:], 2):
            if letter in _ALONE:
                return _ALONE[letter]
            if letter in _WITH_VALUE:
                if letter in "cm":
                    return None
                if place == len(text):
                    next(rest, None)
                break
    return None


def _below(root: int) -> Iterator[tuple[int, int]]:
    """(pid, parent) of a process and all that descend from it; what ends meanwhile is left out."""
    pending = [(root, 0)]
    while pending:
        pid, parent = pending.pop()
        yield pid, parent
        try:
            threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
        except OSError:
            continue
        for thread in threads:
            try:
                pending += [(int(child), pid) for child in _read(f"/proc/{pid}/task/{thread}/children").split()]
            except OSError:
                continue


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - many times a second
        return file.read(1 << 20)
