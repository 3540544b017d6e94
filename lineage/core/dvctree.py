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
    listed = [{algorithm: digest, "relpath": path} for path, digest in sorted(rows)]
    text = json.dumps(listed, sort_keys=True)
    return hashlib.new(algorithm, text.encode("ascii"), usedforsecurity=False).hexdigest()
