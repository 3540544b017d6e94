"""Files below a root directory, read as the system that has this root sees them.

Rules: paths are absolute POSIX paths inside the root; an absolute link starts at the root again, never at the
machine's own; a relative link that climbs out of the root is not followed; a device or FIFO is never opened. With the
root ``""`` the paths are the machine's.
"""

import errno
import os
import stat
from pathlib import Path

from lineage.portable.tree import DiskTree, FileTree, Unreadable

MAX_LINKS = 40
"""As many as Linux follows in one path."""

_DISK = DiskTree()


class RootedTree(FileTree):
    """One root. What was once read of its links is kept, so a tree serves one observation."""

    def __init__(self, root: str = "") -> None:
        self.root = root
        self._links: dict[str, str | None] = {}

    def names(self, path: str) -> list[str]:
        return _DISK.names((self.root + self.resolve(path)) or "/")

    def read(self, path: str) -> bytes | None:
        try:
            return _DISK.read(self._regular(path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names_if_any(self, path: str) -> list[str]:
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

    def read_start(self, path: str, size: int) -> bytes:
        """The first bytes of a regular file. Raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``."""
        place = self._regular(path)
        try:
            with Path(place).open("rb", buffering=0) as file:
                return file.read(size)
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def kind(self, path: str) -> str:
        """``directory``, ``file``, ``other`` (device, FIFO, socket), ``""`` for nothing; raises ``Unreadable``."""
        try:
            mode = self._mode(self.resolve(path))
        except (FileNotFoundError, NotADirectoryError):
            return ""
        return "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"

    def is_kind(self, path: str, kind: str) -> bool:
        """Whether it is that; what cannot be told is not."""
        try:
            return self.kind(path) == kind
        except Unreadable:
            return False

    def resolve(self, path: str) -> str:
        """The path inside the root with every link followed; ``""`` is the root itself.

        Raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``; the last part need not exist.
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
                if not real and self.root:
                    raise Unreadable("a link leads out of the root")
                real = real.rpartition("/")[0]
                continue
            step = f"{real}/{part}"
            link = self._link(step, last=not parts)
            if link is None:
                real = step
                continue
            followed += 1
            if followed > MAX_LINKS:
                raise Unreadable("too many links")
            if link.startswith("/"):
                real = ""
            parts += link.split("/")[::-1]
        return real

    def _regular(self, path: str) -> str:
        """The machine's path of a regular file."""
        real = self.resolve(path)
        if not stat.S_ISREG(self._mode(real)):
            raise Unreadable("not a regular file")
        return self.root + real

    def _mode(self, real: str) -> int:
        try:
            return os.lstat((self.root + real) or "/").st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def _link(self, path: str, *, last: bool) -> str | None:
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
