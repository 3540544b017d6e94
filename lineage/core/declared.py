"""Which files of a repository declare an environment, known by their names."""

import posixpath
from collections.abc import Iterable

from lineage.core.declarations.forms import form_of

_FOLDER = "requirements"
"""Every ``.txt`` and ``.in`` file in a folder of this name counts, for the directory around it."""


def is_dependency_file(name: str) -> bool:
    """Whether a file declares dependencies or an interpreter, by its name or its POSIX path."""
    folder, base = posixpath.split(name)
    return _in_folder(folder, base) or form_of(name) is not None


def declared_files(paths: Iterable[str], start: str) -> tuple[str, ...]:
    """The dependency files of the nearest directory that has any, from ``start`` upwards, sorted.

    All paths are POSIX from the repository root, which is ``""``. Empty when no directory has one.
    """
    by_directory: dict[str, set[str]] = {}
    for path in paths:
        if is_dependency_file(path):
            folder, base = posixpath.split(path)
            directory = posixpath.dirname(folder) if _in_folder(folder, base) else folder
            by_directory.setdefault(directory, set()).add(path)
    directory = start.strip("/")
    while directory and directory not in by_directory:
        directory = posixpath.dirname(directory)
    return tuple(sorted(by_directory.get(directory, ())))


def _in_folder(folder: str, base: str) -> bool:
    return posixpath.basename(folder) == _FOLDER and base.endswith((".txt", ".in"))
