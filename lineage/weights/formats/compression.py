"""Streams inside streams: gzip, zlib, bzip2, xz and lzma, decompressed as they are read, and no bomb to its end."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from lineage.model.weights import Contents
from lineage.weights.formats.arrays import MAGIC, read_array
from lineage.weights.formats.gathering import UNKNOWN_FORMAT, Gathered, merge, noting
from lineage.weights.formats.pickles import begins_pickle, read_pickles
from lineage.weights.formats.streams import Damaged, TooMuch, Window

IN_BYTES = 64 * 1024
OUT_BYTES = 256 * 1024
FREE_BYTES = 256 * 1024 * 1024
"""decompressed bytes for which no ratio counts"""
MAX_RATIO = 200
"""of decompressed to compressed bytes; numbers of a model that was trained compress by 1 to 20"""
MAX_MEMBERS = 100_000
SHORTEST_HEAD = 8
MAX_LZMA_BYTES = 80 * 1024 * 1024
"""of memory: the strongest preset takes 65 MiB"""

BROKEN = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


class _Decoder(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _Zlib:
    """``zlib`` keeps its unread input outside; here it is kept inside, as the other two do."""

    def __init__(self, bits: int) -> None:
        self._decoder = zlib.decompressobj(bits)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data


def _lzma() -> _Decoder:
    return cast(_Decoder, lzma.LZMADecompressor(memlimit=MAX_LZMA_BYTES))


def _bz2() -> _Decoder:
    return cast(_Decoder, bz2.BZ2Decompressor())


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(31),
    "zlib": lambda: _Zlib(15),
    "bz2": _bz2,
    "xz": _lzma,
    "lzma": _lzma,
}

_ONLY_NAMED = {b"\x04\x22\x4d\x18": "lz4", b"\x28\xb5\x2f\xfd": "zstd", b"\x02\x4c\x18\x4d": "lz4"}


def recognise(head: bytes, name: str) -> bool:
    """By the first bytes; those of a pickle of protocol 0 may be the ones of zlib, too."""
    return compression(head) is not None and not begins_pickle(head)


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """A pickle or an array in one layer of compression. Raises OSError."""
    found = Gathered(subject)
    kind = compression(stream.read(SHORTEST_HEAD)) or ""
    stream.seek(0)
    if kind not in _DECODERS:
        found.partly_read(f"it is compressed with {kind}, which is not read")
        return found.contents(kind, loaders=[("joblib",)] if kind == "lz4" else [])
    window = Window(cast(BinaryIO, Decompressed(stream, kind)))
    with noting(found):
        window.fill()
        if begins_pickle(window.data):
            return read_pickles(window, subject, (kind,))
        if window.data.startswith(MAGIC):
            inner = read_array(window, subject)
            return merge([inner], (kind, *inner.formats))
        found.add_problem(UNKNOWN_FORMAT, f"what it holds, compressed with {kind}, is of no known format")
    return found.contents(kind)


def compression(head: bytes) -> str | None:
    """What the first bytes of a stream say it is compressed with."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if head[:3] == b"BZh":
        return "bz2"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if head[:3] == b"\x5d\x00\x00":
        return "lzma"
    if len(head) > 1 and head[0] & 0x8F == 8 and (head[0] << 8 | head[1]) % 31 == 0 and not head[1] & 0x20:
        return "zlib"
    return _ONLY_NAMED.get(head[:4])


class Decompressed:
    """Only ``read``: the decompressed bytes of ``stream``, several members one after the other as one."""

    def __init__(self, stream: BinaryIO, kind: str) -> None:
        self._stream, self._kind = stream, kind
        self._decoder = _DECODERS[kind]()
        self._pending = b""
        self._taken = self._given = 0
        self._members = 1
        self._ended = False

    def read(self, size: int = OUT_BYTES) -> bytes:
        """At least one byte unless at the end. Raises Damaged, and TooMuch for a bomb."""
        while not self._ended:
            try:
                part = self._read(min(max(size, 1), OUT_BYTES))
            except BROKEN as error:
                raise Damaged(f"{self._kind}: it is damaged within the first {self._taken} bytes") from error
            if part:
                self._given += len(part)
                if self._given > max(FREE_BYTES, MAX_RATIO * self._taken):
                    raise TooMuch(f"{self._kind}: it grows more than {MAX_RATIO} times, past {FREE_BYTES} bytes")
                return part
        return b""

    def _read(self, size: int) -> bytes:
        """One step, which may give nothing yet."""
        if self._decoder.eof:
            self._begin_member()
            return b""
        data, self._pending = self._pending, b""
        part = self._decoder.decompress(data, size)
        if not part and not self._decoder.eof:
            self._pending = self._stream.read(IN_BYTES)
            self._taken += len(self._pending)
            if not self._pending:
                raise Damaged(f"{self._kind}: it is cut short after {self._taken} bytes")
        return part

    def _begin_member(self) -> None:
        rest = self._decoder.unused_data.lstrip(b"\0")
        if len(rest) < SHORTEST_HEAD:
            more = self._stream.read(IN_BYTES)
            self._taken += len(more)
            rest += more
        if compression(rest) != self._kind or self._kind == "zlib":
            self._ended = True
            return
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise TooMuch(f"{self._kind}: more than {MAX_MEMBERS} members")
        self._decoder, self._pending = _DECODERS[self._kind](), rest
