"""Where recorded files of code may lie in a serving copy: at their own paths, or where an installer puts modules.

A *unit* is what is installed together: a whole import package by the directory that holds its outermost
``__init__.py``, or one file outside of packages. A file of a package is looked for in its package only, so that never
the file of the same name of another package is taken for it.

A serving copy is a checkout, a plain directory, site-packages or the root of an image. Nothing in it is run, and no
link is followed out of it. Where a unit does not lie at its own path, it is looked for at the top of the directory,
then where environments and applications usually lie below it.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.portable.tree import Unreadable
from lineage.targets.installations import environment_places
from lineage.targets.rooted_tree import RootedTree

_SOURCES = "src"
_ENVIRONMENTS = ("", "/.venv", "/venv", "/env", "/usr", "/usr/local")
_LIBRARIES = ("lib", "lib64", "Lib")
_COMPILED = (".so", ".pyd")
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


class Placed(NamedTuple):
    """Where the files of a unit may lie; several places: which of them is used cannot be told."""

    unit: Unit
    places: tuple[str, ...]
    """POSIX from the served directory"""


class ServedCode:
    """The files below one directory."""

    def __init__(self, directory: Path) -> None:
        root = str(directory.resolve())
        self._tree = RootedTree("" if root == "/" else root)
        self._names: dict[str, list[str]] = {}

    def has(self, path: str) -> bool:
        """Whether anything is there; what cannot be told is taken to be."""
        return self._kind(path) != ""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, ``None`` where there is none. Raises ``Unreadable``: also for a link that leads out."""
        content = self._tree.read("/" + path)
        if content is None and self._is_behind_lost_link(path):
            raise Unreadable("a link leads out of the directory, or to nothing")
        return content

    def link(self, path: str) -> str | None:
        """Where a link leads, as it is written; ``None`` for what is none."""
        return self._tree.link("/" + path)

    def in_front_of(self, path: str) -> str | None:
        """What an import would take instead of a file of Python: a package or an extension module of its name."""
        stem, dot, suffix = path.rpartition(".")
        name = stem.rpartition("/")[2]
        if dot + suffix != ".py" or name == "__init__":
            return None
        package = f"{stem}/__init__.py"
        if self._kind(package) == "file":
            return package
        folder = stem.rpartition("/")[0]
        if folder not in self._names:
            self._names[folder] = [one for one in self._tree.names_if_any("/" + folder) if one.endswith(_COMPILED)]
        compiled = [one for one in self._names[folder] if one.partition(".")[0] == name]
        return f"{folder}/{compiled[0]}".lstrip("/") if compiled else None

    def locate(self, units: Sequence[Unit]) -> tuple[Placed, ...]:
        """Where each unit lies: at its own path, else installed at the top, else in one of the usual places."""
        own = {unit.path for unit in units if self._is_there(unit, unit.path, is_own=True)}
        usual: list[str] | None = None
        found = []
        for unit in units:
            places = [unit.path] if unit.path in own else self._installed(unit, "", own)
            if not places:
                usual = list(self._usual_places()) if usual is None else usual
                places = [one for base in usual for one in self._installed(unit, base, own)]
            found.append(Placed(unit, tuple(self._distinct(places))))
        return tuple(found)

    def _installed(self, unit: Unit, base: str, taken: set[str]) -> list[str]:
        places = [f"{base}/{one}".lstrip("/") for one in unit.installed]
        return [one for one in places if one not in taken and self._is_there(unit, one, is_own=False)]

    def _is_there(self, unit: Unit, place: str, *, is_own: bool) -> bool:
        if not unit.is_package:
            return self._kind(place) in ("file", "other", "?")
        # A project's directory is often named like its package: elsewhere than at its own path, a package shows itself.
        return self._kind(place) in ("directory", "?") and (is_own or self._kind(f"{place}/__init__.py") == "file")

    def _usual_places(self) -> Iterator[str]:
        tree = self._tree
        names = tree.names_if_any("")
        around = [*_ENVIRONMENTS, *(environment_places(tree) if "usr" in names or "etc" in names else ())]
        yield from around[1:]
        for prefix in around:
            for library in _LIBRARIES:
                held = tree.names_if_any(f"{prefix}/{library}")
                pythons = [f"{prefix}/{library}/{one}" for one in held if one.startswith(("python", "pypy"))]
                for place in (f"{prefix}/{library}", *pythons):
                    yield from (f"{place}/{kind}-packages" for kind in ("site", "dist"))

    def _distinct(self, places: Sequence[str]) -> Iterator[str]:
        """Each once, whatever links lead there."""
        seen = set()
        for place in places:
            real = self._tree.resolve_if_any("/" + place)
            real = place if real is None else real
            if real not in seen:
                seen.add(real)
                yield place

    def _kind(self, path: str) -> str:
        """``directory``, ``file``, ``other``, ``""`` for nothing, ``?`` for what cannot be told."""
        try:
            return self._tree.kind("/" + path) or ("?" if self._is_behind_lost_link(path) else "")
        except Unreadable:
            return "?"

    def _is_behind_lost_link(self, path: str) -> bool:
        """Whether a link on the way leads out of the directory, or to nothing: which of both, nobody can tell here."""
        parts = path.split("/")
        steps = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return any(self.link(step) is not None and not self._tree.kind("/" + step) for step in steps)
