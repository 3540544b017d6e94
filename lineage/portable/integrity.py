"""Whether installed files are what their RECORD says: its rows, which of them can be checked, and what differs.

Rules:

1. Only a row with SHA-256, SHA-384 or SHA-512 proves anything; in URL-safe base 64 without padding, as the
   specification asks, or in hexadecimal, as some installers write it. MD5 and SHA-1 prove nothing.
2. Scripts are not compared (the installer writes the interpreter's place into them), nor compiled files.
3. A difference that is honest is kept, with the step ``none``: every tolerance accepts it.

Sources: PEP 376, PEP 427, PEP 627.
"""

import base64
import binascii
import csv
import posixpath
import re
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from lineage.portable.compare import Change
from lineage.portable.identity import check_rows, is_content

MAX_ROWS = 200000
"""No distribution has more files; a longer RECORD is not read to its end."""

CHANGED = "differs from its RECORD"
UNOWNED = "is in no RECORD"
UNCHECKED = "is taken by Python without a look at its source"
LINKED = "is a link out of the environment"

CACHE_HEADER = 8
"""bytes of a cache that say how it is checked"""
_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_SHORT = 12
_SCRIPTS = ("bin", "Scripts")
_HONEST_LINK = "the content it leads to is the recorded one"
_HONEST_CERTIFICATES = "certificates are often replaced in place"


class RecordRow(NamedTuple):
    """One file that a RECORD lists."""

    path: str
    """as written; relative to the directory that holds the ``.dist-info``"""
    algorithm: str
    """a name of ``hashlib``; ``""`` where the row proves nothing"""
    digest: str
    """hexadecimal"""


class FileDifference(NamedTuple):
    """One installed file that is not what a RECORD says."""

    path: str
    what: str
    """``CHANGED``, ``UNOWNED`` or ``LINKED``"""
    recorded: Optional[str]
    observed: str
    honest: str = ""
    """why it is harmless; ``""`` when it is not known to be"""


def read_rows(record: bytes) -> List[RecordRow]:
    """The files of a RECORD, in its order. Raises ``ValueError`` when it is none, or too long."""
    rows: List[RecordRow] = []
    for fields in _fields(record):
        if len(fields) != 3:
            raise ValueError("not path,hash,size: {!r}".format(",".join(fields)[:80]))
        if len(rows) == MAX_ROWS:
            raise ValueError("it lists more than {} files".format(MAX_ROWS))
        algorithm, digest = _parse_hash(fields[1])
        rows.append(RecordRow(fields[0].replace("\\", "/"), algorithm, digest))
    return rows


def content_rows(record: bytes) -> List[RecordRow]:
    """The rows that the identity is made of: what is left out of it owns nothing. Raises ``ValueError``."""
    check_rows(record)
    return [row for row in read_rows(record) if is_content(row.path)]


def _fields(record: bytes) -> Iterator[List[str]]:
    text = record.decode("utf-8", "surrogateescape")
    lines = (line.rstrip("\r") for line in _lines(text))
    if '"' not in text:
        return (line.rsplit(",", 2) for line in lines if line)
    return _quoted(lines)


def _lines(text: str) -> Iterator[str]:
    """One after the other: a list of a million lines would need many times the bytes of the file."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _quoted(lines: Iterable[str]) -> Iterator[List[str]]:
    try:
        for fields in csv.reader(lines):
            if fields:
                yield fields
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _parse_hash(text: str) -> Tuple[str, str]:
    algorithm, _, written = text.partition("=")
    size = _BYTES.get(algorithm)
    if size is None:
        return "", ""
    if len(written) == 2 * size and _HEX.fullmatch(written):
        return algorithm, written.lower()
    try:
        digest = base64.b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return "", ""
    return (algorithm, digest.hex()) if len(digest) == size else ("", "")


def place_of(base: str, row: str) -> str:
    """The absolute path that a row means, seen from the directory ``base``, with ``..`` resolved."""
    return posixpath.normpath(posixpath.join(base, row))


def is_below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip("/") + "/")


def is_script(path: str, prefix: str) -> bool:
    """Whether a place in an environment is where its scripts lie."""
    return any(is_below(path, posixpath.join(prefix, name)) for name in _SCRIPTS)


def is_compiled(path: str) -> bool:
    """A cache that the interpreter writes itself, and that is no longer what was installed."""
    return "__pycache__/" in path


def is_unchecked_cache(header: bytes) -> bool:
    """Whether a cache, by its first bytes, counts whatever its source says (PEP 552)."""
    # No Python takes other bits, or a magic number that ends otherwise.
    return len(header) == CACHE_HEADER and header[2:] == b"\r\n" + (1).to_bytes(4, "little")


def is_distributors(path: str) -> bool:
    """A directory whose files Debian changes after their RECORD was written: it strips extension modules."""
    return path.endswith("/lib/python3/dist-packages")


def short(digest: str) -> str:
    """As much of a digest as a person compares."""
    return digest[:_SHORT]


def changed(path: str, row: RecordRow, observed: str) -> FileDifference:
    """A file with another content than recorded; ``observed`` is its digest."""
    is_honest = path.rpartition("/")[2] == "cacert.pem"
    return FileDifference(path, CHANGED, short(row.digest), short(observed), _HONEST_CERTIFICATES if is_honest else "")


def replaced(path: str, row: RecordRow, kind: str) -> FileDifference:
    """Something else, or nothing, where a file is recorded; ``kind`` says what in words."""
    return FileDifference(path, CHANGED, short(row.digest), kind)


def linked(path: str, row: RecordRow) -> FileDifference:
    """A link out of the environment, to the content that is recorded: so does an installer that keeps a cache."""
    return FileDifference(path, LINKED, short(row.digest), "a link", _HONEST_LINK)


def package_changes(name: str, use: str, differences: Iterable[FileDifference]) -> List[Change]:
    """The differences of one package: one change for all that matter, and one for each reason why some do not."""
    groups: Dict[str, List[FileDifference]] = {}
    for one in sorted(differences):
        groups.setdefault(one.honest, []).append(one)
    changes = []
    for honest, ones in sorted(groups.items()):
        first, more = ones[0], len(ones) - 1
        detail = "{} {}".format(first.path, first.what)
        if more:
            detail += " and {} more file{}".format(more, "s" * (more > 1))
        if honest:
            detail += ": " + honest
        step = "none" if honest else "build"
        subject = "package:" + name
        changes.append(Change(subject, "package-file", first.recorded, first.observed, step, use, detail))
    return changes
