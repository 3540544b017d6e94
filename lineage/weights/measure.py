"""Weights by content: the digests of a file or a directory, the same that DVC gives it.

Of a directory, the digest is over what DVC counts there: see ``lineage.weights.files``.
"""

import os
import posixpath
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from lineage.core.dvctree import tree_digest
from lineage.errors import WeightsError
from lineage.model.weights import Weights
from lineage.system.hashing import DOS2UNIX, Advance, FileDigests, hash_file
from lineage.weights.cache import ALGORITHMS, DigestCache
from lineage.weights.files import Entry, Listing, check_name, list_files

_MOST_THREADS = 8
_THREADS_FROM = 64 << 10
"""bytes in a file, on average: below this threads wait for each other's Python longer than they hash"""

_ATTEMPTS = 2


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
    left_out: tuple[str, ...] = ()
    """what lies there and does not count, as DVC is told to ignore it; POSIX below the directory, sorted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    is_directory: bool
    size: int
    digests: tuple[str, ...]
    """one for each algorithm"""
    is_known: bool
    """whether a digest of it came from the cache"""
    left_out: tuple[str, ...]


def measure(root: Path, path: str, *, advance: Advance | None = None, known: DigestCache | None = None) -> Weights:
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
    md5, sha256 = content.digests
    suffix = ".dir" if content.is_directory else ""
    return Weights(path=path, size=content.size, sha256=sha256, md5=md5 + suffix)


def sha256_of(
    location: Path, *, advance: Advance | None = None, known: DigestCache | None = None, everything: bool = False
) -> Found:
    """The content at ``location``, file or directory, wherever links to files lead: it is compared, not recorded.

    With ``everything``, what DVC is told to ignore counts too. Raises WeightsError as ``measure`` does, links that
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
    content = _content(location, path, None, ALGORITHMS, None, known)
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
    if found.left_out and found.sha256 != recorded.sha256:
        return sha256_of(location, advance=advance, known=known, everything=True)
    return found


def left_out_of(root: Path, path: str) -> tuple[str, ...]:
    """What DVC is told to ignore at ``path``, so that ``measure`` does not count it; paths as ``path``, sorted.

    Raises WeightsError as ``measure`` does.
    """
    return tuple(f"{path}/{one}" for one in list_files(root / path, path, None).left_out)


def dos2unix_md5s(location: Path, *, advance: Advance | None = None) -> frozenset[str]:
    """The digests that DVC 2 and DVC 3 give, as ``md5-dos2unix``, to the content at ``location``.

    They are one but for a file over 1 MiB that is partly text. Raises WeightsError as ``sha256_of`` does.
    """
    content = _content(location, str(location), None, DOS2UNIX, advance, None)
    return frozenset(digest + (".dir" if content.is_directory else "") for digest in content.digests)


def size_of(location: Path) -> int:
    """Bytes to read at ``location``, as far as can be told before; for showing progress only."""
    try:
        return sum(entry.state[2] for entry in list_files(location, str(location), None).entries)
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
        began_ns = time.time_ns()
        listing = list_files(location, where, within, everything=everything)
        earlier = [None if known is None else known.find(entry.state, algorithms) for entry in listing.entries]
        if advance is not None:
            advance(sum(result.size for result in earlier if result is not None))
        unread = [entry for entry, result in zip(listing.entries, earlier, strict=True) if result is None]
        hashed = iter(_hash_all(unread, where, algorithms, advance))
        results = tuple(next(hashed) if result is None else result for result in earlier)
        size = sum(result.size for result in results)
        # A file hashed early may have changed while a later one was read: only the whole as it still stands counts.
        if list_files(location, where, within, everything=everything) == listing:
            if known is not None and algorithms == ALGORITHMS:
                states = [entry.state for entry in listing.entries]
                known.enter(zip(states, results, strict=True), began_ns)
            digests = _combine(listing, results, algorithms)
            is_known = len(unread) < len(results)
            return _Content(
                is_directory=listing.is_directory,
                size=size,
                digests=digests,
                is_known=is_known,
                left_out=listing.left_out,
            )
        if advance is not None:
            advance(-size)
    raise WeightsError("it changed while it was read", where, "let the program that writes it finish, then try again")


def _combine(listing: Listing, results: Sequence[FileDigests], algorithms: Sequence[str]) -> tuple[str, ...]:
    if not listing.is_directory:
        return tuple(digest for _, digest in results[0].digests)
    return tuple(
        tree_digest(
            ((entry.path, result.digests[index][1]) for entry, result in zip(listing.entries, results, strict=True)),
            "md5" if algorithm in DOS2UNIX else algorithm,
        )
        for index, algorithm in enumerate(algorithms)
    )


def _hash_all(
    entries: Sequence[Entry], where: str, algorithms: Sequence[str], advance: Advance | None
) -> tuple[FileDigests, ...]:
    """The digests of each entry, in their order."""
    # Largest first: a large one begun last would keep one thread busy while the others have nothing left to do.
    order = iter(sorted(range(len(entries)), key=lambda index: -entries[index].state[2]))
    results: dict[int, FileDigests] = {}
    lock = threading.Lock()
    stopped = threading.Event()

    def report(count: int) -> None:
        if stopped.is_set():
            raise WeightsError("reading was stopped", where)
        if advance is not None:
            with lock:
                advance(count)

    def work() -> None:
        while not stopped.is_set():
            with lock:
                index = next(order, None)
            if index is None:
                return
            entry = entries[index]
            named = posixpath.join(where, entry.path) if entry.path else where
            results[index] = hash_file(Path(entry.real), algorithms, advance=report, where=named)

    is_worth_it = sum(entry.state[2] for entry in entries) >= _THREADS_FROM * len(entries)
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(entries)) if is_worth_it else 1
    if threads <= 1:
        work()
    else:
        _run_threads(threads, work, stopped)
    return tuple(results[index] for index in range(len(entries)))


def _run_threads(threads: int, work: Callable[[], None], stopped: threading.Event) -> None:
    """Run ``work`` on each of some threads; the first error, Ctrl-C included, stops them all within a block."""
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [pool.submit(work) for _ in range(threads)]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
        for future in done:
            future.result()
