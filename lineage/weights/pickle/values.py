"""The few values of a pickle that are worth following: what names modules, what is remembered, what calls give.

A pickle is a program for a stack machine. To know which modules it imports, only strings (as bytes), classes and
functions, small tuples and array types need to be followed; all else is ``OPAQUE``.
"""

from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from typing import Final, NamedTuple

from lineage.weights.formats.streams import Damaged, TooMuch

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

MAX_VALUES = 400_000
MAX_LOOSE = 400_000


class Memo:
    """``values`` holds the few that matter; ``count`` how many numbers are taken from 0 on without a gap."""

    __slots__ = ("_loose", "_scattered", "count", "dense", "values")

    def __init__(self) -> None:
        self.values: dict[int, object] = {}
        self.count = 0
        self.dense = True
        """no number beyond ``count`` is taken"""
        self._loose: set[int] = set()
        """taken numbers beyond ``count``: Python 2 begins at 1"""
        self._scattered = False
        """there were too many of them to keep"""

    def put(self, number: int, value: object) -> None:
        if number == self.count and self.dense:
            self.count += 1
        elif number >= self.count and not self._scattered:
            self._put_loose(number)
        if value.__class__ not in REMEMBERED:
            self.values.pop(number, None)
        elif len(self.values) < MAX_VALUES:
            self.values[number] = value

    def append(self, value: object) -> None:
        """Takes the number that MEMOIZE would: how many there are. Raises TooMuch where that is no longer known."""
        if self._scattered:
            raise TooMuch(f"it remembers more than {MAX_LOOSE} objects out of order")
        self.put(self.count + len(self._loose), value)

    def get(self, number: int) -> object:
        return self.values.get(number, OPAQUE)

    def _put_loose(self, number: int) -> None:
        self._loose.add(number)
        while self.count in self._loose:
            self._loose.discard(self.count)
            self.count += 1
        if len(self._loose) > MAX_LOOSE:
            self._loose.clear()
            self._scattered = True
        self.dense = not self._loose and not self._scattered


IMPORTS = frozenset(
    {
        Global("builtins", "__import__"),
        Global("importlib", "import_module"),
        Global("importlib", "__import__"),
        Global("importlib._bootstrap", "_gcd_import"),
        Global("cloudpickle.cloudpickle", "subimport"),
        Global("cloudpickle", "subimport"),
        Global("dill._dill", "_import_module"),
        Global("dill.dill", "_import_module"),
    }
)
"""functions that import the module named by their first argument"""

ARRAY_WRAPPERS = frozenset(
    Global(f"{package}.numpy_pickle", "NumpyArrayWrapper") for package in ("joblib", "sklearn.externals.joblib")
)
"""joblib puts the bytes of an array behind each of these, outside the pickle"""

_ARRAY_TYPE = Global("numpy", "dtype")
_GETATTR = Global("builtins", "getattr")
_RECONSTRUCTOR = Global("copyreg", "_reconstructor")
_NEWOBJ_EX = Global("copyreg", "__newobj__")
_LAST_PROTOCOL_OF_PYTHON_2 = 2
MAX_NAME_CHARACTERS = 500


def found_global(module: bytes, name: bytes, protocol: int, place: int) -> Global:
    """What ``pickle.Unpickler`` would import: names of Python 2 stand for those of Python 3 up to protocol 2.

    Raises Damaged when no module can have that name.
    """
    try:
        pair = module.decode("utf-8"), name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"byte {place}: the name of a module is not UTF-8") from error
    if protocol <= _LAST_PROTOCOL_OF_PYTHON_2:
        pair = NAME_MAPPING.get(pair, (IMPORT_MAPPING.get(pair[0], pair[0]), pair[1]))
    check_module(pair[0], place)
    return Global(*pair)


def check_module(name: str, place: int) -> None:
    """Raises Damaged when no module can have that name."""
    if len(name) > MAX_NAME_CHARACTERS or not all(part.isidentifier() for part in name.split(".")):
        raise Damaged(f"byte {place}: {name[:80]!r} is no name of a module")


def called(function: object, arguments: object, place: int) -> object:
    """What calling it gives: a module that it imports, an attribute, an object worth following, or ``OPAQUE``."""
    if not isinstance(function, Global) or type(arguments) is not tuple or not arguments:
        return OPAQUE
    first = arguments[0]
    if function in IMPORTS and isinstance(first, bytes):
        return _imported(first, place)
    if function == _GETATTR and isinstance(first, Global) and len(arguments) > 1 and isinstance(arguments[1], bytes):
        return Global(first.module, f"{first.name}.{_text(arguments[1])}".lstrip("."))
    if function == _ARRAY_TYPE and isinstance(first, bytes):
        return ArrayType(first)
    if function in (_RECONSTRUCTOR, _NEWOBJ_EX):
        return made(first)
    return OPAQUE


def made(kind: object) -> object:
    """An instance of it, where that is worth following."""
    return Made(kind) if isinstance(kind, Global) and kind in ARRAY_WRAPPERS else OPAQUE


def _imported(name: bytes, place: int) -> Global:
    module = _text(name)
    check_module(module, place)
    return Global(module, "")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
