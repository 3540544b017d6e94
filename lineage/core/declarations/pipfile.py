"""Pipfile: ``packages``, ``dev-packages`` and one table for each further category, with ranges as pipenv writes them."""

import posixpath
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from lineage.core.declarations.conditions import under
from lineage.core.declarations.forms import Include
from lineage.core.declarations.groups import group_of
from lineage.core.declarations.pipenv import SECTIONS, marker_of, python_of, source_of
from lineage.core.declarations.places import Place, read_place
from lineage.core.declarations.rows import Rows, in_normal_form
from lineage.core.declarations.tomltables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from lineage.portable.names import canonical_name, is_name

FORM = "Pipfile"
PARSE = "toml"

_OTHER = frozenset({"source", "sources", "requires", "scripts", "pipenv", "pipfile"})
"""Tables that hold no packages."""


def recognise(path: str) -> bool:
    """Whether a file is a Pipfile, by its name."""
    return posixpath.basename(path) == "Pipfile"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a Pipfile asks for. Raises ``InputError``, with line and key, for a value of another type than it must have."""
    if not isinstance(document, dict):
        raise InputError("is not a TOML document", path)
    root = Table(path, document, (), Lines(content))
    rows = Rows(path)
    for section in root.values:
        if section in _OTHER:
            continue
        table = root.table(section)
        for name in table.values:
            _read(rows, table, name, SECTIONS.get(section) or group_of(section))
    requires = root.table("requires")
    try:
        python, key = python_of(requires.values)
    except InputError as error:
        raise InputError(f"requires {error.message}", path) from error
    return rows.finish(FORM, python=python, python_line=requires.line_of(key) if python else 0)


def _read(rows: Rows, table: Table, name: str, group: str) -> None:
    value = table.values[name]
    line = table.line_of(name)
    values = {"version": value} if isinstance(value, str) else table.table(name).values
    try:
        rows.dependencies.append(_dependency(rows.path, name, values, group, line))
    except InputError as error:
        subject = f"package:{canonical_name(name)}" if is_name(name) else "packages"
        rows.unknown.append(Unknown(subject, f"{rows.path}:{line} {error.message}" if line else error.message))


def _dependency(path: str, name: str, values: Any, group: str, line: int) -> Dependency:
    if not is_name(name):
        raise InputError(f"has a name that is none: {name[:80]!r}")
    place = read_place(source_of(values), path) or Place(origin=None)
    written, specifier, exact = ("", "", None) if place.origin or place.is_own else _range(values.get("version", "*"))
    return Dependency(
        name=canonical_name(name),
        version=exact or (None if place.is_own else place.version),
        specifier=specifier,
        written=written,
        origin=place.origin,
        extras=_extras(values.get("extras", [])),
        marker=under(marker_of(values), None) or "",
        group=group,
        line=line,
        is_own=place.is_own,
    )


def _range(text: Any) -> tuple[str, str, str | None]:
    """(as written, in normal form, the exact version) of a version of pipenv; ``*`` and an empty one are any."""
    if not isinstance(text, str):
        raise InputError("has a version that is no text")
    if text.strip() in ("", "*"):
        return "", "", None
    try:
        clauses = list(SpecifierSet(text))
    except InvalidSpecifier as error:
        raise InputError(f"has a version that cannot be read: {text[:80]!r}") from error
    exact = {one.version for one in clauses if one.operator == "===" or (one.operator == "==" and "*" not in one.version)}
    return text, in_normal_form(text), exact.pop() if len(exact) == 1 else None


def _extras(extras: Any) -> tuple[str, ...]:
    if not isinstance(extras, list) or not all(isinstance(one, str) for one in extras):
        raise InputError("has extras that are no list of texts")
    return tuple(sorted({canonical_name(one) for one in extras}))
