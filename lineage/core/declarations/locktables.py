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
    """The line of the first ``key =``, behind a line that begins with ``header``; 0 for none."""
    start = 0
    if header:
        found = re.search(rb"^[ \t]*+" + re.escape(header.encode()), content, re.MULTILINE)
        if found is None:
            return 0
        start = found.end()
    match = re.compile(rb"^[ \t]*+\"?" + re.escape(key.encode()) + rb"\"?[ \t]*+=", re.MULTILINE).search(content, start)
    return content.count(b"\n", 0, match.start()) + 1 if match else 0


def _lines(content: bytes, key: str) -> list[int]:
    """One line for each header ``[[key]]``, in one pass."""
    header = re.compile(rb"\[\[[ \t]*+" + re.escape(key.encode()) + rb"[ \t]*+\]\]")
    starts = [match.end() for match in header.finditer(content)]
    found: list[int] = []
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        table = _NEXT_TABLE.search(content, start, end)
        head = table.start() if table else end
        key_line = _VERSION_LINE.search(content, start, head) or _NAME_LINE.search(content, start, head)
        position = key_line.start() if key_line else start
        line += content.count(b"\n", counted, position)
        counted = position
        found.append(line)
    return found
