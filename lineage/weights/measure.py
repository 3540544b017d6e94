"""Weights by content: the digests of a file or a directory, the same that DVC gives it.

A directory is walked as DVC walks it: directories ``.git``, ``.hg`` and ``.dvc`` are left out wherever they stand,
empty directories do not count, links to files are hashed through. What else DVC leaves out counts here, and gives
another digest than DVC's: files that a ``.dvcignore`` names, and a directory that holds a ``.dvc`` of its own.
Where DVC would leave something out in silence (a link to a directory), this refuses: a record must be whole.
"""

import errno
import os
import posixpath
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from lineage.core.dvctree import tree_digest
from lineage.errors import WeightsError
from lineage.model.weights import Weights
from lineage.system.hashing import DOS2UNIX, Advance, FileDigests, hash_file, not_a_file, unreadable
from lineage.weights.cache import ALGORITHMS, DigestCache

_LEFT_OUT = (".git", ".hg", ".dvc")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One file to hash."""

    path: str
    """POSIX below the directory; ``""`` when the weights are this one file"""
    real: str
    """where its bytes lie, links resolved"""
    state: tuple[int, ...]
    """device, inode, size, both times"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    is_directory: bool
    entries: tuple[_Entry, ...]
    """sorted by path"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    is_directory: bool
    size: int
    digests: tuple[str, ...]
    """one for each algorithm"""
    is_known: bool
    """whether a digest of it came from the cache"""


def measure(root: Path, path: str, *, advance: Advance | None = None, known: DigestCache | None = None) -> Weights:
    """The weights at ``path`` (POSIX, relative to ``root``), file or directory, to be recorded.

    ``advance`` is called with counts of bytes, from several threads but by one at a time. What ``known`` holds is not
    read; what is read is entered there.

    Raises WeightsError when there is nothing, no file below the directory, something that is not a file, a link to
    a directory below it, a link that leads out of ``root``, a name that is not UTF-8, or a change during the read.
    """
    if path != posixpath.normpath(path) or path.startswith(("/", "../")) or path in (".", "..") or "\0" in path:
        raise WeightsError("not a path below the repository root", path, "write it as `models/fraud.pkl`")
    _check_name(path, path)
    within = os.path.realpath(root)
    content = _content(root / path, path, within, ALGORITHMS, advance, known)
    md5, sha256 = content.digests
    suffix = ".dir" if content.is_directory else ""
    return Weights(path=path, size=content.size, sha256=sha256, md5=md5 + suffix)


def sha256_of(location: Path, *, advance: Advance | None = None, known: DigestCache | None = None) -> Found:
    """The content at ``location``, file or directory, wherever links to files lead: it is compared, not recorded.

    Raises WeightsError as ``measure`` does, links that lead out excepted.
    """
    content = _content(location, str(location), None, ("sha256",), advance, known)
    return Found(
        size=content.size, sha256=content.digests[0], is_directory=content.is_directory, is_known=content.is_known
    )


def dos2unix_md5s(location: Path, *, advance: Advance | None = None) -> frozenset[str]:
    """The digests that DVC 2 and DVC 3 give, as ``md5-dos2unix``, to the content at ``location``.

    They are one but for a file over 1 MiB that is partly text. Raises WeightsError as ``sha256_of`` does.
    """
    content = _content(location, str(location), None, DOS2UNIX, advance, None)
    return frozenset(digest + (".dir" if content.is_directory else "") for digest in content.digests)


def size_of(location: Path) -> int:
    """Bytes to read at ``location``, as far as can be told before; for showing progress only."""
    try:
        return sum(entry.state[2] for entry in _list(location, str(location), None).entries)
    except WeightsError:
        return 0


def _content(
    location: Path,
    where: str,
    within: str | None,
    algorithms: Sequence[str],
    advance: Advance | None,
    known: DigestCache | None,
) -> _Content:
    for _ in range(_ATTEMPTS):
        began_ns = time.time_ns()
        listing = _list(location, where, within)
        earlier = [None if known is None else known.find(entry.state, algorithms) for entry in listing.entries]
        if advance is not None:
            advance(sum(result.size for result in earlier if result is not None))
        unread = [entry for entry, result in zip(listing.entries, earlier, strict=True) if result is None]
        hashed = iter(_hash_all(unread, where, algorithms, advance))
        results = tuple(next(hashed) if result is None else result for result in earlier)
        size = sum(result.size for result in results)
        # A file hashed early may have changed while a later one was read: only the whole as it still stands counts.
        if _list(location, where, within) == listing:
            if known is not None and algorithms == ALGORITHMS:
                states = [entry.state for entry in listing.entries]
                known.enter(zip(states, results, strict=True), began_ns)
            digests = _combine(listing, results, algorithms)
            is_known = len(unread) < len(results)
            return _Content(is_directory=listing.is_directory, size=size, digests=digests, is_known=is_known)
        if advance is not None:
            advance(-size)
    raise WeightsError("it changed while it was read", where, "let the program that writes it finish, then try again")


def _combine(listing: _Listing, results: Sequence[FileDigests], algorithms: Sequence[str]) -> tuple[str, ...]:
    if not listing.is_directory:
        return tuple(digest for _, digest in results[0].digests)
    return tuple(
        tree_digest(
            ((entry.path, result.digests[index][1]) for entry, result in zip(listing.entries, results, strict=True)),
            "md5" if algorithm in DOS2UNIX else algorithm,
        )
        for index, algorithm in enumerate(algorithms)
    )


def _list(location: Path, where: str, within: str | None) -> _Listing:
    try:
        real = _resolve(str(location), where, within)
        seen = Path(real).stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            hint = "check the path; if DVC tracks it, `dvc pull` brings it back, else run the training first"
            raise WeightsError("no such file or directory", where, hint) from error
        raise unreadable(error, where) from error
    if stat.S_ISREG(seen.st_mode):
        return _Listing(is_directory=False, entries=(_Entry(path="", real=real, state=_state(seen)),))
    if not stat.S_ISDIR(seen.st_mode):
        raise not_a_file(seen.st_mode, where)
    entries = tuple(sorted(_walk(real, where, within), key=lambda entry: entry.path))
    if not entries:
        raise WeightsError("the directory holds no file", where, "name the directory that the weights are in")
    return _Listing(is_directory=True, entries=entries)


def _walk(top: str, where: str, within: str | None) -> Iterator[_Entry]:
    """The files below ``top``, in no order."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(f"{top}/{prefix}") as found:
                items = list(found)
        except OSError as error:
            raise unreadable(error, posixpath.join(where, prefix)) from error
        for item in items:
            path = prefix + item.name
            try:
                if item.name in _LEFT_OUT and (item.name == ".git" or item.is_dir()):
                    continue
                _check_name(path, where)
                if item.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                else:
                    yield _entry(item, path, f"{where}/{path}", within)
            except OSError as error:
                raise unreadable(error, f"{where}/{path}") from error


def _entry(item: os.DirEntry[str], path: str, where: str, within: str | None) -> _Entry:
    if not item.is_symlink():
        real, seen = item.path, item.stat(follow_symlinks=False)
    else:
        real = _resolve(item.path, where, within)
        seen = Path(real).stat()
        if stat.S_ISDIR(seen.st_mode):
            hint = "DVC would leave out what it holds: put the directory itself there"
            raise WeightsError("a symbolic link to a directory", where, hint)
    if not stat.S_ISREG(seen.st_mode):
        raise not_a_file(seen.st_mode, where)
    return _Entry(path=path, real=real, state=_state(seen))


def _resolve(location: str, where: str, within: str | None) -> str:
    """Where the bytes lie; raises WeightsError when that is not below ``within``, and OSError."""
    real = os.path.realpath(location, strict=True)
    if within is None or real == within or real.startswith(within.rstrip(os.sep) + os.sep):
        return real
    hint = "put the files themselves there; if it leads to DVC's cache, `dvc unprotect` does that"
    raise WeightsError("a symbolic link leads out of the repository", where, hint)


def _check_name(path: str, where: str) -> None:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"a name that is not UTF-8: {os.fsencode(path)!r}"
        hint = "rename it: a manifest is UTF-8 text"
        raise WeightsError(message, where.encode("utf-8", "backslashreplace").decode("utf-8"), hint) from error


def _state(seen: os.stat_result) -> tuple[int, ...]:
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _hash_all(
    entries: Sequence[_Entry], where: str, algorithms: Sequence[str], advance: Advance | None
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
