"""Files of a target, read as bytes: the one place of this layer that touches a disk."""

import errno
import os
import stat
from typing import List, Optional

from lineage.errors import LineageError

MAX_FILE_BYTES = 64 * 1024 * 1024
"""No metadata file of an installed distribution is larger; what is larger is not read."""

_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(LineageError):
    """A file or directory is there, and cannot be read; the message says why."""


class FileTree:
    """The port: where installed files are read from. Another tree (an image, a test) overrides both methods."""

    def names(self, path: str) -> List[str]:
        """Sorted names in a directory; raises ``FileNotFoundError``, ``NotADirectoryError`` or ``Unreadable``."""
        raise NotImplementedError

    def read(self, path: str) -> Optional[bytes]:
        """The bytes of a regular file, ``None`` when there is none; raises ``Unreadable``."""
        raise NotImplementedError


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
            descriptor = os.open(path, _OPEN_FLAGS)
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise Unreadable(error.strerror or str(error)) from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("not a regular file")
            if status.st_size > MAX_FILE_BYTES:
                raise Unreadable("larger than {} bytes".format(MAX_FILE_BYTES))
            return _read_all(descriptor, status.st_size)
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        finally:
            os.close(descriptor)


def _read_all(descriptor: int, size: int) -> bytes:
    chunks, total = [], 0
    chunk = os.read(descriptor, size + 1)
    while chunk:
        chunks.append(chunk)
        total += len(chunk)
        if total > MAX_FILE_BYTES:
            raise Unreadable("larger than {} bytes".format(MAX_FILE_BYTES))
        chunk = os.read(descriptor, 65536)
    return b"".join(chunks)
