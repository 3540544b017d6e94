"""A parsed lock, taken by its keys with their types checked; each block knows the line that a user would look for.

A wrong type means that no tool wrote the file: ``InputError``, with file, line and key. What a value says is judged
by whoever reads it.
"""

import re
from collections.abc import Mapping
from typing import Any

from lineage.errors import InputError
from lineage.portable.reading import key_path, kind_of

HINT = "lock it again, or restore the version that git holds"

_VERSION_LINE = re.compile(rb"^[ \t]*+(?:version|\"version\")[ \t]*+=", re.MULTILINE)
_NAME_LINE = re.compile(rb"^[ \t]*+(?:name|\"name\")[ \t]*+=", re.MULTILINE)
_NEXT_TABLE = re.compile(rb"\n[ \t]*+\[")


class Block:
    """One table of a lock. An absent key gives the empty value of its type."""

    __slots__ = ("key", "line", "path", "values")

    def __init__(self, path: str, values: Mapping[str, Any], key: str = "", line: int = 0) -> None:
        self.path = path
        self.values = values
        self.key = key
        self.line = line

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path

    def wrong(self, key: str, needed: str) -> InputError:
        """The error for a key whose value has another type."""
        message = f"{key_path(self.key, key)} must be {needed}, not {kind_of(self.values[key])}"
        return InputError(message, self.place, HINT)

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, ())
        if value and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise self.wrong(key, "a list of texts")
        return tuple(value) if value else ()

    def hashes(self, *keys: str) -> tuple[str, ...]:
        """The texts under ``hash`` of the tables, or lists of tables, that stand there; what has none tells nothing."""
        listed = (value if isinstance(value, list) else [value] for value in map(self.values.get, keys))
        tables = (one for each in listed for one in each if isinstance(one, dict))
        return tuple(sorted({one["hash"] for one in tables if isinstance(one.get("hash"), str)}))

    def table(self, key: str) -> "Block":
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return Block(self.path, value, key_path(self.key, key), self.line)

    def tables(self, key: str) -> list["Block"]:
        """A list of tables, as blocks that have the line of this one."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, "a list of tables")
        path = key_path(self.key, key)
        return [Block(self.path, one, f"{path}[{index}]", self.line) for index, one in enumerate(value)]


def lock_document(path: str, document: Any) -> Block:
    """The whole document. Raises ``InputError`` when it is no table."""
    if not isinstance(document, dict):
        raise InputError(f"must be a table, not {kind_of(document)}", path, HINT)
    return Block(path, document)


def package_blocks(lock: Block, key: str, content: bytes) -> list[Block]:
    """The ``[[key]]`` tables, with the lines of their versions, else of their names; 0 where the text does not tell."""
    if key not in lock.values:
        return []
    blocks = lock.tables(key)
    lines = _lines(content, key)
    if len(lines) == len(blocks):
        for block, line in zip(blocks, lines, strict=True):
            block.line = line
    return blocks


def line_of(content: bytes, key: str, header: str = "") -> int:
    """The line of ``key =`` in the first table under ``header``, else above all tables; 0 for none."""
    start = _header_end(content, header.encode()) if header else 0
    if start < 0:
        return 0
    table = _NEXT_TABLE.search(content, start)
    pattern = re.compile(rb"^[ \t]*+\"?" + re.escape(key.encode()) + rb"\"?[ \t]*+=", re.MULTILINE)
    match = pattern.search(content, start, table.start() if table else len(content))
    return content.count(b"\n", 0, match.start()) + 1 if match else 0


def _header_end(content: bytes, header: bytes) -> int:
    """Where the first line that begins with a header goes on; -1 for none. ``find`` beats ``^`` by far here."""
    at = content.find(header)
    while at > 0 and content[at - 1] not in b"\n \t":
        at = content.find(header, at + 1)
    return at + len(header) if at >= 0 else -1


def _lines(content: bytes, key: str) -> list[int]:
    """One line for each header ``[[key]]``, in one pass."""
    header = re.compile(rb"\[\[[ \t]*+" + re.escape(key.encode()) + rb"[ \t]*+\]\]")
    starts = [match.end() for match in header.finditer(content)]
    found: list[int] = []
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(content)], strict=False):
        position = next(
            (at for pattern in (_VERSION_LINE, _NAME_LINE) if (at := _key_at(content, pattern, start, end))), start
        )
        line += content.count(b"\n", counted, position)
        counted = position
        found.append(line)
    return found


def _key_at(content: bytes, pattern: re.Pattern[bytes], start: int, end: int) -> int:
    """Where a key of a block stands, before the block's first sub-table; 0 for none."""
    match = pattern.search(content, start, end)
    return match.start() if match and content.find(b"\n[", start, match.start()) < 0 else 0
