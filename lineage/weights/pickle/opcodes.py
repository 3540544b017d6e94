"""The opcodes of pickle protocols 0 to 5, as ``pickletools`` describes them, and the few values worth following.

A pickle is a program for a stack machine. To know which modules it imports, only strings (as bytes), classes and
functions, small tuples and array types need to be followed; all else is ``OPAQUE``.
"""

import re
from typing import Final, NamedTuple

OPAQUE: Final = object()
"""something of no interest, on the stack"""


class Global(NamedTuple):
    """A class, a function or, where ``name`` is empty, a module."""

    module: str
    name: str


class Made(NamedTuple):
    """An instance of a class that is worth following."""

    kind: Global


class ArrayType:
    """A ``numpy.dtype``: its state arrives after it was remembered, so it changes."""

    __slots__ = ("has_objects", "size_bytes")

    def __init__(self, code: bytes) -> None:
        """``code`` is numpy's, without byte order: ``f8``, ``U5``, ``V16``."""
        digits = code[1:].decode("ascii", "replace")
        count = int(digits) if digits.isdecimal() and len(digits) < 10 else None
        self.size_bytes = count if count is None or code[:1] != b"U" else 4 * count
        self.has_objects = code[:1] == b"O"

    def update(self, state: tuple[object, ...]) -> None:
        """``state``: version, byte order, subdtype, names, fields, item size, alignment, flags (numpy 2.4)."""
        if len(state) >= 8:
            size, flags = state[5], state[7]
            if type(size) is int and size >= 0:
                self.size_bytes = size
            if type(flags) is int:
                self.has_objects = bool(flags & 1)


FLAT: Final = frozenset({object, bytes, int, type(None), Global, Made, ArrayType})
"""classes of what a followed tuple may hold: a tuple in a tuple is opaque, so that nothing nests"""
REMEMBERED: Final = frozenset({bytes, Global, ArrayType})

# Opcodes that the inner loop knows.
MEMOIZE, BINGET, LONG_BINGET, BINPUT, LONG_BINPUT = 0x94, ord("h"), ord("j"), ord("q"), ord("r")
SHORT_BINUNICODE, MARK, NONE, APPEND, BININT, BINFLOAT = 0x8C, ord("("), ord("N"), ord("a"), ord("J"), ord("G")
TUPLE2, SETITEMS, APPENDS, BININT1 = 0x86, ord("u"), ord("e"), ord("K")
WIDTHS: Final = {ord("K"): 2, ord("M"): 3, ord("J"): 5, ord("G"): 9, ord("N"): 1, 0x88: 1, 0x89: 1}
"""of those that push a number or constant, in bytes"""

PUSHES_OPAQUE: Final = frozenset(b"]}\x8f")
"""one byte long: empty list, dict and set"""

_PLAIN = rb"K.|M..|J....|G.{8}|[N\x88\x89]"
PLAIN: Final = re.compile(_PLAIN, re.DOTALL)
"""one opcode that pushes a number or constant"""
PLAIN_RUN: Final = re.compile(rb"(?:" + _PLAIN + rb"){16,}+", re.DOTALL)
"""so many of them that no tuple worth following is among them; possessive: it never backtracks"""
RUN_STARTS: Final = frozenset(WIDTHS)
