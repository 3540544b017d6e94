"""Where recorded files of code may lie in a serving copy: at their own paths, or where an installer puts modules.

A *unit* is what is installed together: a whole import package by the directory that holds its outermost
``__init__.py``, or one file outside of packages. A file of a package is looked for in its package only, so that never
the file of the same name of another package is taken for it.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

_SOURCES = "src"
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


class Unit(NamedTuple):
    """Files that lie together wherever they lie. Paths are POSIX from the repository root."""

    path: str
    """of the directory of the package, or of the one file"""
    files: tuple[str, ...]
    """recorded ones, sorted"""
    is_package: bool
    installed: tuple[str, ...]
    """where it may be below a directory of ``sys.path``, the longest first: ``fraudlib`` of ``src/fraudlib``"""


def units_of(recorded: Collection[str], known: Collection[str] = ()) -> tuple[Unit, ...]:
    """The units of some recorded files, in the order of their paths.

    ``known`` are further paths of the repository: they tell packages and projects that the model does not use.
    """
    everything = {*recorded, *known}
    packages = {posixpath.dirname(path) for path in everything if posixpath.basename(path) == "__init__.py"} - {""}
    tops = {path: _top(path, packages) for path in recorded}
    roots = _roots(everything, tops)
    found: dict[str, list[str]] = {}
    for path in sorted(recorded):
        found.setdefault(tops[path] or path, []).append(path)
    return tuple(
        Unit(path, tuple(files), path in packages, _installed(path, roots)) for path, files in sorted(found.items())
    )


def _top(path: str, packages: Collection[str]) -> str | None:
    """The outermost package around a file, every directory from it to the innermost being one; ``None``: none."""
    inner = next((one for one in _above(path) if one in packages), None)
    if inner is None:
        return None
    while posixpath.dirname(inner) in packages:
        inner = posixpath.dirname(inner)
    return inner


def _above(path: str) -> Iterator[str]:
    """The directories around a path, the nearest first, without the root."""
    while path := posixpath.dirname(path):
        yield path


def _roots(everything: Iterable[str], tops: dict[str, str | None]) -> set[str]:
    """The directories that modules may be imported from."""
    projects = {posixpath.dirname(path) for path in everything if posixpath.basename(path) in _PROJECT_FILES} | {""}
    alone = [posixpath.dirname(path) for path, top in tops.items() if top is None]
    together = {posixpath.commonpath(alone)} if alone and "" not in alone else set()
    return {
        *projects,
        *(posixpath.join(project, _SOURCES) for project in projects),
        *(posixpath.dirname(top) for top in tops.values() if top is not None),
        *together,  # COPY training/ /app/ leaves the directory behind that all scripts lie in
    }


def _installed(path: str, roots: Collection[str]) -> tuple[str, ...]:
    around = [root for root in roots if not root or path.startswith(root + "/")]
    return tuple(sorted({path[len(root) + 1 :] if root else path for root in around}, key=lambda one: (-len(one), one)))
