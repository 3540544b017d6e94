"""DVC's address of a directory: one digest over the list of its files."""

import hashlib
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii


class TreeDigest:
    """The digest of DVC's list form of a directory, fed row by row: as one text, a million rows take a gigabyte."""

    def __init__(self, algorithm: str) -> None:
        """``algorithm`` is the one of the rows and of the result: ``md5`` or ``sha256``."""
        self._algorithm = algorithm
        self._whole = hashlib.new(algorithm, b"[", usedforsecurity=False)
        self._last: str | None = None

    def add(self, path: str, digest: str) -> None:
        """The next file: its path, POSIX relative to the directory, and the hex digest of its content.

        Raises ValueError when the path is not behind the one before: DVC sorts by path in code points.
        """
        if self._last is not None and path <= self._last:
            raise ValueError(f"not in order: {path!r} after {self._last!r}")
        # ASCII JSON with json's own separators, keys sorted: all of it is in the digest.
        own, relpath = f'"{self._algorithm}": "{digest}"', f'"relpath": {encode_basestring_ascii(path)}'
        first, second = (own, relpath) if self._algorithm < "relpath" else (relpath, own)
        separator = "" if self._last is None else ", "
        self._whole.update(f"{separator}{{{first}, {second}}}".encode("ascii"))
        self._last = path

    def hexdigest(self) -> str:
        """Of the rows so far; for ``md5``, DVC itself puts ``.dir`` behind it."""
        whole = self._whole.copy()
        whole.update(b"]")
        return whole.hexdigest()


def tree_digest(rows: Iterable[tuple[str, str]], algorithm: str) -> str:
    """The hex digest of ``TreeDigest`` over (path, hex digest) in any order, no path twice."""
    whole = TreeDigest(algorithm)
    for path, digest in sorted(rows):
        whole.add(path, digest)
    return whole.hexdigest()
