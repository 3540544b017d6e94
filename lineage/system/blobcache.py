"""What was read out of git blobs, kept below git's own directory, so that the same blob need not be parsed again.

A blob's id says all of its content, so what is kept never grows old; only another version of the readers reads it
otherwise, and then nothing of it is taken. The cache only ever saves time: it is lost without harm, what is not
exactly of its form or was cut short counts as lost, and where it cannot be written, nothing is said. Of two writers
the second keeps what the first one added.

A file of rows is a line that tells its readers and the SHA-256 of what follows, and of each row a line: its key, a tab,
the row, both as JSON. Only the rows that are asked for are read as JSON, and none to write the file anew.
"""

import contextlib
import hashlib
import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lineage.errors import StoreError
from lineage.system.files import locked, sweep

_MOST_ROWS = {"manifest": 5000, "declared": 64}
"""Of each kind; the newest are kept."""
_MOST_BYTES = 64 * 1024 * 1024


class BlobCache:
    """The rows of one repository: (kind, key) → what JSON carries. ``directory``: ``None`` keeps nothing."""

    def __init__(self, directory: Path | None, readers: str) -> None:
        self._directory = directory
        self._readers = readers
        self._known: dict[str, dict[bytes, bytes]] = {}
        self._fresh: dict[str, dict[str, object]] = {}

    def find(self, kind: str, key: str) -> Any | None:
        """What was kept; ``None`` where nothing was."""
        if kind not in self._known:
            self._known[kind] = self._load(kind)
        row = self._known[kind].get(_json(key))
        try:
            return None if row is None else json.loads(row)
        except (ValueError, RecursionError):
            return None

    def enter(self, kind: str, key: str, row: object) -> None:
        """Keep a row from now on; ``save`` writes it."""
        self._fresh.setdefault(kind, {})[key] = row

    def save(self) -> None:
        """Write what was entered."""
        for kind, rows in self._fresh.items():
            with contextlib.suppress(OSError, StoreError):
                self._save(kind, rows)
        self._fresh = {}

    def _file(self, kind: str) -> Path | None:
        return None if self._directory is None else self._directory / f"{kind}-rows.json"

    def _load(self, kind: str) -> dict[bytes, bytes]:
        """Key → row, as they stand in the file."""
        file = self._file(kind)
        try:
            if file is None or file.stat().st_size > _MOST_BYTES:
                return {}
            head, _, body = file.read_bytes().partition(b"\n")
            if head != self._head(body):
                return {}
        except OSError:
            return {}
        rows = (line.partition(b"\t") for line in body.splitlines())
        return {key: row for key, _, row in rows}

    def _head(self, body: bytes) -> bytes:
        return f"{self._readers} {hashlib.sha256(body).hexdigest()}".encode("ascii")

    def _save(self, kind: str, rows: Mapping[str, object]) -> None:
        file = self._file(kind)
        if file is None:
            return
        file.parent.mkdir(exist_ok=True)
        with locked(file.parent) as held:
            if held:
                sweep(file)
            # Another process may have added to it meanwhile.
            fresh = {_json(key): _json(row) for key, row in rows.items()}
            merged = {key: row for key, row in self._load(kind).items() if key not in fresh} | fresh
            newest = itertools.islice(merged.items(), max(0, len(merged) - _MOST_ROWS[kind]), None)
            body = b"".join(b"%s\t%s\n" % one for one in newest)
            if len(body) <= _MOST_BYTES:
                _put(file, self._head(body) + b"\n" + body)


def _json(value: object) -> bytes:
    """In one line, without a tab."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _put(path: Path, content: bytes) -> None:
    """Replace a file as a whole, under the lock of its directory. What a crash takes of it is lost without harm, so
    nothing is synced.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid() % 16**8:08x}.tmp")  # as ``sweep`` knows them
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def readers_of(packages: Path, version: str) -> str:
    """What tells one state of the readers from another: the version, and the sources as they lie below ``packages``."""
    told = hashlib.sha256(version.encode())
    for name in ("checking", "dependencies", "manifest", "model", "portable", "redaction", "system"):
        for path, seen in sorted(_sources(packages / name)):
            told.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return told.hexdigest()


def _sources(directory: Path | str) -> Iterator[tuple[str, os.stat_result]]:
    """(path, what the system tells of it) of every source below a directory; nothing of one that is not there."""
    with contextlib.suppress(FileNotFoundError), os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path, entry.stat()
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _sources(entry.path)
