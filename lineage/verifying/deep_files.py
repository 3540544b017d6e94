"""Installed files, opened so that nothing of the target can hold us up, or lead us to a device.

A file is opened only after it was seen to be regular, without following a link and without waiting. A link is followed
to what it leads to at last, as the target sees it, and that must be a regular file too.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from lineage.portable.tree import Unreadable
from lineage.targets.rooted_tree import RootedTree

Advance = Callable[[int], None]
"""Told how many bytes were read."""

_BLOCK = 1 << 20
"""bytes held at once by one thread"""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Seen(NamedTuple):
    """What stands at a path."""

    digest: str = ""
    """hexadecimal; ``""`` where no regular file could be read"""
    kind: str = "a file"
    """in words: ``missing``, ``a FIFO``, …"""
    target: str | None = None
    """where a link leads to at last; ``None`` where there is no link"""
    error: str = ""
    """why it could not be read, although it is there"""


class InstalledFiles:
    """The files below a root, ``""`` for the machine's own; paths are absolute and inside the root."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._tree = RootedTree(root)

    def resolve(self, path: str) -> str | None:
        """The path with every link followed, ``None`` where it leads nowhere."""
        try:
            return self._tree.resolve(path)
        except (OSError, Unreadable):
            return None

    def place(self, path: str) -> str:
        """The machine's path."""
        return (self.root + path) or "/"

    def look(self, path: str, algorithm: str, advance: Advance | None = None, *, linked: bool = False) -> Seen:
        """What stands there, with its digest; ``linked``: a directory above is known to be a link."""
        target = None
        try:
            mode = 0 if linked else os.lstat(self.place(path)).st_mode
            if linked or stat.S_ISLNK(mode):
                target = self.resolve(path)
                if target is None:
                    return Seen(kind="a link that leads nowhere")
                mode = os.lstat(self.place(target)).st_mode
            if not stat.S_ISREG(mode):
                return Seen(kind=_kind(mode), target=target)
            descriptor = os.open(self.place(path if target is None else target), _FLAGS)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return Seen(kind="missing" if target is None else "a link that leads nowhere")
        except OSError as error:
            return Seen(kind="unreadable", target=target, error=error.strerror or str(error))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Seen(kind=_kind(status.st_mode), target=target)
            return Seen(_digest(descriptor, status.st_size, algorithm, advance), target=target)
        except OSError as error:
            return Seen(kind="unreadable", target=target, error=error.strerror or str(error))
        finally:
            os.close(descriptor)

    def read_start_file(self, path: str) -> bytes | None:
        """The content of a start-up file; ``None`` where it is a link, no file, or larger than any such file is."""
        try:
            if not stat.S_ISREG(os.lstat(self.place(path)).st_mode):
                return None
            descriptor = os.open(self.place(path), _FLAGS)
        except OSError:
            return None
        try:
            content = os.read(descriptor, _BLOCK) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
        except OSError:
            return None
        finally:
            os.close(descriptor)
        return None if content is None or len(content) == _BLOCK else content


def _digest(descriptor: int, size: int, algorithm: str, advance: Advance | None) -> str:
    """Stops soon after ``size``, so that a file which keeps growing comes to an end."""
    hasher = hashlib.new(algorithm)
    total = 0
    while total <= size:
        block = os.read(descriptor, min(_BLOCK, size - total + 1))
        if not block:
            break
        hasher.update(block)
        total += len(block)
        if advance is not None:
            advance(len(block))
    return hasher.hexdigest()


def _kind(mode: int) -> str:
    for is_kind, name in (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if is_kind(mode):
            return name
    return "a device"
