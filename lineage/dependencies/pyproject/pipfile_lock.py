"""Pipfile.lock, pipfile-spec up to 6: sections ``default``, ``develop`` and one for each further category.

Groups are those of the sections: the format has no graph.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lineage.dependencies.artifacts import source_of
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.lock_rows import LockRows
from lineage.dependencies.lock_tables import HINT, Block, lock_document
from lineage.dependencies.pyproject.pipfile import SECTIONS, pipenv_row, python_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations

FORM = "Pipfile.lock"
PARSE = "json"

NEWEST = 6

_COLON = re.compile(rb"\":\s*+(\{)?")


def recognise(path: str) -> bool:
    """Whether a file is a lock of pipenv, by its name."""
    return posixpath.basename(path) == "Pipfile.lock"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a lock fixes. Raises ``InputError`` for a version that is not known and for wrong types, with the key."""
    lock = lock_document(path, document)
    meta = lock.table("_meta")
    spec = meta.values.get("pipfile-spec", NEWEST)
    lines = _Lines(content)
    if not isinstance(spec, int) or isinstance(spec, bool) or not 0 < spec <= NEWEST:
        raise InputError(f"has the pipfile-spec {spec!r}, and up to {NEWEST} are known", path, HINT)
    rows = LockRows(path)
    python, python_line = None, 0
    sources = _sources(meta)
    for section in lock.values:
        table = lock.table(section)
        lines.table(section)
        if section == "_meta":
            python, python_line = _python(table, lines)
            continue
        for name in table.values:
            _read(rows, _entry(table, name, lines), name, SECTIONS.get(section) or group_of(section), sources)
    rows.merged()
    return rows.finish(FORM, is_lock=True, python=python, python_line=python_line)


def _entry(table: Block, name: str, lines: "_Lines") -> Block:
    """What a section says of a package: a table, else a version alone, as the first releases of pipenv wrote it."""
    version = table.values[name]
    if isinstance(version, str):
        return Block(table.path, {"version": version}, line=lines.value(name))
    block = table.table(name)
    line = lines.table(name)
    block.line = lines.value("version") or line
    return block


def _sources(meta: Block) -> dict[str, str]:
    """The indexes by their names, and by ``""`` the first, which gives what names none."""
    listed = meta.values.get("sources")
    tables = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    named = [(str(one.get("name", "")), source_of(str(one.get("url", "")))) for one in tables]
    return dict(named) | ({"": named[0][1]} if named else {})


def _read(rows: LockRows, block: Block, name: str, group: str, sources: Mapping[str, str]) -> None:
    index = block.values.get("index", "")
    source = sources.get(index, "") if isinstance(index, str) else ""
    try:
        rows.dependencies.append(
            pipenv_row(rows.path, name, block.values, rows.group(group), block.line, is_lock=True, source=source)
        )
    except InputError as error:
        rows.not_understood(block, name, error.message)


def _python(meta: Block, lines: "_Lines") -> tuple[str | None, int]:
    requires = meta.table("requires")
    try:
        python, key = python_of(requires.values)
    except InputError as error:
        raise InputError(f"_meta.requires {error.message}", meta.path, HINT) from error
    return python, lines.value(key) if python and lines.table("requires") else 0


class _Lines:
    """The lines of keys, asked for in the order of the document, in one pass over the text."""

    def __init__(self, content: bytes) -> None:
        self._keys = _found(content)
        self._waiting: tuple[str, bool, int] | None = None

    def table(self, key: str) -> int:
        """The line of the next table of this name; 0 for none, and from then on."""
        while (found := self._next()) is not None:
            if found[1] and found[0] == key:
                return found[2]
        return 0

    def value(self, key: str) -> int:
        """The line of a key with a plain value, before the next table; 0 for none."""
        while (found := self._next()) is not None:
            if found[1]:
                self._waiting = found
                return 0
            if found[0] == key:
                return found[2]
        return 0

    def _next(self) -> tuple[str, bool, int] | None:
        found, self._waiting = self._waiting, None
        return found if found is not None else next(self._keys, None)


def _found(content: bytes) -> Iterator[tuple[str, bool, int]]:
    """(key, whether a table follows, line) of each key, as tools write them: the colon behind the quote."""
    line, counted = 1, 0
    for match in _COLON.finditer(content):
        start = content.rfind(b'"', 0, match.start()) + 1
        line += content.count(b"\n", counted, start)
        counted = start
        yield content[start : match.start()].decode("utf-8", "replace"), match[1] is not None, line
