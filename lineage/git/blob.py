"""The id that git gives to the content of a file: nothing is asked, and no filter is run."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from lineage.errors import RepositoryError

_CHUNK = 1024 * 1024  # bytes


def blob_id(file: Path, object_format: str) -> str:
    """The blob id of a file's raw bytes, or of a symbolic link's target.

    ``object_format``: ``sha1`` or ``sha256``. Raises RepositoryError when the file cannot be read, or changes
    its size meanwhile.
    """
    try:
        if file.is_symlink():
            target = os.fsencode(file.readlink())
            return _digest(file, len(target), (target,), object_format)
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return _digest(file, size, iter(lambda: stream.read(_CHUNK), b""), object_format)
    except OSError as error:
        raise RepositoryError(f"cannot be read: {error.strerror}", where=str(file)) from error


def content_id(content: bytes, object_format: str) -> str:
    """The blob id of some bytes."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _digest(file: Path, size: int, chunks: Iterable[bytes], object_format: str) -> str:
    # The size comes first in what is hashed, so it is taken before reading and held against what came.
    digest = hashlib.new(object_format, b"blob %d\0" % size, usedforsecurity=False)
    left = size
    for chunk in chunks:
        digest.update(chunk)
        left -= len(chunk)
    if left:
        hint = "wait for the program that writes it, then try again"
        raise RepositoryError("changed while it was read", where=str(file), hint=hint)
    return digest.hexdigest()
