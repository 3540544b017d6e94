"""What was installed where in a stage, and what of it a copy from that stage brings.

An environment is known by its prefix, as far as the commands tell it: ``None`` stands for that of the Python that the
image starts, wherever it is. What is copied without need (a folder that may hold an environment) counts: a row too many
is seen, one that is missing is not.
"""

import fnmatch
import posixpath
import re
from dataclasses import dataclass, field

from lineage.dependencies.rows import Rows
from lineage.model.declarations import Declarations
from lineage.portable.names import canonical_name

_LIBRARY = re.compile(r"(?P<prefix>.*?)/lib(?:64)?(?:/python[^/]*(?:/(?:site|dist)-packages(?:/(?P<below>.+))?)?)?")
_ENVIRONMENT = re.compile(
    r"(?:site|dist)-packages|\.local|.*v(?:irtual)?env.*|envs?|.*conda.*|python[0-9$*].*|pypoetry", re.IGNORECASE
)
_NO_PACKAGES = frozenset({"bin", "include", "share", "man", "etc", "Scripts", "sbin"})
_AROUND = frozenset(
    ["/", "/usr", "/usr/local", "/usr/lib", "/usr/local/lib", "/usr/lib/python3", "/opt", "/root", "/home"]
)
_MOST = 100
"""places that are told apart"""
_INFO = re.compile(r"-[0-9][^-]*\.(?:dist|egg)-info\Z")


@dataclass(slots=True, kw_only=True)
class Part:
    """What is installed, or kept as files, in one place."""

    rows: Rows
    place: str | None = None
    """absolute, normalised"""
    is_archive: bool = False
    python: tuple[str, int] | None = None
    """the Python that was chosen for it, and the line that says so"""
    seen: set[tuple[int, str]] = field(default_factory=set)
    """the parts of other stages that came, each with the package that was named of it"""


class Parts:
    """All that was installed in one stage."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._parts: dict[tuple[str | None, bool], Part] = {}

    def at(self, place: str | None, is_archive: bool = False) -> Part:
        """What is in a place, to be added to."""
        key = (place, is_archive)
        if key not in self._parts:
            key = key if len(self._parts) < _MOST else (None, is_archive)
        if key not in self._parts:
            self._parts[key] = Part(rows=Rows(self._path), place=key[0], is_archive=is_archive)
        return self._parts[key]

    def archives(self, folder: str) -> bool:
        """Installs all packages that lie in a folder as files; whether any does."""
        found = [one for one in self._parts.values() if one.is_archive and _is_inside(one.place or "/", folder)]
        for one in found:
            self.at(None).rows.extend(one.rows.finish(""))
        return bool(found)

    def copy(self, other: "Parts", source: str, target: str, line: int, *, only_archives: bool = False) -> list[Part]:
        """Brings what ``source`` holds of another stage to ``target``; gives the environments that came."""
        came = []
        for part in list(other._parts.values()):
            name = brought(part.place, source)
            if name is None or (only_archives and not part.is_archive):
                continue
            mine = self.at(moved_place(part.place, source, target), part.is_archive)
            came += [] if part.is_archive else [part]
            if (id(part), name) not in mine.seen:
                mine.seen.add((id(part), name))
                mine.python = part.python or mine.python
                _add(mine.rows, part.rows, name, line, source)
        return came

    def archive_places(self) -> frozenset[str | None]:
        """Where packages lie as files."""
        return frozenset(place for place, is_archive in self._parts if is_archive)

    def drop_archives(self, places: frozenset[str | None]) -> None:
        """Forgets packages that were only shown to one command."""
        for place in places:
            del self._parts[place, True]

    def installed(self) -> Rows:
        """All rows that are installed, each once."""
        rows = Rows(self._path)
        for part in self._parts.values():
            if not part.is_archive:
                rows.extend(part.rows.finish(""))
        rows.dependencies = list(dict.fromkeys(rows.dependencies))
        return rows


def _add(rows: Rows, others: Rows, name: str, line: int, source: str) -> None:
    """The rows of another stage; only those of the package that is called like the folder that was copied, if any."""
    found = others.finish("")
    if name:
        wanted = canonical_name(_INFO.sub("", name).rstrip("*"))
        named = tuple(row for row in found.dependencies if row.name == wanted)
        if not named:
            rows.unread("packages", line, f"copies {source}, a part of what is installed there", source)
        found = Declarations(path=found.path, form="", dependencies=named, files=found.files)
    rows.extend(found)


def brought(place: str | None, source: str) -> str | None:
    """What a copy of ``source`` brings of an environment: ``""`` all, a name that package, ``None`` nothing."""
    library = _LIBRARY.fullmatch(source)
    below = (library["below"] or "").split("/")[0] if library else ""
    below = "" if below == "*" else below
    if place is None:
        return below if may_hold_packages(source) else None
    if _is_inside(place, source):
        return ""
    if not _is_inside(source, place):
        return None
    rest = source[len(place) :].strip("/").split("/")
    if library is None:
        return None if rest[0] in _NO_PACKAGES else "" if rest[0] == "*" or "*" in rest[-1] else rest[0]
    return below


def may_hold_packages(source: str) -> bool:
    """Whether a path of an image may be, or hold, that of installed packages of Python, by its name."""
    if (source.rstrip("/*") or "/") in _AROUND or re.fullmatch(r"/home/[^/]+", source):
        return True
    parts = [part for part in source.split("/") if part]
    return any(map(_ENVIRONMENT.fullmatch, parts)) and not _NO_PACKAGES.intersection(parts)


def moved_place(place: str | None, source: str, target: str) -> str | None:
    """Where an environment is after ``source`` was copied to ``target``."""
    if place is None:
        return None
    if _is_inside(place, source):
        return posixpath.normpath(target + place[len(source.rstrip("/")) :])
    library = _LIBRARY.fullmatch(target)
    return (library["prefix"] or "/") if library else target


def _is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, segment by segment, with the wildcards of either."""
    inner, outer = ([part for part in one.split("/") if part] for one in (path, folder))
    return len(inner) >= len(outer) and all(
        fnmatch.fnmatchcase(left, right) or fnmatch.fnmatchcase(right, left)
        for left, right in zip(inner, outer, strict=False)
    )
