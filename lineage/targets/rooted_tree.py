"""Files below a root directory, read as the system that has this root sees them.

Rules: paths are absolute POSIX paths inside the root; an absolute link starts at the root again, never at the
machine's own; a relative link that climbs out of the root is not followed; a device or FIFO is never opened, and
nothing of a file that is, waits. With the root ``""`` the paths are the machine's.
"""

import errno
import hashlib
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from lineage.portable.tree import DiskTree, FileTree, Unreadable, follow_links, kind_of

if TYPE_CHECKING:
    from lineage.system.hashing import Advance

_BLOCK = 1 << 20
"""bytes held at once by one thread"""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_DISK = DiskTree()


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


class RootedTree(FileTree):
    """One root. What was once read of its links is kept, so a tree serves one observation."""

    def __init__(self, root: str = "") -> None:
        self.root = root
        self._links: dict[str, str | None] = {}

    def names(self, path: str) -> list[str]:
        return _DISK.names(self.place(self.resolve(path)))

    def read(self, path: str) -> bytes | None:
        try:
            return _DISK.read(self._regular(path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read_start(self, path: str, size: int) -> bytes:
        return _DISK.read_start(self._regular(path), size)

    def kind(self, path: str) -> str:
        try:
            return kind_of(self._mode(self.resolve(path)))
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def resolve(self, path: str) -> str:
        return follow_links(path, self._link, is_bounded=bool(self.root))

    def link(self, path: str) -> str | None:
        """Where a link leads, as it is written; ``None`` for what is none, or cannot be told."""
        try:
            return self._link(path, True)
        except (OSError, ValueError, Unreadable):
            return None

    def place(self, path: str) -> str:
        """The machine's path."""
        return (self.root + path) or "/"

    def look(self, path: str, algorithm: str, advance: "Advance | None" = None, *, linked: bool = False) -> Seen:
        """What stands there, with its digest; ``linked``: a directory above is known to be a link."""
        target = None
        try:
            mode = 0 if linked else os.lstat(self.place(path)).st_mode
            if linked or stat.S_ISLNK(mode):
                target = self.resolve_if_any(path)
                if target is None:
                    return Seen(kind="a link that leads nowhere")
                mode = os.lstat(self.place(target)).st_mode
            if not stat.S_ISREG(mode):
                return Seen(kind=_words(mode), target=target)
            descriptor = os.open(self.place(path if target is None else target), _FLAGS)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return Seen(kind="missing" if target is None else "a link that leads nowhere")
        except OSError as error:
            return Seen(kind="unreadable", target=target, error=error.strerror or str(error))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Seen(kind=_words(status.st_mode), target=target)
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

    def _regular(self, path: str) -> str:
        """The machine's path of a regular file."""
        real = self.resolve(path)
        if not stat.S_ISREG(self._mode(real)):
            raise Unreadable("not a regular file")
        return self.root + real

    def _mode(self, real: str) -> int:
        try:
            return os.lstat(self.place(real)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def _link(self, path: str, last: bool) -> str | None:
        """Where a link leads, ``None`` for what is none."""
        if path not in self._links:
            try:
                self._links[path] = os.readlink(self.root + path)  # noqa: PTH115 - kept as it is written
            except OSError as error:
                if error.errno == errno.EINVAL:
                    self._links[path] = None
                elif isinstance(error, FileNotFoundError) and last:
                    return None
                elif isinstance(error, FileNotFoundError | NotADirectoryError):
                    raise
                else:
                    raise Unreadable(error.strerror or str(error)) from error
        return self._links[path]


def _digest(descriptor: int, size: int, algorithm: str, advance: "Advance | None") -> str:
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


def _words(mode: int) -> str:
    for is_kind, name in (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if is_kind(mode):
            return name
    return "a device"
