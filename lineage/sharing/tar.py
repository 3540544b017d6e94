"""A tar of plain files: the same members, the same bytes. Read as strictly as it is written.

POSIX pax, by Python's ``tarfile``: owner 0, mode 0644, time 0, at the end two blocks of zeros. ``tarfile`` finds the
members and never unpacks them; one whose header is not the one that we would write for its name and size (links,
devices, directories, sparse files, other keys) is refused.
"""

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lineage.errors import InputError
from lineage.system.hashing import Advance

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1 << 20
_LARGEST_HEADER = 8 << 10
"""bytes: a path is never that long, and what ``tarfile`` does with it may take the square of its length"""
_MAGIC = b"ustar\x0000"
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
END = bytes(2 * _BLOCK)


class Entry(NamedTuple):
    """A member of an archive."""

    name: str
    offset: int
    """of its first byte"""
    size: int


def header(name: str, size: int) -> bytes:
    """What stands before a member."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def padding(size: int) -> bytes:
    """What stands behind a member of this size."""
    return bytes(-size % _BLOCK)


@contextmanager
def opened(path: Path) -> Iterator[io.FileIO]:
    """An archive to be read. Raises ``InputError`` where it is no regular file that can be."""
    try:
        file = io.FileIO(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAIT))
    except FileNotFoundError as error:
        raise InputError("there is no such bundle", where=str(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", where=str(path)) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError("a bundle must be a regular file", where=str(path))
        yield file


class _Headers:
    """What ``tarfile`` sees of an archive: never more at once than a header may have."""

    def __init__(self, file: BinaryIO | io.FileIO, where: str) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._file, self._where = file, where

    def read(self, size: int) -> bytes:
        if size > _LARGEST_HEADER:
            raise InputError("has a header that is too large", where=self._where)
        return self._file.read(size) or b""


def entries(file: BinaryIO | io.FileIO, where: str) -> Iterator[Entry]:
    """The members of an archive, in their order. Raises ``InputError`` where it is not one of ours, or cut short."""
    end = file.seek(0, os.SEEK_END)
    offset = 0
    for info in _infos(file, where):
        entry = _entry(file, offset, info, where)
        offset = entry.offset + entry.size + len(padding(entry.size))
        if offset > end:
            raise InputError(f"is cut short: in {_shown(entry.name)}", where=where)
        yield entry
    if _exactly(file, offset, len(END), where) != END or end - offset != len(END):
        raise InputError("has more behind its end, or is cut short", where=where)


def _infos(file: BinaryIO | io.FileIO, where: str) -> Iterator[tarfile.TarInfo]:
    first = _exactly(file, 0, _BLOCK, where)
    if any(first) and first[257:265] != _MAGIC:
        raise InputError("is not a bundle of lineage", where=where)
    file.seek(0)
    try:
        with tarfile.TarFile(fileobj=_Headers(file, where), encoding="utf-8", errors="strict") as archive:  # type: ignore[arg-type]
            while (info := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # else each member stays in memory
                yield info
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from error
    except tarfile.TarError as error:
        raise InputError("is damaged: a checksum is wrong", where=where) from error
    except (ValueError, OverflowError, RecursionError) as error:  # what is no UTF-8, no number, headers of headers
        raise InputError("has a header that is not understood", where=where) from error


def _entry(file: BinaryIO | io.FileIO, offset: int, info: tarfile.TarInfo, where: str) -> Entry:
    if info.type != tarfile.REGTYPE:
        raise InputError(f"holds something that is not a plain file: {_shown(info.name)}", where=where)
    try:
        wanted = header(info.name, info.size)
    except ValueError:  # a negative size, or what is no Unicode
        wanted = b""
    if info.offset_data != offset + len(wanted) or _exactly(file, offset, len(wanted), where) != wanted:
        kind = "an extended header" if info.pax_headers else "a header"
        raise InputError(f"has {kind} that is not understood", where=where)
    return Entry(info.name, info.offset_data, info.size)


def _shown(name: str) -> str:
    return repr(name) if len(name) <= 80 else f"{name[:79]!r}…"


def _exactly(file: BinaryIO | io.FileIO, offset: int, size: int, where: str) -> bytes:
    try:
        file.seek(offset)
        content = file.read(size)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from error
    if content is None or len(content) != size:
        raise InputError("is cut short, or is not a bundle of lineage", where=where)
    return content


def content_of(file: BinaryIO | io.FileIO, entry: Entry, most: int, where: str) -> bytes:
    """The bytes of a small member. Raises ``InputError`` where it has more than ``most``."""
    if entry.size > most:
        raise InputError(f"{entry.name} is larger than {most} bytes", where=where)
    return _exactly(file, entry.offset, entry.size, where)


def pour(
    file: BinaryIO | io.FileIO,
    entry: Entry,
    where: str,
    take: Callable[[bytes], object] | None = None,
    advance: Advance | None = None,
) -> str:
    """The SHA-256 of a member (hex), each part of it given to ``take``."""
    digest = hashlib.sha256(usedforsecurity=False)
    done = 0
    while done < entry.size:
        part = _exactly(file, entry.offset + done, min(_CHUNK, entry.size - done), where)
        digest.update(part)
        if take is not None:
            take(part)
        done += len(part)
        if advance is not None:
            advance(len(part))
    return digest.hexdigest()
