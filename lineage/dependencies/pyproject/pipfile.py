"""Pipfile: ``packages``, ``dev-packages`` and a table for each further category, with ranges as pipenv writes them."""

import posixpath
from typing import Any

from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.pyproject.pipenv import SECTIONS, pipenv_row, python_of
from lineage.dependencies.rows import Rows
from lineage.dependencies.toml_tables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import Declarations
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
        rows.unknown.append(Unknown(subject, f"{rows.path}:{line} {error.message}" if line else error.message))
