"""The watcher of a run's Python processes, on disk: laid out before, its records read after.

A run's directory then holds ``site/sitecustomize.py``, which every Python process finds through PYTHONPATH,
``parts/``, what that loads, and ``records/``, one file for each process, in the form of ``lineage.running.records``.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lineage import guest
from lineage.errors import StoreError

PARTS = ("recorder", "opened", "mapped", "probe")
MOST_RECORDS = 20_000
MOST_RECORD_BYTES = 32 * 1024 * 1024
MOST_BYTES = 512 * 1024 * 1024
"""Of all records together; those read first are the ones named first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A directory from which Python processes can be watched."""

    directory: Path

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """``env`` with which every Python process records itself, its children too."""
        site, before = str(self.directory / "site"), env.get("PYTHONPATH")
        return {**env, "PYTHONPATH": f"{site}{os.pathsep}{before}" if before else site}


def prepare(directory: Path, root: Path) -> Watch:
    """Lay out the watcher in ``directory``, which is made; files below ``root`` are told when they are opened.

    Raises ``StoreError`` where it cannot be written, or its name cannot stand on PYTHONPATH.
    """
    directory = directory.absolute()
    if os.pathsep in str(directory) or "\n" in str(directory):
        hint = "use a directory without such a character in its path"
        raise StoreError(
            f"cannot stand on PYTHONPATH: there is {os.pathsep!r} or a line end in it", str(directory), hint
        )
    scripts = Path(guest.__file__).parent
    roots = dict.fromkeys((os.path.abspath(root), os.path.realpath(root)))  # noqa: PTH100 - a string keeps its links
    try:
        for name in ("site", "parts", "records"):
            (directory / name).mkdir(parents=True, mode=0o700, exist_ok=True)
        (directory / "site" / "sitecustomize.py").write_bytes((scripts / "watch.py").read_bytes())
        for name in PARTS:
            (directory / "parts" / f"{name}.py").write_bytes((scripts / f"{name}.py").read_bytes())
        (directory / "parts" / "roots").write_bytes(b"\0".join(os.fsencode(path) for path in roots))
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror or error}", where=str(directory)) from error
    return Watch(directory=directory)


def record_files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the records below a run's directory, by name; bounded in number and size.

    Only regular files; none where there is no such directory. What is longer than ``MOST_RECORD_BYTES`` is cut there.
    """
    left = MOST_BYTES
    try:
        with os.scandir(directory / "records") as entries:
            names = sorted(entry.name for entry in islice(entries, MOST_RECORDS) if entry.name.endswith(".log"))
    except OSError:
        return
    for name in names:
        with contextlib.suppress(OSError):
            content = _read(directory / "records" / name, min(left, MOST_RECORD_BYTES))
            left -= len(content)
            yield name, content


def _read(path: Path, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
