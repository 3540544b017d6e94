"""What was read out of git blobs, kept below git's own directory, so that the same blob need not be parsed again.

A blob's id says all of its content, so what is kept never grows old; only another version of the readers reads it
otherwise, and then nothing of it is taken. The cache only ever saves time: it is lost without harm, what is not
exactly of its form or was cut short counts as lost, and where it cannot be written, nothing is said. Of two writers
the second keeps what the first one added.
"""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineage.errors import StoreError
from lineage.system.files import locked, replace, sweep

_MOST_ROWS = {"manifest": 5000, "declared": 64}
"""Of each kind; the newest are kept."""
_MOST_BYTES = 64 * 1024 * 1024


class BlobCache:
    """The rows of one repository: (kind, key) → what JSON carries. ``directory``: ``None`` keeps nothing."""

    def __init__(self, directory: Path | None, readers: str) -> None:
        self._directory = directory
        self._readers = readers
        self._known: dict[str, dict[str, Any]] = {}
        self._fresh: dict[str, dict[str, Any]] = {}

    def find(self, kind: str, key: str) -> Any | None:
        """What was kept; ``None`` where nothing was."""
        if kind not in self._known:
            self._known[kind] = self._load(kind)
        return self._known[kind].get(key)

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

    def _load(self, kind: str) -> dict[str, Any]:
        file = self._file(kind)
        try:
            if file is None or file.stat().st_size > _MOST_BYTES:
                return {}
            head, _, body = file.read_bytes().partition(b"\n")
            if head != self._head(body):
                return {}
            rows = json.loads(body)
        except (OSError, ValueError, RecursionError):
            return {}
        return rows if isinstance(rows, dict) else {}

    def _head(self, body: bytes) -> bytes:
        return f"{self._readers} {hashlib.sha256(body).hexdigest()}".encode("ascii")

    def _save(self, kind: str, rows: Mapping[str, Any]) -> None:
        file = self._file(kind)
        if file is None:
            return
        file.parent.mkdir(exist_ok=True)
        with locked(file.parent) as held:
            if held:
                sweep(file)
            # Another process may have added to it meanwhile.
            merged = {key: row for key, row in self._load(kind).items() if key not in rows} | dict(rows)
            newest = dict(itertools.islice(merged.items(), max(0, len(merged) - _MOST_ROWS[kind]), None))
            body = json.dumps(newest, separators=(",", ":")).encode("ascii")
            if len(body) <= _MOST_BYTES:
                replace(file, self._head(body) + b"\n" + body)


def readers_of(packages: Path, version: str) -> str:
    """What tells one state of the readers from another: the version, and the sources as they lie below ``packages``."""
    told = hashlib.sha256(version.encode())
    for name in ("core", "model", "portable", "store", "system"):
        for path in sorted((packages / name).rglob("*.py")):
            seen = path.stat()
            told.update(f"{path.name} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return told.hexdigest()
