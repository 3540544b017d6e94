"""Weights by content: the digests of a file or a directory, the same that DVC gives it.

Of a directory, the digest is over what DVC counts there: see ``lineage.weights.files``. It is read in windows of some
thousand files, so that the largest is read in as little memory as the smallest.
"""

import hashlib
import os
import posixpath
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from pathlib import Path

from lineage.errors import WeightsError
from lineage.model.weights import Weights
from lineage.system.hashing import DOS2UNIX, Advance, FileDigests
from lineage.weights.cache import ALGORITHMS, DigestCache
from lineage.weights.files import NOTHING, LeftOut, Walk, WalkedFile, check_name
from lineage.weights.reading import read_in_order

_ATTEMPTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Weights to be recorded, and what lies there but is no part of them."""

    weights: Weights
    left_out: LeftOut
    """what DVC is told to ignore"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The content that lies somewhere, to be compared with what was recorded."""

    size: int
    """bytes; of a directory, the sum over its files"""
    sha256: str
    """64 hex; of a directory: over DVC's list form with ``sha256`` in place of ``md5``"""
    is_directory: bool
    is_known: bool = False
    """whether some of it was not read now, but known from an earlier read"""
    left_out: LeftOut = NOTHING
    """what lies there and does not count, as DVC is told to ignore it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    is_directory: bool
    size: int
    digests: tuple[str, ...]
    """one for each algorithm"""
    is_known: bool
    """whether a digest of it came from the cache"""
    left_out: LeftOut


def measure(root: Path, path: str, *, advance: Advance | None = None, known: DigestCache | None = None) -> Weights:
    """The weights of ``survey``; parameters and what is raised are its own."""
    return survey(root, path, advance=advance, known=known).weights


def survey(root: Path, path: str, *, advance: Advance | None = None, known: DigestCache | None = None) -> Survey:
    """The weights at ``path`` (POSIX, relative to ``root``), file or directory, to be recorded.

    ``advance`` is called with counts of bytes, from several threads but by one at a time. What ``known`` holds is not
    read; what is read is entered there.

    Raises WeightsError when there is nothing, no file below the directory, something that is not a file, a link to
    a directory below it, a link that leads out of ``root``, a name that is not UTF-8, a ``.dvcignore`` that DVC
    refuses or cannot read, or a change during the read.
    """
    if path != posixpath.normpath(path) or path.startswith(("/", "../")) or path in (".", "..") or "\0" in path:
        raise WeightsError("not a path below the repository root", path, "write it as `models/fraud.pkl`")
    check_name(path, path)
    within = os.path.realpath(root)
    content = _content(root / path, path, within, ALGORITHMS, advance, known)
    return Survey(weights=_weights(path, content), left_out=content.left_out)


def sha256_of(
    location: Path, *, advance: Advance | None = None, known: DigestCache | None = None, everything: bool = False
) -> Found:
    """The content at ``location``, file or directory, wherever links to files lead: it is compared, not recorded.

    With ``everything``, what DVC is told to ignore counts too. Raises WeightsError as ``survey`` does, links that
    lead out excepted.
    """
    content = _content(location, str(location), None, ("sha256",), advance, known, everything)
    return Found(
        size=content.size,
        sha256=content.digests[0],
        is_directory=content.is_directory,
        is_known=content.is_known,
        left_out=content.left_out,
    )


def content_of(location: Path, path: str, *, known: DigestCache | None = None) -> Weights:
    """The content at ``location``, to be recorded as that of ``path``: as ``measure``, wherever links lead.

    Raises WeightsError as ``sha256_of`` does.
    """
    return _weights(path, _content(location, path, None, ALGORITHMS, None, known))


def _weights(path: str, content: _Content) -> Weights:
    md5, sha256 = content.digests
    return Weights(path=path, size=content.size, sha256=sha256, md5=md5 + (".dir" if content.is_directory else ""))


def found_as_recorded(
    recorded: Weights, location: Path, *, advance: Advance | None = None, known: DigestCache | None = None
) -> Found:
    """The content at ``location``, to be compared with ``recorded``: counted as DVC does, or, where that is not what
    was recorded, with what DVC is told to ignore: at the capture it may not have been told so.

    Raises WeightsError as ``sha256_of`` does.
    """
    found = sha256_of(location, advance=advance, known=known)
    if found.left_out.paths and found.sha256 != recorded.sha256:
        return sha256_of(location, advance=advance, known=known, everything=True)
    return found


def dos2unix_md5s(location: Path, *, advance: Advance | None = None) -> frozenset[str]:
    """The digests that DVC 2 and DVC 3 give, as ``md5-dos2unix``, to the content at ``location``.

    They are one but for a file over 1 MiB that is partly text. Raises WeightsError as ``sha256_of`` does.
    """
    content = _content(location, str(location), None, DOS2UNIX, advance, None)
    return frozenset(digest + (".dir" if content.is_directory else "") for digest in content.digests)


def size_of(location: Path) -> int:
    """Bytes to read at ``location``, as far as can be told before; for showing progress only."""
    try:
        return sum(entry.state[2] for entry in Walk(location, str(location), None))
    except WeightsError:
        return 0


def _content(
    location: Path,
    where: str,
    within: str | None,
    algorithms: Sequence[str],
    advance: Advance | None,
    known: DigestCache | None,
    everything: bool = False,
) -> _Content:
    for _ in range(_ATTEMPTS):
        walk = Walk(location, where, within, everything=everything)
        sums = _Sums(algorithms)
        fresh = None if known is None or algorithms != ALGORITHMS else known.fresh()
        # Closed at once whatever happens: its threads would go on.
        with closing(read_in_order(walk, where, algorithms, advance, known)) as files:
            for entry, result, is_known in files:
                sums.add(entry, result, is_known)
                if fresh is not None and not is_known:
                    fresh.add(entry.state, result)
        # A file hashed early may have changed while a later one was read: only the whole as it still stands counts.
        again = Walk(location, where, within, everything=everything)
        for _entry in again:
            pass
        if (again.is_directory, again.fingerprint()) == (walk.is_directory, walk.fingerprint()):
            if fresh is not None:
                fresh.keep()
            return _Content(
                is_directory=walk.is_directory,
                size=sums.size,
                digests=sums.digests(walk.is_directory),
                is_known=sums.is_known,
                left_out=walk.left_out(),
            )
        if advance is not None:
            advance(-sums.size)
    raise WeightsError("it changed while it was read", where, "let the program that writes it finish, then try again")


class _Sums:
    """What the files of a walk come to."""

    def __init__(self, algorithms: Sequence[str]) -> None:
        self.size = 0
        self.is_known = False
        self._trees = [TreeDigest("md5" if name in DOS2UNIX else name) for name in algorithms]
        self._last: tuple[str, ...] = ()

    def add(self, entry: WalkedFile, result: FileDigests, is_known: bool) -> None:
        self.size += result.size
        self.is_known = self.is_known or is_known
        self._last = tuple(digest for _, digest in result.digests)
        for tree, digest in zip(self._trees, self._last, strict=True):
            tree.add(entry.path, digest)

    def digests(self, is_directory: bool) -> tuple[str, ...]:
        return tuple(tree.hexdigest() for tree in self._trees) if is_directory else self._last


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
