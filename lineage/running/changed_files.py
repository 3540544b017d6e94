"""Which files of a directory changed since a moment, by their change time, which no program can set."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lineage.system.plainfiles import is_environment

_PATIENCE_S = 2.0
_SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__"})
_OF_DVC = frozenset({"cache", "tmp"})


def moment(directory: Path) -> int:
    """A change time (ns) of the file system under ``directory``: all that is written from now on has a later one.

    The clock of file systems goes in ticks of some milliseconds, so this waits for the next. Raises ``OSError``.
    """
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        first = os.fstat(file.fileno()).st_ctime_ns
        until = time.monotonic() + _PATIENCE_S
        while os.fstat(file.fileno()).st_ctime_ns == first and time.monotonic() < until:
            time.sleep(0.001)
            os.utime(file.fileno())
        return first


def changed_since(root: Path, since: int) -> tuple[str, ...]:
    """The files and links below ``root`` that were made or changed after ``since``, sorted; POSIX from ``root``.

    Left out: what version control, DVC's own directories and Python environments hold. What vanishes meanwhile or
    cannot be read is not there.
    """
    return tuple(sorted(_changed(str(root), "", since)))


def _changed(root: str, directory: str, since: int) -> Iterator[str]:
    pending = [directory]
    while pending:
        here = pending.pop()
        try:
            entries = list(os.scandir(f"{root}/{here}" if here else root))
        except OSError:
            continue
        for entry in entries:
            path = f"{here}/{entry.name}" if here else entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not _is_skipped(here, entry.name) and not is_environment(Path(entry.path)):
                        pending.append(path)
                elif entry.stat(follow_symlinks=False).st_ctime_ns > since:
                    yield path
            except OSError:
                continue


def _is_skipped(parent: str, name: str) -> bool:
    return name in _SKIPPED or (name in _OF_DVC and parent.rpartition("/")[2] == ".dvc")


def last_change(path: Path) -> int:
    """The latest change time (ns) of a file, a link, or all that a directory holds. Raises ``OSError``."""
    found = path.lstat().st_ctime_ns
    if path.is_symlink() or not path.is_dir():
        return found
    for directory, _, files in os.walk(path):
        for name in files:
            found = max(found, os.lstat(os.path.join(directory, name)).st_ctime_ns)  # noqa: PTH118
    return found
