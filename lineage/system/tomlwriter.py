"""TOML, written with ``tomlkit`` in the order of the document's keys, so that a user's comments survive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, Comment, Item, Key, Null, Table, Whitespace


@dataclass(slots=True)
class _Comments:
    """The comments of a table: the lines above each key, the one behind it, those of its sub-tables, and at its end.

    An element of an array of tables counts as a sub-table named ``key[index]``.
    """

    above: dict[str, list[str]] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)
    tables: dict[str, "_Comments"] = field(default_factory=dict)
    end: list[str] = field(default_factory=list)


def render_toml(document: Mapping[str, Any], inline: Sequence[str], previous: bytes | None = None) -> bytes:
    """The document as TOML, plain keys before tables; the rows at the dotted paths in ``inline`` take a line each.

    Comments of ``previous`` stay with the keys that are still there; those whose key went stand at the end of the
    table it stood in, or of the document.
    """
    root = tomlkit.document()
    comments, last = _Comments(), list[str]()
    if previous is not None:
        last = _collect(tomlkit.parse(previous.decode("utf-8")).body, comments, [])
    _fill(root, document, "", frozenset(inline), comments)
    for line in last:
        root.add(_comment(line))
    return tomlkit.dumps(root).encode("utf-8")


def _collect(body: Sequence[tuple[Key | None, Item]], comments: _Comments, waiting: list[str]) -> list[str]:
    """Sort the comments of a table; what stands right above the next header is left over, and goes on to that."""
    blank = 0
    for key, item in body:
        if isinstance(item, Comment):
            waiting.append(item.trivia.comment)
        elif isinstance(item, Whitespace):
            blank = len(waiting)
        elif key is not None and not isinstance(item, Null):
            name = key.key
            if waiting:
                comments.above.setdefault(name, []).extend(waiting)
                waiting, blank = [], 0
            if isinstance(item, AoT):
                for index, table in enumerate(item.body):
                    waiting = _collect_table(table, f"{name}[{index}]", comments, waiting)
            elif isinstance(item, Table):
                waiting = _collect_table(item, name, comments, waiting)
            elif item.trivia.comment:
                comments.behind[name] = item.trivia.comment
    comments.end.extend(waiting[:blank])
    return waiting[blank:]


def _collect_table(table: Table, name: str, comments: _Comments, waiting: list[str]) -> list[str]:
    if waiting:
        comments.above.setdefault(name, []).extend(waiting)
    if table.trivia.comment and not table.is_super_table():
        comments.behind[name] = table.trivia.comment
    return _collect(table.value.body, comments.tables.setdefault(name, _Comments()), [])


def _fill(
    table: Container | Table, values: Mapping[str, Any], path: str, inline: frozenset[str], comments: _Comments
) -> None:
    paths = {key: f"{path}.{key}" if path else key for key in values}
    blocks = [] if path in inline else [key for key, value in values.items() if _is_block(value, paths[key] in inline)]
    for key, value in values.items():
        if key not in blocks:
            in_rows = isinstance(value, list) and paths[key] in inline
            _put(table, key, _rows(value) if in_rows else _item(value), comments)
    if path:
        _add_orphans(table, comments, kept=blocks)
    for key in blocks:
        if isinstance(values[key], list):
            _put_array(table, key, values[key], paths[key], inline, comments)
        else:
            block = tomlkit.table(is_super_table=False)
            _fill(block, values[key], paths[key], inline, comments.tables.pop(key, _Comments()))
            _put(table, key, block, comments)
    if not path:
        _add_orphans(table, comments, kept=())


def _put_array(
    table: Container | Table,
    key: str,
    values: Sequence[Mapping[str, Any]],
    path: str,
    inline: frozenset[str],
    comments: _Comments,
) -> None:
    array = tomlkit.aot()
    for index, value in enumerate(values):
        name = f"{key}[{index}]"
        block = tomlkit.table(is_super_table=False)
        _fill(block, value, path, inline, comments.tables.pop(name, _Comments()))
        behind = comments.behind.pop(name, None)
        if behind is not None:
            block.comment(behind)
        array.append(block)
    above = [*comments.above.pop(key, ()), *filter(None, [comments.behind.pop(key, None)])]
    table.add(key, array)
    for index, block in enumerate(array.body):
        _put_above(block, [*above, *comments.above.pop(f"{key}[{index}]", ())])
        above = []


def _is_block(value: object, in_rows: bool) -> bool:
    if isinstance(value, list):
        return not in_rows and bool(value) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict)


def _put(table: Container | Table, key: str, item: Item, comments: _Comments) -> None:
    above = comments.above.pop(key, ())
    if not isinstance(item, Table):
        for line in above:
            table.add(_comment(line))
    behind = comments.behind.pop(key, None)
    if behind is not None:
        item.comment(behind)
    table.add(key, item)
    if isinstance(item, Table):
        _put_above(item, above)


def _put_above(table: Table, lines: Sequence[str]) -> None:
    """In the indentation of the header: added as items, they would land in the table before, behind a blank line."""
    table.trivia.indent = "\n" + "".join(_comment(line).as_string() for line in lines)


def _comment(line: str) -> Comment:
    return tomlkit.comment(line.lstrip("#").strip())


def _add_orphans(table: Container | Table, comments: _Comments, kept: Sequence[str]) -> None:
    """Put the comments whose key is gone; those of the tables in ``kept`` are still to come."""
    names = set(kept)
    for line in comments.end:
        table.add(_comment(line))
    comments.end.clear()
    for name in list(comments.above):
        if name.partition("[")[0] not in names:
            for line in comments.above.pop(name):
                table.add(_comment(line))
    for name in list(comments.behind):
        if name.partition("[")[0] not in names:
            table.add(_comment(comments.behind.pop(name)))
    for name in list(comments.tables):
        if name.partition("[")[0] not in names:
            _add_orphans(table, comments.tables.pop(name), ())


def _rows(values: Sequence[object]) -> Item:
    array = tomlkit.array()
    for value in values:
        array.append(_item(value))
    return array.multiline(bool(values))


def _item(value: object) -> Item:
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for key, one in value.items():
            table.append(key, _item(one))
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for one in value:
            array.append(_item(one))
        return array
    return tomlkit.item(value)
