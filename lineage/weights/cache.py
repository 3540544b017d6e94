"""Digests known from an earlier read, so that unchanged weights need not be read again.

One file below git's own directory, of no use to another machine and never committed. A file is known by device, inode,
size, mtime and ctime: whoever writes into it, renames it or puts its mtime back moves the ctime. What was touched
within two seconds before it was read is not entered: a rewrite within one tick of the clock could not be seen.

The cache only ever saves time. It is lost without harm, and what is not exactly of its form counts as lost; where it
cannot be written, nothing is said.
"""

import contextlib
import itertools
import json
import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import InputError, RepositoryError, StoreError
from lineage.system.files import locked, read_document, replace, sweep
from lineage.system.hashing import FileDigests

if TYPE_CHECKING:
    from lineage.git.repository import GitRepository

State = tuple[int, ...]
"""device, inode, size, mtime and ctime in nanoseconds"""

ALGORITHMS = ("md5", "sha256")
"""What is kept of every file."""

_FORM = 1
_MOST_FILES = 10_000
_SETTLED_NS = 2_000_000_000
_DIGESTS = (re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{64}"))


class DigestCache:
    """The known digests of one repository."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _load(file)

    @classmethod
    def of(cls, repository: "GitRepository") -> "DigestCache | None":
        """``None`` where a file's ctime does not tell of its last change (Windows)."""
        return None if os.name == "nt" else cls(repository.common_directory() / "lineage" / "digests.json")

    def find(self, state: State, algorithms: Sequence[str]) -> FileDigests | None:
        """The digests of a file in this state."""
        digests = self._known.get(state)
        if digests is None:
            return None
        by_name = dict(zip(ALGORITHMS, digests, strict=True))
        return FileDigests(size=state[2], digests=tuple((name, by_name[name]) for name in algorithms))

    def fresh(self) -> "Fresh":
        """What is read from now on, to be kept once the whole of it is known to be unchanged."""
        return Fresh(self, time.time_ns())

    def enter(self, found: Iterable[tuple[State, FileDigests]], began_ns: int) -> None:
        """Keep the digests of files in these states, but of those touched shortly before ``began_ns``, in the file too.

        ``began_ns`` is when the reading began, in nanoseconds since the epoch.
        """
        fresh = {
            state: tuple(digest for _, digest in result.digests)
            for state, result in found
            if state not in self._known and max(state[3:]) <= began_ns - _SETTLED_NS
        }
        if fresh:
            self._known.update(fresh)
            with contextlib.suppress(OSError, StoreError):
                self._save(fresh)

    def _save(self, fresh: dict[State, tuple[str, ...]]) -> None:
        directory = self._file.parent
        directory.mkdir(exist_ok=True)
        with locked(directory) as held:
            if held:
                sweep(self._file)
            # Another process may have added to it meanwhile.
            files = {state: digests for state, digests in _load(self._file).items() if state not in fresh} | fresh
            newest = itertools.islice(files.items(), max(0, len(files) - _MOST_FILES), None)
            document = {"form": _FORM, "files": [[*state, *digests] for state, digests in newest]}
            replace(self._file, json.dumps(document, separators=(",", ":")).encode("ascii"))


class Fresh:
    """What one reading found. Of more files than the cache holds nothing is kept: they would drive all others out."""

    def __init__(self, cache: DigestCache, began_ns: int) -> None:
        self._cache, self._began_ns = cache, began_ns
        self._files: list[tuple[State, FileDigests]] = []

    def add(self, state: State, result: FileDigests) -> None:
        """One file, and the state that it was found in."""
        if len(self._files) <= _MOST_FILES:
            self._files.append((state, result))

    def keep(self) -> None:
        """Enter all of it."""
        if len(self._files) <= _MOST_FILES:
            self._cache.enter(self._files, self._began_ns)


def known_digests(root: Path | None) -> DigestCache | None:
    """The known digests of the repository at ``root``; ``None`` where there is none that git can read."""
    if root is None:
        return None
    from lineage.git.repository import GitRepository

    try:
        with GitRepository.open(root) as repository:
            return DigestCache.of(repository)
    except RepositoryError:
        return None


def _load(file: Path) -> dict[State, tuple[str, ...]]:
    """Oldest first; empty when the file is not there, or anything in it is not as this module writes it."""
    try:
        document = json.loads(read_document(file, "cache"))
    except (InputError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or document.keys() != {"form", "files"} or document["form"] != _FORM:
        return {}
    rows = document["files"]
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        return {}
    return {tuple(row[:5]): tuple(row[5:]) for row in rows}


def _is_row(row: object) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 7
        and all(type(number) is int for number in row[:5])
        and all(isinstance(text, str) and form.fullmatch(text) for text, form in zip(row[5:], _DIGESTS, strict=True))
    )
