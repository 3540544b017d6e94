"""Universal Binary JSON as XGBoost writes it: one pass over its containers, nothing of them built.

Format: https://ubjson.org (draft 12), big-endian, with optimised arrays (``$`` type, ``#`` count) and objects.
"""

from typing import NamedTuple

from lineage.weights.formats.streams import Damaged, TooMuch, Window

MAX_VALUES = 300_000
"""about two seconds of reading; arrays of numbers that stand side by side count as one"""
MAX_DEPTH = 64
MAX_KEY_BYTES = 64 * 1024
MAX_KEPT = 16

WIDTHS = {b"i": 1, b"U": 1, b"I": 2, b"u": 2, b"l": 4, b"m": 4, b"L": 8, b"M": 8, b"d": 4, b"D": 8, b"C": 1}
EMPTY = frozenset([b"Z", b"T", b"F"])
INTEGERS = frozenset([b"i", b"U", b"I", b"l", b"L"])


class _Container(NamedTuple):
    is_object: bool
    left: int | None
    """values still to come, where it says how many"""
    kept: bool
    """whether it is the array looked for"""


class UbjsonWalk:
    """One document; ``arrays`` are those of integers that stand under ``key``, at most ``depth`` objects deep."""

    def __init__(self, window: Window, key: bytes, depth: int) -> None:
        self.arrays: list[list[int]] = []
        self._window = window
        self._key = key
        self._depth = depth
        self._open: list[_Container] = []
        self._wanted = False
        """whether the value that comes next stands under the key"""

    def run(self) -> None:
        """Raises Damaged, and TooMuch for more values or depth than a model has."""
        self._begin(self._window.take(1))
        for _ in range(MAX_VALUES):
            if not self._open:
                return
            self._step()
        raise TooMuch(f"byte {self._window.place}: more than {MAX_VALUES} values")

    def _step(self) -> None:
        here = self._open[-1]
        if here.left == 0:
            self._open.pop()
            return
        mark = self._window.take(1)
        if here.left is None and mark == (b"}" if here.is_object else b"]"):
            self._open.pop()
            return
        if here.left is not None:
            self._open[-1] = here._replace(left=here.left - 1)
        if here.is_object:
            self._wanted = self._text(mark) == self._key and len(self._open) <= self._depth
            mark = self._window.take(1)
        if mark in WIDTHS and here.kept and mark in INTEGERS and len(self.arrays[-1]) < MAX_KEPT:
            self.arrays[-1].append(self._integer(mark))
        else:
            self._begin(mark)

    def _begin(self, mark: bytes) -> None:
        window = self._window
        if mark in WIDTHS:
            window.skip(WIDTHS[mark])
        elif mark in (b"S", b"H"):
            window.skip(self._count(window.take(1)))
        elif mark in (b"{", b"["):
            self._container(mark == b"{")
        elif mark not in EMPTY and mark != b"N":
            raise Damaged(f"byte {window.place - 1}: {mark!r} is no type")
        self._wanted = False

    def _container(self, is_object: bool) -> None:
        window, kind, left = self._window, b"", None
        window.fill()
        if window.data[window.at : window.at + 1] == b"$":
            kind = window.take(2)[1:]
        if window.data[window.at : window.at + 1] == b"#":
            window.take(1)
            left = self._count(window.take(1))
        elif kind:
            raise Damaged(f"byte {window.place}: a typed container without a count")
        if kind:
            if is_object or (kind not in WIDTHS and kind not in EMPTY):
                raise TooMuch(f"byte {window.place}: a container of {kind!r}")
            self._numbers(kind, left or 0)
        elif len(self._open) >= MAX_DEPTH:
            raise TooMuch(f"byte {window.place}: nested more than {MAX_DEPTH} deep")
        else:
            kept = self._wanted and not is_object and len(self.arrays) < MAX_KEPT
            self.arrays += [[]] if kept else []
            self._open.append(_Container(is_object, left, kept))

    def _numbers(self, kind: bytes, count: int) -> None:
        """The values of a typed array, which stand side by side."""
        if self._wanted and kind in INTEGERS and count <= MAX_KEPT and len(self.arrays) < MAX_KEPT:
            self.arrays.append([self._integer(kind) for _ in range(count)])
        else:
            self._window.skip(WIDTHS.get(kind, 0) * count)

    def _integer(self, mark: bytes) -> int:
        return int.from_bytes(self._window.take(WIDTHS[mark]), "big", signed=mark != b"U")

    def _count(self, mark: bytes) -> int:
        place = self._window.place - 1
        if mark not in INTEGERS:
            raise Damaged(f"byte {place}: {mark!r} where a length should be")
        count = self._integer(mark)
        if count < 0:
            raise Damaged(f"byte {place}: a length of {count}")
        return count

    def _text(self, mark: bytes) -> bytes:
        place = self._window.place - 1
        length = self._count(mark)
        if length > MAX_KEY_BYTES:
            raise TooMuch(f"byte {place}: a key of {length} bytes")
        return self._window.take(length)
