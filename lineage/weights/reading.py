"""The files of a walk, hashed on several threads and given in the order of the walk.

They are taken in windows. Inside one the largest comes first, so that no thread is left with a large one when the
others have nothing to do; while a window comes to its end, the next is begun, so that none waits for it.
"""

import os
import posixpath
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from lineage.errors import WeightsError
from lineage.system.hashing import Advance, FileDigests, hash_file
from lineage.weights.cache import DigestCache
from lineage.weights.files import WalkedFile

_WINDOW = 1 << 12
"""files"""
_MOST_THREADS = 8
_THREADS_FROM = 64 << 10
"""bytes in a file, on average: below this threads wait for each other's Python longer than they hash"""

Read = tuple[WalkedFile, FileDigests, bool]
"""a file, its digests, and whether they were known before"""


def read_in_order(
    entries: Iterable[WalkedFile],
    where: str,
    algorithms: Sequence[str],
    advance: Advance | None,
    known: DigestCache | None,
) -> Generator[Read, None, None]:
    """Every file with its digests, in the order of ``entries``; errors name it below ``where``.

    ``advance`` is told of known files too. Raises WeightsError as ``hash_file`` does, and what ``entries`` raises. An
    error, Ctrl-C included, stops all threads within a block; so does closing, which has to be done in any case.
    """
    reader = _Reader(where, algorithms, advance)
    source = iter(entries)
    begun: deque[_Window] = deque()
    try:
        while taken := list(islice(source, _WINDOW)):
            earlier = [None if known is None else known.find(entry.state, algorithms) for entry in taken]
            if advance is not None:
                reader.report(sum(result.size for result in earlier if result is not None))
            begun.append(_Window(taken, earlier, reader))
            if len(begun) > 1:
                yield from begun.popleft().finished()
        while begun:
            yield from begun.popleft().finished()
    finally:
        reader.stop()


class _Reader:
    """The threads, and what they share."""

    def __init__(self, where: str, algorithms: Sequence[str], advance: Advance | None) -> None:
        self._where, self._algorithms, self._advance = where, algorithms, advance
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._pool: ThreadPoolExecutor | None = None

    def report(self, count: int) -> None:
        """Tell of bytes read, by one thread at a time; raises WeightsError when the others have stopped."""
        if self._stopped.is_set():
            raise WeightsError("reading was stopped", self._where)
        if self._advance is not None:
            with self._lock:
                self._advance(count)

    def hash(self, entry: WalkedFile) -> FileDigests:
        named = posixpath.join(self._where, entry.path) if entry.path else self._where
        return hash_file(Path(entry.real), self._algorithms, advance=self.report, where=named)

    def start(self, threads: int, work: Callable[[], None]) -> list[Future[None]]:
        """Run ``work`` on some threads, once they have done what they were given before."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=min(_MOST_THREADS, os.cpu_count() or 1))
        return [self._pool.submit(work) for _ in range(threads)]

    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        self._stopped.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


class _Window:
    """Some files in a row, being read."""

    def __init__(self, entries: Sequence[WalkedFile], known: Sequence[FileDigests | None], reader: _Reader) -> None:
        self._entries, self._known, self._reader = entries, known, reader
        self._results: list[FileDigests | None] = list(known)
        unread = [index for index, result in enumerate(known) if result is None]
        unread.sort(key=lambda index: -entries[index].state[2])
        self._order = iter(unread)
        self._lock = threading.Lock()
        self._running: list[Future[None]] = []
        is_worth_it = sum(entries[index].state[2] for index in unread) >= _THREADS_FROM * len(unread)
        threads = min(_MOST_THREADS, os.cpu_count() or 1, len(unread)) if is_worth_it else 1
        if threads > 1:
            self._running = reader.start(threads, self._work)

    def finished(self) -> Iterator[Read]:
        """Its files with their digests, once all are read."""
        if not self._running:
            self._work()
        done, _ = wait(self._running, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        for entry, result, known in zip(self._entries, self._results, self._known, strict=True):
            assert result is not None
            yield entry, result, known is not None

    def _work(self) -> None:
        while not self._reader.is_stopped():
            with self._lock:
                index = next(self._order, None)
            if index is None:
                return
            self._results[index] = self._reader.hash(self._entries[index])
