"""``[tool.poetry]``: dependencies in poetry's own notation, with its groups, extras and places.

Rules:

1. A dependency that is ``optional`` belongs to the extras that name it; one that none names counts as main.
2. Several constraints of one package are several rows; ``python`` and ``platform`` beside one become its marker.
   A union of ranges with a gap is a row for each, and told as unknown: rows that hold together must all be met.
3. Where PEP 621 lists the dependencies, a table that gives no version, place or marker here only says where to look.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.places import read_place
from lineage.dependencies.pyproject.poetry_ranges import exact_version, to_specifiers
from lineage.dependencies.rows import Rows, extras_of, value_text
from lineage.dependencies.toml_tables import Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Dependency


def read_poetry(rows: Rows, poetry: Table, is_enriching: bool) -> tuple[str, int] | None:
    """Adds the rows of ``[tool.poetry]``; gives (range of Python as written, line) where it has one.

    ``is_enriching``: the dependencies themselves are listed by PEP 621. Raises ``InputError`` for wrong types.
    """
    extras: dict[str, list[str]] = {}
    for extra in poetry.table("extras").values:
        for name in poetry.table("extras").texts(extra):
            extras.setdefault(canonicalize_name(re.split(r"[^A-Za-z0-9._-]", name, maxsplit=1)[0]), []).append(extra)
    main = poetry.table("dependencies")
    _read_table(rows, main, MAIN, extras, is_enriching)
    _read_table(rows, poetry.table("dev-dependencies"), "dev", {}, False)
    for name, group in poetry.table("group").tables():
        _read_table(rows, group.table("dependencies"), group_of(name), {}, False)
    python = main.values.get("python")
    python = python.get("version") if isinstance(python, dict) else python
    if python is None:
        return None
    if not isinstance(python, str):
        raise main.wrong("python", "a text")
    return python, main.line_of("python")


def _read_table(rows: Rows, table: Table, group: str, extras: dict[str, list[str]], is_enriching: bool) -> None:
    for key, value in table.values.items():
        if key == "python":
            continue
        line = table.line_of(key)
        for one in _constraints(table, key, value):
            name = canonicalize_name(key)
            groups = [group]
            if one.get("optional") is True and name in extras:
                groups = [group_of_extra(extra) for extra in extras[name]]
            if is_enriching and not {"version", "git", "path", "url", "file", "markers", "python", "platform"} & set(
                one
            ):
                continue
            try:
                found = _rows(name, one, line, rows.path)
            except InputError as error:
                rows.unread(f"package:{name}", line, error.message, value_text(one))
                continue
            if len(found) > 1:
                message = _no_single(f"asks for {name}", found[0].written)
                rows.unread(f"package:{name}", line, message, value_text(one))
            rows.dependencies += [replace(row, group=named) for row in found for named in dict.fromkeys(groups)]


def _constraints(table: Table, key: str, value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield {"version": one}
        elif isinstance(one, dict):
            yield one
        else:
            raise table.wrong(key, "a version, a table, or a list of these")


def _rows(name: str, value: dict[str, Any], line: int, path: str) -> list[Dependency]:
    """One row, or of a union of ranges one for each."""
    place = read_place(value, path)
    written = _text(value, "version") or ""
    specifiers = to_specifiers(written)
    if specifiers is None:
        raise InputError(_no_single(f"asks for {name}", written))
    row = Dependency(name=name, extras=extras_of(value.get("extras", [])), marker=_marker(value), line=line)
    if place is not None:
        return [replace(row, version=place.version, origin=place.origin, is_own=place.is_own)]
    return [replace(row, version=exact_version(one), specifier=one, written=written) for one in specifiers]


def _no_single(what: str, written: str) -> str:
    return f"{what} {written[:80]!r}, which is no single range of PEP 440"


def _text(value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is not None and not isinstance(found, str):
        raise InputError(f"has a {key} that is no text")
    return found


def _marker(value: dict[str, Any]) -> str:
    parts = [one for one in (_text(value, "markers"), _python_marker(value), _platform_marker(value)) if one]
    if not parts:
        return ""
    try:
        return str(Marker(" and ".join(f"({one})" if " or " in one else one for one in parts)))
    except (InvalidMarker, RecursionError) as error:
        raise InputError("has a marker that cannot be read") from error


def _python_marker(value: dict[str, Any]) -> str:
    text = _text(value, "python")
    if not text:
        return ""
    specifiers = to_specifiers(text)
    if specifiers is None:
        raise InputError(f"is for Python {text[:80]!r}, which is no range of PEP 440")
    return "" if "" in specifiers else " or ".join(map(_python_clauses, specifiers))


def _python_clauses(specifier: str) -> str:
    clauses = sorted(SpecifierSet(specifier), key=lambda one: (one.operator != ">=", str(one)))
    return " and ".join(f'{_variable(one.version)} {one.operator} "{one.version}"' for one in clauses)


def _variable(version: str) -> str:
    """As poetry writes it: ``python_version`` where two numbers say it, so that both spellings are equal."""
    return "python_version" if version.removesuffix(".*").count(".") < 2 else "python_full_version"


def _platform_marker(value: dict[str, Any]) -> str:
    text = _text(value, "platform")
    if not text:
        return ""
    if re.fullmatch(r"[A-Za-z0-9_]+", text) is None:
        raise InputError("has a platform that cannot be read")
    return f'sys_platform == "{text}"'
