"""The tables of pixi, in pixi.toml or below ``[tool.pixi]``: dependencies by feature and platform.

Source: pixi's reference of its manifest. Rules:

1. A feature is a group, called by its name; those of the environment ``default`` are the main group.
2. ``build-dependencies`` and what a ``[package]`` is built with are the build group.
3. ``target.PLATFORM`` becomes a marker. A package of which only the place is told has that as origin.
"""

import posixpath
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from lineage.dependencies.conda.spec import MARKERS, add_spec, conda_name
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.places import Place, read_place
from lineage.dependencies.pyproject.poetry_ranges import exact_version, to_specifier
from lineage.dependencies.rows import Rows, pin, value_text
from lineage.dependencies.toml_tables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.names import is_name

_CONDA = {"dependencies": None, "host-dependencies": None, "run-dependencies": None, "build-dependencies": "build"}
_PYPI = "pypi-dependencies"
_FAMILIES = {
    "linux": 'sys_platform == "linux"',
    "osx": 'sys_platform == "darwin"',
    "win": 'sys_platform == "win32"',
    "unix": 'sys_platform != "win32"',
}
_PLACES = ("git", "url", "path")


def read_pixi(rows: Rows, pixi: Table) -> tuple[str, int] | None:
    """Adds the rows of all features; gives (Python, line) where one asks for it, those of several joined by a bar.

    Raises ``InputError`` for wrong types.
    """
    reading = _Reading(rows)
    reading.read_feature(pixi, MAIN)
    served = _served(pixi.table("environments"))
    for name, feature in pixi.table("feature").tables():
        reading.read_feature(feature, MAIN if name in served else group_of(name))
    package = pixi.table("package")
    for key in ("build-dependencies", "host-dependencies", "run-dependencies"):
        for place, marker in _targets(package, rows):
            reading.read_conda(place.table(key), MAIN if key == "run-dependencies" else "build", marker)
    return reading.python()


def _served(environments: Table) -> frozenset[str]:
    """The features of the environment ``default``."""
    told = environments.values.get("default", [])
    listed = told.get("features", []) if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise environments.wrong("default", "a list of features, or a table with one")
    return frozenset(one for one in listed if isinstance(one, str))


def _targets(feature: Table, rows: Rows) -> Iterator[tuple[Table, str]]:
    """The table itself, and those of its platforms, each with its marker."""
    yield feature, ""
    for name, target in feature.table("target").tables():
        marker = _FAMILIES.get(name) or MARKERS.get(name)
        if marker is None:
            line = target.line_of(next(iter(target.values), ""))
            rows.unread("packages", line, f"has a platform that is not known: {name[:80]}", value_text(target.values))
            continue
        yield target, marker


class _Reading:
    """What was found so far in the tables."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._pythons: dict[str, dict[str, int]] = {}

    def read_feature(self, feature: Table, group: str) -> None:
        """All that one feature asks for."""
        for table, marker in _targets(feature, self._rows):
            for key, own in _CONDA.items():
                self.read_conda(table.table(key), own if own and group == MAIN else group, marker)
            self._read_pypi(table.table(_PYPI), group, marker)

    def read_conda(self, table: Table, group: str, marker: str) -> None:
        """One table of conda packages: a version, or a table with version, build or place."""
        for key, value in table.values.items():
            line = table.line_of(key)
            told = _told(table, key, value)
            if any(one in told for one in _PLACES):
                self._place(told, conda_name(key), group, marker, line, "conda")
                continue
            build = told.get("build", "")
            keys = f"[build='{build}']" if isinstance(build, str) and build else ""
            python = add_spec(self._rows, f"{key} {_version(table, key, told)}{keys}", group, line, marker)
            if python is not None:
                self._pythons.setdefault(group, {}).setdefault(python, line)

    def _read_pypi(self, table: Table, group: str, marker: str) -> None:
        for key, value in table.values.items():
            line = table.line_of(key)
            told = _told(table, key, value)
            if any(one in told for one in _PLACES):
                self._place(told, canonicalize_name(key), group, marker, line, "pypi")
            else:
                self._pypi(canonicalize_name(key), _version(table, key, told), group, marker, line)

    def _pypi(self, name: str, written: str, group: str, marker: str, line: int) -> None:
        specifier = to_specifier(written)
        if specifier is None or not is_name(name):
            message = f"asks for {name[:80]} {written[:80]!r}, which is no range of PEP 440"
            self._rows.unread(f"package:{name}" if is_name(name) else "packages", line, message, name, written)
            return
        version = exact_version(specifier)
        self._rows.dependencies.append(
            Dependency(
                name=name,
                version=version,
                specifier=specifier if version is None else pin(version),
                written=written,
                marker=marker,
                group=group,
                line=line,
            )
        )

    def _place(self, told: dict[str, Any], name: str, group: str, marker: str, line: int, manager: str) -> None:
        try:
            place = read_place(told, self._rows.path) or Place(origin=None)
        except InputError as error:
            self._rows.unread(f"package:{name}", line, error.message, value_text(told))
            return
        self._rows.dependencies.append(
            Dependency(
                name=name,
                version=place.version,
                origin=place.origin,
                is_own=place.is_own,
                marker=marker,
                group=group,
                line=line,
                manager=manager,
            )
        )

    def python(self) -> tuple[str, int] | None:
        """That of the main group, else those of all features."""
        found = self._pythons.get(MAIN) or {key: line for one in self._pythons.values() for key, line in one.items()}
        told = sorted(one for one in found if one) or sorted(found)
        return (" | ".join(told), min(found.values())) if found else None


def _told(table: Table, key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"version": value}
    if not isinstance(value, dict):
        raise table.wrong(key, "a version or a table")
    return value


def _version(table: Table, key: str, told: dict[str, Any]) -> str:
    version = told.get("version", "*")
    if not isinstance(version, str):
        raise table.wrong(key, "a package with a version in quotes")
    return version


FORM = "pixi.toml"
PARSE = "toml"


def recognise(path: str) -> bool:
    """Whether a file is such a project's, by its name."""
    return posixpath.basename(path) == "pixi.toml"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the project asks for. Raises ``InputError``, with line and key, for a value of the wrong type."""
    rows = Rows(path)
    python = read_pixi(rows, Table(path, document, (), Lines(content)))
    return rows.finish(FORM, python=python[0] if python else None, python_line=python[1] if python else 0)
