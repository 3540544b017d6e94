"""Digests of one file's bytes: all of them from one read, in constant memory.

The bytes hashed are those of one state of the file. A file that changes meanwhile is read again, and given up
after a few times: a digest of half of this and half of that would name bytes that never existed.
"""

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lineage.errors import WeightsError

Advance = Callable[[int], None]
"""Told of bytes as they are read; a negative number takes back what has to be read again."""

DOS2UNIX = ("md5-dos2unix", "md5-dos2unix-each")
"""MD5 as DVC 2 took it of text, CRLF as LF: whether it is text decided on the first MiB, or, by DVC 3, on each."""

_BLOCK = 1 << 20
"""bytes asked for at once: larger ones were not faster, and two of them stay in the processor's cache"""

_TWO_THREADS_FROM = 2 << 20
"""bytes: below this the second thread costs about as much as it saves"""

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigests:
    """What one read of a file gave."""

    size: int
    """bytes"""
    digests: tuple[tuple[str, str], ...]
    """(algorithm, hex), in the order they were asked for"""


class _Hasher(Protocol):
    def update(self, data: memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


_Read = Callable[[memoryview], int]


class _Dos2Unix:
    """MD5 of a file whose CRLFs are taken as LFs in every MiB that is text; one across two of them stays."""

    def __init__(self, each: bool) -> None:
        self._digest = hashlib.md5(usedforsecurity=False)
        self._each = each
        self._is_text: bool | None = None
        self._pending = bytearray()

    def update(self, data: memoryview, /) -> None:
        self._pending += data
        while len(self._pending) >= _BLOCK:
            self._digest.update(self._converted(bytes(self._pending[:_BLOCK])))
            del self._pending[:_BLOCK]

    def hexdigest(self) -> str:
        digest = self._digest.copy()
        digest.update(self._converted(bytes(self._pending)))
        return digest.hexdigest()

    def _converted(self, block: bytes) -> bytes:
        if self._is_text is None or self._each:
            self._is_text = _is_text(block[:512])
        return block.replace(b"\r\n", b"\n") if self._is_text else block


_TEXT = bytes(range(0x20, 0x7F)) + b"\n\r\t\f\b"


def _is_text(start: bytes) -> bool:
    """DVC's rule: no null character, and at most 30 % that is not printable ASCII."""
    return b"\0" not in start and len(start.translate(None, _TEXT)) <= 0.3 * len(start)


def _hasher(name: str) -> _Hasher:
    return _Dos2Unix(name != DOS2UNIX[0]) if name in DOS2UNIX else hashlib.new(name, usedforsecurity=False)


def hash_file(
    path: Path, algorithms: Sequence[str], *, advance: Advance | None = None, where: str | None = None
) -> FileDigests:
    """The size and digests of a regular file, which is never followed if it is a symbolic link.

    ``algorithms`` are names of ``hashlib``, or of ``DOS2UNIX``; put the slowest first, it gets a thread of its own on
    a large file. ``where`` names the file in errors, ``path`` itself when ``None``. ``advance`` is called from this
    thread.

    Raises WeightsError when the file is missing, unreadable, not regular, or changed in each of three reads.
    """
    named = str(path) if where is None else where
    for _ in range(_ATTEMPTS):
        result = _read_once(path, algorithms, advance, named)
        if result is not None:
            return result
    raise WeightsError("it changed while it was read", named, "let the program that writes it finish, then try again")


def not_a_file(mode: int, where: str) -> WeightsError:
    """The error for something whose ``st_mode`` is not that of a regular file."""
    return WeightsError(f"not a regular file but {_kind(mode)}", where, "weights are files, or a directory of files")


def unreadable(error: OSError, where: str) -> WeightsError:
    """The error for a file or directory that the system would not give."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return WeightsError("no such file or directory", where, "check that it was not moved or deleted")
    reason = error.strerror or str(error)
    return WeightsError(f"cannot be read: {reason}", where, "check its permissions and the disk it lies on")


def _kind(mode: int) -> str:
    for is_kind, name in (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if is_kind(mode):
            return name
    return "a device"


def _read_once(path: Path, algorithms: Sequence[str], advance: Advance | None, where: str) -> FileDigests | None:
    """``None`` when the file changed meanwhile."""
    with _open_regular(path, where) as file:
        before = _state(file, where)
        size = before[2]
        hashers = [_hasher(name) for name in algorithms]

        def read(block: memoryview) -> int:
            try:
                return file.readinto(block) or 0
            except OSError as error:
                raise unreadable(error, where) from error

        feed = _feed_on_two_threads if len(hashers) > 1 and size >= _TWO_THREADS_FROM else _feed
        count = feed(read, hashers, size, advance)
        if count == size and _state(file, where) == before:
            digests = tuple((name, hasher.hexdigest()) for name, hasher in zip(algorithms, hashers, strict=True))
            return FileDigests(size=size, digests=digests)
    if advance is not None:
        advance(-count)
    return None


def _open_regular(path: Path, where: str) -> io.FileIO:
    # Looked at before it is opened: to open a device can already do something. O_NONBLOCK and O_NOFOLLOW are for
    # what takes its place in between: a FIFO would block for ever, a link would lead elsewhere.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            file = io.FileIO(path, "rb", opener=lambda name, _: os.open(name, flags))
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode):
                return file
            file.close()
    except OSError as error:
        raise unreadable(error, where) from error
    raise not_a_file(mode, where)


def _state(file: io.FileIO, where: str) -> tuple[int, ...]:
    """Device, inode, size, and both times: ``st_ctime_ns`` tells of a write whose mtime was put back."""
    try:
        seen = os.fstat(file.fileno())
    except OSError as error:
        raise unreadable(error, where) from error
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _feed(read: _Read, hashers: Sequence[_Hasher], size: int, advance: Advance | None) -> int:
    """Bytes read; stops soon after ``size``, so that a file which keeps growing comes to an end."""
    block = memoryview(bytearray(min(_BLOCK, size + 1)))
    total = 0
    while total <= size and (count := read(block)):
        for hasher in hashers:
            hasher.update(block[:count])
        total += count
        if advance is not None:
            advance(count)
    return total


def _feed_on_two_threads(read: _Read, hashers: Sequence[_Hasher], size: int, advance: Advance | None) -> int:
    """As ``_feed``, the first hasher on a thread of its own, one block behind: it alone sets the pace."""
    first, others = hashers[0], hashers[1:]
    blocks = (memoryview(bytearray(_BLOCK)), memoryview(bytearray(_BLOCK)))
    pending: list[Future[None] | None] = [None, None]
    total = turn = 0
    with ThreadPoolExecutor(max_workers=1) as pool:
        while total <= size:
            earlier = pending[turn]
            if earlier is not None:
                earlier.result()
            count = read(blocks[turn])
            if not count:
                break
            block = blocks[turn][:count]
            pending[turn] = pool.submit(first.update, block)
            for hasher in others:
                hasher.update(block)
            total += count
            turn = 1 - turn
            if advance is not None:
                advance(count)
    return total
