"""Pipfile: ``packages``, ``dev-packages`` and a table for each further category, with ranges as pipenv writes them.

Its lock has such rows too, ranges among them: pipenv leaves ``*`` where a marker keeps a package from the machine that
locked.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from lineage.dependencies.artifacts import digests_of
from lineage.dependencies.conditions import under
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.pip.origins import is_address
from lineage.dependencies.places import Place, read_place
from lineage.dependencies.rows import Rows, extras_of, in_normal_form, value_text
from lineage.dependencies.toml_tables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.names import canonical_name, is_name

SECTIONS = {"packages": MAIN, "default": MAIN, "dev-packages": "dev", "develop": "dev"}
"""What the sections with fixed names are for; any other is a category, a group of its own."""

_EXACT = re.compile(r"==[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")
"""Nearly all versions of a lock; the way through ``packaging`` costs ten times as much."""

_VARIABLES = (
    "markers",
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)


def python_of(requires: Mapping[str, Any]) -> tuple[str | None, str]:
    """(Python that is asked for, the key that says so). Raises ``InputError`` where it is no text."""
    for key in ("python_full_version", "python_version"):
        value = requires.get(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"has a {key} that is no text")
        if value:
            return value, key
    return None, ""


def pipenv_row(
    path: str, name: str, values: Mapping[str, Any], group: str, line: int, *, is_lock: bool = False, source: str = ""
) -> Dependency:
    """What one entry asks for; ``source`` gives it. Raises ``InputError`` with what is wrong, without a place."""
    if not is_name(name):
        raise InputError(f"has a name that is none: {name[:80]!r}")
    place = read_place(_source_of(values), path) or Place(origin=None)
    written, specifier, exact = ("", "", None) if place.origin or place.is_own else _range(values.get("version", ""))
    return Dependency(
        name=canonical_name(name),
        version=exact or (None if place.is_own else place.version),
        specifier=specifier,
        written="" if is_lock and exact else written,
        origin=place.origin,
        source="" if place.origin else source,
        digests=digests_of(_hashes(values.get("hashes"))),
        extras=extras_of(values.get("extras", [])),
        marker=under(_marker_of(values), None) or "",
        group=group,
        line=line,
        is_own=place.is_own,
        hashes=_hashes(values.get("hashes")),
    )


def _hashes(listed: Any) -> tuple[str, ...]:
    return tuple(sorted({one for one in listed if isinstance(one, str)})) if isinstance(listed, list) else ()


def _range(text: Any) -> tuple[str, str, str | None]:
    """(as written, in normal form, the exact version) of a version of pipenv; ``*`` and an empty one are any."""
    if not isinstance(text, str):
        raise InputError("has a version that is no text")
    if text.strip() in ("", "*"):
        return text.strip(), "", None
    if _EXACT.fullmatch(text):
        return text, text, text[2:]
    try:
        clauses = list(SpecifierSet(text))
    except InvalidSpecifier as error:
        raise InputError(f"has a version that cannot be read: {text[:80]!r}") from error
    exact = {
        one.version for one in clauses if one.operator == "===" or (one.operator == "==" and "*" not in one.version)
    }
    return text, in_normal_form(text), exact.pop() if len(exact) == 1 else None


def _marker_of(values: Mapping[str, Any]) -> str:
    """``markers``, and the variables of markers as keys of their own (``sys_platform = "== 'win32'"``), all together.

    Raises ``InputError`` where one is no text.
    """
    found = []
    for key in sorted(key for key in values if key in _VARIABLES):
        value = values[key]
        if value is None:
            continue
        if not isinstance(value, str):
            raise InputError(f"has a {key} that is no text")
        if value:
            found.append(value if key == "markers" else f"{key} {value}")
    return found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)


def _source_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a place, as other tools spell them: a ``ref`` is a ``rev``, a ``file`` with an address a ``url``."""
    found = {key: values[key] for key in ("git", "hg", "url", "path", "file", "subdirectory") if key in values}
    if isinstance(values.get("ref"), str):
        found["rev"] = values["ref"]
    for key in ("file", "path"):
        if isinstance(found.get(key), str) and is_address(found[key]):
            found["url"] = found.pop(key)
    return found


FORM = "Pipfile"
PARSE = "toml"

_OTHER = frozenset({"source", "sources", "requires", "scripts", "pipenv", "pipfile"})
"""Tables that hold no packages."""


def recognise(path: str) -> bool:
    """Whether a file is a Pipfile, by its name."""
    return posixpath.basename(path) == "Pipfile"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a Pipfile asks for. Raises ``InputError`` for tables and requirements of another type, with line and key."""
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
        rows.dependencies.append(pipenv_row(rows.path, name, values, group, line))
    except InputError as error:
        subject = f"package:{canonical_name(name)}" if is_name(name) else "packages"
        rows.unread(subject, line, error.message, value_text(values))
