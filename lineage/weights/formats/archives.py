"""Zip archives of weights: PyTorch's, numpy's ``.npz`` and skops. Members are read as streams, nothing is extracted."""

import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from lineage.model.weights import Contents
from lineage.weights.formats.arrays import walk_array
from lineage.weights.formats.gathering import Gathered, noting, unknown_format
from lineage.weights.formats.pickles import LOADERS, walk
from lineage.weights.formats.streams import Damaged, TooMuch, Window
from lineage.weights.pickle.values import MAX_NAME_CHARACTERS

MAX_TABLE_BYTES = 16 * 1024 * 1024
MAX_MEMBERS = 20_000
MAX_SCHEMA_BYTES = 32 * 1024 * 1024
MAX_RATIO = 1100
"""of deflate's best, so that only a member that lies about its size is refused"""
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
"""decompressed bytes looked at in one archive"""

_Walker = Callable[[Window, Gathered], object]

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    ValueError,
    OSError,
    struct.error,
    RuntimeError,
    OverflowError,
)


def recognise(head: bytes, name: str) -> bool:
    """By the signature of a first member, or of the end of an empty archive."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What the archive names; it is of no known format where it holds no weights."""
    found = Gathered(subject)
    with _noting(found, "the zip archive is damaged"):
        _check_table(stream, size)
        with zipfile.ZipFile(stream) as archive:
            return _Archive(archive, found).read()
    return found.contents("zip")


@contextmanager
def _noting(found: Gathered, damage: str) -> Iterator[None]:
    """As ``noting``, with what ``zipfile`` raises for what it cannot read told as ``damage``."""
    with noting(found):
        try:
            yield
        except BROKEN as error:
            raise Damaged(damage) from error


def _check_table(stream: BinaryIO, size: int) -> None:
    """``zipfile`` reads the table of members in one piece, whatever the end of the archive says of its length."""
    start = max(0, size - 65_557)
    stream.seek(start)
    tail = stream.read(size - start)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise Damaged("the zip archive has no table of its members")
    (length,) = struct.unpack_from("<I", tail, end + 12)
    big = tail.rfind(b"PK\x06\x06", 0, end)
    if big >= 0 and len(tail) - big >= 56:
        length = max(length if length != 0xFFFFFFFF else 0, struct.unpack_from("<Q", tail, big + 40)[0])
    if length > MAX_TABLE_BYTES:
        raise TooMuch(f"the zip archive's table of members is larger than {MAX_TABLE_BYTES} bytes")
    stream.seek(0)


class _Archive:
    """The members of one archive, the last of each name, as ``zipfile`` finds them."""

    def __init__(self, archive: zipfile.ZipFile, found: Gathered) -> None:
        self._archive, self._found = archive, found
        self._left = MAX_UNPACKED_BYTES
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if member.filename in self._members:
                found.partly_read(f"{member.filename[:80]}: it stands twice in the zip archive")
            self._members[member.filename] = member
        if len(self._members) > MAX_MEMBERS:
            raise TooMuch(f"the zip archive has more than {MAX_MEMBERS} members")

    def read(self) -> Contents:
        names = [name for name in self._members if not name.endswith("/")]
        pickled = [name for name in names if name.endswith(".pkl") and name.count("/") == 1]
        if any(name.endswith("/data.pkl") for name in pickled):
            return self._read_torch(pickled)
        if "schema.json" in names:
            return self._read_skops()
        if names and all(name.endswith(".npy") for name in names):
            for name in names:
                self._each(name, walk_array)
            return self._found.contents("npz", loaders=[LOADERS["numpy"]])
        return unknown_format(self._found.subject)

    def _read_torch(self, pickled: list[str]) -> Contents:
        """Classes of TorchScript lie in the archive itself, below ``__torch__``: no module is imported for them."""
        for name in pickled:
            self._each(name, lambda window, found: walk(window, found, persistent=True))
        inside = {name for name in self._found.modules if name.split(".")[0] == "__torch__"}
        self._found.modules -= inside
        return self._found.contents("torch", loaders=[LOADERS["torch"]])

    def _read_skops(self) -> Contents:
        member = self._members["schema.json"]
        try:
            if member.file_size > MAX_SCHEMA_BYTES:
                raise TooMuch(f"schema.json: larger than {MAX_SCHEMA_BYTES} bytes")
            schema = json.loads(self._open(member).take(member.file_size))
        except TooMuch as error:
            self._found.partly_read(error.message)
        except RecursionError:
            self._found.partly_read("schema.json: nested too deeply")
        except (Damaged, *BROKEN):
            self._found.unreadable("schema.json: it is damaged")
        else:
            self._take_schema(schema)
        return self._found.contents("skops", loaders=[LOADERS["skops"]])

    def _take_schema(self, schema: object) -> None:
        """``__module__`` of every node; arrays inside are npy members without objects (skops 0.16, ``_numpy.py``)."""
        pending = [schema]
        while pending:
            one = pending.pop()
            if isinstance(one, list):
                pending += one
            elif isinstance(one, dict):
                pending += one.values()
                self._take_module(one.get("__module__"))
        if isinstance(schema, dict) and isinstance(schema.get("_skops_version"), str):
            self._found.add_writer("skops", schema["_skops_version"], "schema.json: _skops_version")

    def _take_module(self, name: object) -> None:
        if isinstance(name, str) and len(name) <= MAX_NAME_CHARACTERS:
            if all(part.isidentifier() for part in name.split(".")):
                self._found.add_module(name)
            else:
                self._found.unreadable(f"schema.json: {name[:80]!r} is no name of a module")

    def _each(self, name: str, walker: _Walker) -> None:
        """Reads one member. What cannot be read of it is a problem that names it."""
        inner = Gathered(self._found.subject)
        with _noting(inner, "it is damaged"):
            walker(self._open(self._members[name]), inner)
        self._found.take(inner, name)

    def _open(self, member: zipfile.ZipInfo) -> Window:
        if member.flag_bits & 1:
            raise TooMuch("it is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise TooMuch("it is compressed in a way that no library of models uses")
        if member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise Damaged(f"{member.file_size} bytes cannot come of {member.compress_size}")
        return Window(cast(BinaryIO, _Limited(self._archive.open(member), self)))

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise TooMuch(f"more than {MAX_UNPACKED_BYTES} bytes are unpacked")


class _Limited:
    """A member as a stream; all of an archive share one limit."""

    def __init__(self, stream: "zipfile.ZipExtFile | object", archive: _Archive) -> None:
        self._stream, self._archive = cast(BinaryIO, stream), archive

    def read(self, size: int) -> bytes:
        try:
            part = self._stream.read(size)
        except BROKEN as error:
            raise Damaged("the member is damaged") from error
        self._archive.spend(len(part))
        return part
