"""DVC's address of a directory: one digest over the list of its files."""

import hashlib
import json
from collections.abc import Iterable


def tree_digest(rows: Iterable[tuple[str, str]], algorithm: str) -> str:
    """The hex digest of DVC's list form of a directory; for ``md5``, DVC itself puts ``.dir`` behind it.

    ``rows`` are (path POSIX relative to the directory, hex of the file's content), in any order;
    ``algorithm`` is the one of the rows and of the result: ``md5`` or ``sha256``.
    """
    # DVC sorts by path in code points and writes ASCII JSON with json's own separators: all of it is in the digest.
    # One row at a time: as one text, a million files would take a gigabyte.
    whole = hashlib.new(algorithm, b"[", usedforsecurity=False)
    encode = json.JSONEncoder(sort_keys=True).encode
    separator = ""
    for path, digest in sorted(rows):
        whole.update((separator + encode({algorithm: digest, "relpath": path})).encode("ascii"))
        separator = ", "
    whole.update(b"]")
    return whole.hexdigest()
