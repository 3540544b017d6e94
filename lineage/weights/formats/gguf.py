"""GGUF: tensors for llama.cpp and its kin, with typed metadata before them.

Format: ``docs/gguf.md`` of https://github.com/ggml-org/ggml : magic, version, number of tensors, number of metadata
values, then these; version 1 counts in 32 bits; byte order as the version tells. It names the model's architecture and
its quantisation, but nothing written in Python and no version of what wrote it. The tensors are not read.
Hand-written because gguf takes 200 ms of CPU to import, for numpy with it, and lays out the tensors too.
"""

from typing import BinaryIO, Literal

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.streams import Damaged, TooMuch, Window

LOADERS = ("llama_cpp", "gguf")
MAX_VALUES = 1_000_000
"""with every text of an array: vocabularies have up to some 300,000, and as many pairs to merge"""
MAX_DEPTH = 8

_WIDTHS = (1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8)
"""bytes by type of value: the integers, float32, bool, string, array, the 64-bit ones"""
_STRING, _ARRAY = 8, 9


def recognise(head: bytes, name: str) -> bool:
    """By the magic at the start."""
    return head.startswith(b"GGUF")


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """That it is a GGUF file, and whether its metadata are whole. Raises OSError."""
    found = Gathered(subject)
    stream.seek(0)
    with noting(found):
        _Metadata(Window(stream, size)).walk()
    return found.contents("gguf", loaders=[LOADERS])


class _Metadata:
    def __init__(self, window: Window) -> None:
        self._window = window
        self._order: Literal["little", "big"] = "little"
        self._count_bytes = 8
        self._left = MAX_VALUES

    def walk(self) -> None:
        """Raises Damaged, and TooMuch for more values than a model has."""
        window = self._window
        start = window.take(8)
        # version 3 may be in either order, and versions are small
        if start[4:6] == b"\0\0":
            self._order = "big"
        version = int.from_bytes(start[4:], self._order)
        if version not in (1, 2, 3):
            raise TooMuch(f"byte 4: version {version}, and no more than 3 is known")
        self._count_bytes = 4 if version == 1 else 8
        self._count()
        for _ in range(self._count()):
            window.skip(self._count())
            self._value(self._integer(4))

    def _integer(self, width: int) -> int:
        return int.from_bytes(self._window.take(width), self._order)

    def _count(self) -> int:
        return self._integer(self._count_bytes)

    def _value(self, kind: int, depth: int = 0) -> None:
        window = self._window
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"byte {window.place}: more than {MAX_VALUES} values")
        if kind == _STRING:
            window.skip(self._count())
        elif kind == _ARRAY:
            if depth == MAX_DEPTH:
                raise TooMuch(f"byte {window.place}: nested more than {MAX_DEPTH} deep")
            inner, count = self._integer(4), self._count()
            if inner in (_STRING, _ARRAY):
                for _ in range(count):
                    self._value(inner, depth + 1)
            elif inner < len(_WIDTHS):
                window.skip(_WIDTHS[inner] * count)
            else:
                raise Damaged(f"byte {window.place}: a value of type {inner}")
        elif kind < len(_WIDTHS):
            window.skip(_WIDTHS[kind])
        else:
            raise Damaged(f"byte {window.place}: a value of type {kind}")
