"""The names in a directory, sorted, without holding all of them as text at once.

DVC lists a directory by path in code points, so whoever feeds its digest row by row has to walk in that order. The
names of one directory are sorted in runs, all but the last of them packed, and the runs are merged as they are read:
a million names then take some ten megabytes, not a hundred.
"""

import heapq
import zlib
from collections.abc import Iterator, Sequence

_RUN = 1 << 16
"""names sorted at once"""
_BLOCK = 1 << 10
"""names packed together; of each run one block is unpacked at a time"""


class SortedNames:
    """Names of files that come in any order, to be read once in the order of their code points."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._runs: list[list[bytes]] = []

    def add(self, name: str) -> None:
        """One more; it may hold anything but a null character, bytes that are not UTF-8 as surrogate escapes."""
        self._names.append(name)
        if len(self._names) >= _RUN:
            self._names.sort()
            self._runs.append([_pack(self._names[at : at + _BLOCK]) for at in range(0, _RUN, _BLOCK)])
            self._names = []

    def __iter__(self) -> Iterator[str]:
        self._names.sort()
        if not self._runs:
            return iter(self._names)
        return heapq.merge(*map(_unpack, self._runs), self._names)


def _pack(names: Sequence[str]) -> bytes:
    return zlib.compress("\0".join(names).encode("utf-8", "surrogateescape"), 1)


def _unpack(blocks: Sequence[bytes]) -> Iterator[str]:
    for block in blocks:
        yield from zlib.decompress(block).decode("utf-8", "surrogateescape").split("\0")
