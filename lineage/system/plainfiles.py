"""The files of a directory that no git repository describes, as far as they may be somebody's own code.

What tools and installers put there is left out by where it lies: virtual environments, installed packages, caches.
Rules of ``.gitignore`` are not read: what git ignores can still be imported.
"""

import os
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST_ENTRIES = 200_000
"""More names than this are not looked at; those nearest to the root come first."""

_LEFT_OUT = frozenset(
    [
        *(".git", ".hg", ".svn", ".dvc"),
        *("site-packages", "dist-packages", "node_modules", ".eggs", ".tox", ".nox", ".direnv"),
        *("__pycache__", ".cache", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    ]
)


def list_files(root: Path, most: int = MOST_ENTRIES) -> tuple[frozenset[str], bool]:
    """(files below an absolute ``root``, POSIX from it; whether these are all).

    Links to files count where they stay below ``root``, links to directories are not followed. A directory that
    cannot be read, or would exceed ``most`` names in all, is passed over and makes the list incomplete.
    """
    found: set[str] = set()
    pending = deque([""])
    left = most
    is_complete = True
    while pending:
        prefix = pending.popleft()
        try:
            with os.scandir(root / prefix) as entries:
                items = sorted(islice(entries, left + 1), key=lambda item: item.name)
        except OSError:
            is_complete = False
            continue
        if len(items) > left:  # a directory of data: passed over whole, so that the answer does not depend on its order
            is_complete = False
            continue
        left -= len(items)
        found.update(prefix + item.name for item in items if _is_own_file(item, root))
        pending.extend(f"{prefix}{name}/" for name in _directories(items))
    return frozenset(found), is_complete


def _is_own_file(item: os.DirEntry[str], root: Path) -> bool:
    try:
        return item.is_file() and (not item.is_symlink() or Path(item.path).resolve().is_relative_to(root))
    except OSError:
        return False


def _directories(items: list[os.DirEntry[str]]) -> Iterator[str]:
    """The directories to look into."""
    for item in items:
        if item.is_dir(follow_symlinks=False) and item.name not in _LEFT_OUT and not is_environment(Path(item.path)):
            yield item.name


def is_environment(directory: Path) -> bool:
    """Whether a directory is a virtual or conda environment, by the file that makes it one."""
    return (directory / "pyvenv.cfg").is_file() or (directory / "conda-meta" / "history").is_file()
