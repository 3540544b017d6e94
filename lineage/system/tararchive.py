"""A tar of plain files: the same members, the same bytes. Read as strictly as it is written.

POSIX pax (IEEE Std 1003.1): blocks of 512 bytes, a header for each member, at the end two blocks of zeros. Owner 0,
mode 0644, time 0; a name or size that the plain header cannot hold stands in an extended header before it. Anything
else that tar knows (links, devices, directories, sparse files, other keys) is refused.
"""

import hashlib
import io
import os
import re
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lineage.errors import InputError
from lineage.system.hashing import Advance

_BLOCK = 512
_CHUNK = 1 << 20
_LARGEST_EXTENDED = 64 << 10
_OCTAL = re.compile(rb"[0-7]+[\0 ]?")
_NUMBER = re.compile(r"[0-9]{1,19}")
_RECORD = re.compile(rb"([0-9]{1,6}) (path|size)=")
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


def entries(file: BinaryIO | io.FileIO, where: str) -> Iterator[Entry]:
    """The members of an archive, in their order. Raises ``InputError`` where it is not one of ours, or cut short."""
    end = file.seek(0, os.SEEK_END)
    offset = 0
    while True:
        block = _block(file, offset, where)
        if block == END[:_BLOCK]:
            if end - offset != len(END) or _block(file, offset + _BLOCK, where) != block:
                raise InputError("has more behind its end, or is cut short", where=where)
            return
        extended: dict[str, str] = {}
        if block[156:157] == b"x":
            size = _size(block, where)
            if size > _LARGEST_EXTENDED:
                raise InputError("has a header that is too large", where=where)
            extended = _extended(_exactly(file, offset + _BLOCK, size, where), where)
            offset += _BLOCK + size + len(padding(size))
            block = _block(file, offset, where)
        entry = _entry(block, offset + _BLOCK, extended, where)
        offset = entry.offset + entry.size + len(padding(entry.size))
        if offset > end:
            raise InputError(f"is cut short: in {_shown(entry.name)}", where=where)
        yield entry


def _entry(block: bytes, offset: int, extended: dict[str, str], where: str) -> Entry:
    plain = _text(block[:100], where)
    prefix = _text(block[345:500], where)
    name = extended.get("path", f"{prefix}/{plain}" if prefix else plain)
    size = int(extended["size"]) if "size" in extended else _size(block, where)
    if block[156:157] != b"0" or any(block[157:257]):
        raise InputError(f"holds something that is not a plain file: {_shown(name)}", where=where)
    return Entry(name, offset, size)


def _block(file: BinaryIO | io.FileIO, offset: int, where: str) -> bytes:
    """A header whose checksum is right, or zeros."""
    block = _exactly(file, offset, _BLOCK, where)
    if any(block):
        wanted = block[148:156].rstrip(b"\0 ")
        if block[257:265] != b"ustar\x0000" or not _OCTAL.fullmatch(wanted):
            raise InputError("is not a bundle of lineage", where=where)
        if int(wanted, 8) != sum(block[:148]) + sum(block[156:]) + 8 * 32:
            raise InputError("is damaged: a checksum is wrong", where=where)
    return block


def _size(block: bytes, where: str) -> int:
    if not _OCTAL.fullmatch(block[124:136]):
        raise InputError("has a member whose size is no number", where=where)
    return int(block[124:136].rstrip(b"\0 "), 8)


def _extended(content: bytes, where: str) -> dict[str, str]:
    """``LENGTH KEY=VALUE\\n`` records; only those that we write."""
    found: dict[str, str] = {}
    while content:
        match = _RECORD.match(content)
        length = int(match[1]) if match else 0
        record = content[:length]
        if match is None or not match.end() < length <= len(content) or not record.endswith(b"\n"):
            raise InputError("has an extended header that is not understood", where=where)
        key = match[2].decode("ascii")
        value = _text(record[match.end() : -1], where)
        if key in found or (key == "size" and not _NUMBER.fullmatch(value)):
            raise InputError("has an extended header that is not understood", where=where)
        found[key] = value
        content = content[length:]
    return found


def _text(field: bytes, where: str) -> str:
    plain = field.rstrip(b"\0")
    try:
        if b"\0" not in plain:
            return plain.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise InputError("has a name that is not understood", where=where)


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
