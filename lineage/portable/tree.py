"""Files of a target, read as bytes: the port that hides where they lie, and the one place here that touches a disk."""

import os
import stat
from typing import Callable, List, Optional

from lineage.errors import LineageError

MAX_FILE_BYTES = 64 * 1024 * 1024
"""No metadata file of an installed distribution is larger; what is larger is not read."""

MAX_LINKS = 40
"""As many as Linux follows in one path."""

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(LineageError):
    """A file or directory is there, and cannot be read; the message says why."""


class FileTree:
    """The port: where the files of a target are read from.

    Paths are absolute POSIX paths inside of it, ``""`` being its top, and links mean what they mean inside. To read
    installed packages takes ``names`` and ``read``; to find an interpreter takes all five. Another tree (the layers of
    an image, a test) overrides these, and gets the rest from here.
    """

    root = ""
    """what stands before a path to tell it to people; ``""``: the paths are those of this machine"""
    is_archive = False
    """it is one archive: ``import`` looks for other files in it"""

    def names(self, path: str) -> List[str]:
        """Sorted names in a directory; raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``."""
        raise NotImplementedError

    def read(self, path: str) -> Optional[bytes]:
        """The bytes of a regular file, ``None`` when there is none; raises ``Unreadable``."""
        raise NotImplementedError

    def read_start(self, path: str, size: int) -> bytes:
        """The first bytes of a regular file. Raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``."""
        raise NotImplementedError

    def kind(self, path: str) -> str:
        """``directory``, ``file``, ``other`` (device, FIFO, socket), ``""`` for nothing; raises ``Unreadable``."""
        raise NotImplementedError

    def resolve(self, path: str) -> str:
        """The path with every link followed; ``""`` is the top itself.

        Raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``; the last part need not exist.
        """
        raise NotImplementedError

    def names_if_any(self, path: str) -> List[str]:
        """The names in a directory; none where it is not there or cannot be read."""
        try:
            return self.names(path)
        except (FileNotFoundError, NotADirectoryError, Unreadable):
            return []

    def read_if_any(self, path: str) -> bytes:
        """The bytes of a regular file; none where it is not there or cannot be read."""
        try:
            return self.read(path) or b""
        except Unreadable:
            return b""

    def read_start_if_any(self, path: str, size: int) -> bytes:
        """The first bytes of a regular file; none where it is not there or cannot be read."""
        try:
            return self.read_start(path, size)
        except (FileNotFoundError, NotADirectoryError, Unreadable):
            return b""

    def is_kind(self, path: str, kind: str) -> bool:
        """Whether it is that; what cannot be told is not."""
        try:
            return self.kind(path) == kind
        except Unreadable:
            return False

    def resolve_if_any(self, path: str) -> Optional[str]:
        """The path with every link followed, ``None`` where it leads nowhere."""
        try:
            return self.resolve(path)
        except (FileNotFoundError, NotADirectoryError, Unreadable):
            return None


class DiskTree(FileTree):
    """Files of this machine. Never blocks on a FIFO, never reads a device, never reads more than the cap."""

    def names(self, path: str) -> List[str]:
        try:
            return sorted(os.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def read(self, path: str) -> Optional[bytes]:
        try:
            return _read_regular(path, read_whole)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read_start(self, path: str, size: int) -> bytes:
        return _read_regular(path, lambda descriptor, _: os.read(descriptor, size))

    def kind(self, path: str) -> str:
        try:
            return kind_of(os.stat(path or "/").st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def resolve(self, path: str) -> str:
        real = os.path.realpath(path or "/")
        if self.kind(os.path.dirname(real)) != "directory":
            raise FileNotFoundError(path)
        return real.rstrip("/")


def follow_links(path: str, link: Callable[[str, bool], Optional[str]], is_bounded: bool) -> str:
    """What ``FileTree.resolve`` says, step by step, as the system does whose files they are.

    ``link`` tells where a link leads, ``None`` for what is none, and raises as ``resolve`` does; it is told whether the
    step is the last. ``is_bounded``: above the top there is something else, so what climbs out of it is not followed.
    """
    if "\0" in path:
        raise Unreadable("a null character in a path")
    parts = path.split("/")[::-1]
    real, followed = "", 0
    while parts:
        part = parts.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not real and is_bounded:
                raise Unreadable("a link leads out of the root")
            real = real.rpartition("/")[0]
            continue
        step = real + "/" + part
        target = link(step, not parts)
        if target is None:
            real = step
            continue
        followed += 1
        if followed > MAX_LINKS:
            raise Unreadable("too many links")
        if target.startswith("/"):
            real = ""
        parts += target.split("/")[::-1]
    return real


def kind_of(mode: int) -> str:
    """What ``FileTree.kind`` says of something that is there."""
    return "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _read_regular(path: str, take: Callable[[int, int], bytes]) -> bytes:
    """What ``take`` reads of an open file of a size."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        return take(descriptor, status.st_size)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    finally:
        os.close(descriptor)


def read_whole(descriptor: int, size: int) -> bytes:
    """All bytes behind a descriptor, whatever ``size`` it was told to have; raises ``Unreadable`` beyond the cap."""
    if size > MAX_FILE_BYTES:
        raise Unreadable("larger than {} bytes".format(MAX_FILE_BYTES))
    chunks, total = [], 0
    chunk = os.read(descriptor, size + 1)
    while chunk:
        chunks.append(chunk)
        total += len(chunk)
        if total > MAX_FILE_BYTES:
            raise Unreadable("larger than {} bytes".format(MAX_FILE_BYTES))
        chunk = os.read(descriptor, 65536)
    return b"".join(chunks)
