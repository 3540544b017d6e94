"""A parsed TOML document, taken by its keys with their types checked, and the lines on which its texts stand.

TOML libraries give no lines. One pass over the text notes under which table header each key and each quoted text
stands; a text is then looked for under its own table and the ones around it. This only ever says where a user is to
look: what a file asks for comes from the document.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineage.errors import InputError

Path = tuple[str, ...]

_HEADER = re.compile(r"\s*+\[\[?\s*+(?P<name>(?:[^\"'\[\]#,]++|\"[^\"]*+\"|'[^']*+')+)\]")
_PART = re.compile(r"\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([A-Za-z0-9_-]++))\s*+\.?")
_KEY = re.compile(r"\s*+(?P<key>(?:\s*+\.?\s*+(?:\"[^\"]*+\"|'[^']*+'|[A-Za-z0-9_-]++))+)\s*+=")
_TEXT = re.compile(r"#|\"((?:[^\"\\]|\\.)*+)\"|'([^']*+)'")
_INNER = re.compile(r"[{,]\s*+([A-Za-z0-9_-]++)\s*+=")


class Table:
    """One table of a document. Raises ``InputError`` with file, line and key where a value has another type."""

    def __init__(self, where: str, values: Mapping[str, Any], path: Path, lines: "Lines") -> None:
        self.where = where
        self.values = values
        self.path = path
        self.lines = lines

    def table(self, *keys: str) -> "Table":
        """A table within, by its keys one below the other; an empty one where there is none."""
        here = self
        for key in keys:
            value = here.values.get(key, {})
            if not isinstance(value, dict):
                raise here.wrong(key, "a table")
            here = Table(self.where, value, (*here.path, key), self.lines)
        return here

    def tables(self) -> "Iterator[tuple[str, Table]]":
        """All tables within, by key; every value must be one."""
        for key in self.values:
            yield key, self.table(key)

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, "a list of texts")
        return tuple(value)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        return (value,) if isinstance(value, str) else self.texts(key)

    def line_of(self, key: str) -> int:
        return self.lines.of_key(self.path, key)

    def line_of_text(self, key: str, text: str) -> int:
        return self.lines.of_text((*self.path, key), text) or self.line_of(key)

    def name_of(self, key: str) -> str:
        return ".".join((*self.path, key))

    def wrong(self, key: str, wanted: str) -> InputError:
        """The error of a value that is not what it must be."""
        line = self.line_of(key)
        return InputError(f"{self.name_of(key)}: is not {wanted}", f"{self.where}:{line}" if line else self.where)


class Lines:
    """Where the keys and quoted texts of a TOML text stand; lines from 1."""

    def __init__(self, content: bytes) -> None:
        self._keys: dict[tuple[Path, str], int] = {}
        self._texts: dict[tuple[Path | None, str], deque[int]] = {}
        header: Path = ()
        here: Path = ()
        for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), start=1):
            found = _HEADER.match(line)
            if found is not None:
                header = here = _parts(found["name"])
                self._note_key(header, number)
                continue
            here = self._read_line(line, header, here, number)

    def _read_line(self, line: str, header: Path, here: Path, number: int) -> Path:
        """Notes what a line holds; gives the key that its texts, and those of lines without a key, stand behind."""
        key = _KEY.match(line)
        start = 0
        if key is not None:
            parts = _parts(key["key"])
            here, start = (*header, *parts), key.end()
            for end in range(1, len(parts) + 1):
                self._note_key((*header, *parts[:end]), number)
            for inner in _INNER.finditer(line, start):
                self._keys.setdefault((here, inner[1]), number)
        for text in _TEXT.finditer(line, start):
            if text[0] == "#":
                break
            value = text[2] if text[1] is None else text[1].replace('\\"', '"').replace("\\\\", "\\")
            self._texts.setdefault((here, value), deque()).append(number)
            self._texts.setdefault((None, value), deque()).append(number)
        return here

    def _note_key(self, path: Path, number: int) -> None:
        if path:
            self._keys.setdefault((path[:-1], path[-1]), number)

    def of_key(self, path: Path, key: str) -> int:
        """The line of a key, else that of the table around it; 0 where neither is seen."""
        keys = (*path, key)
        while keys:
            line = self._keys.get((keys[:-1], keys[-1]))
            if line is not None:
                return line
            keys = keys[:-1]
        return 0

    def of_text(self, path: Path, text: str) -> int:
        """The next line of a quoted text in a table or one around it, else anywhere; 0 where it is not seen.

        To be asked in the order of the document: equal texts are told apart by it.
        """
        places: Sequence[Path | None] = [path[:end] for end in range(len(path), -1, -1)]
        for place in (*places, None):
            found = self._texts.get((place, text))
            if found:
                return found.popleft() if len(found) > 1 else found[0]
        return 0


def _parts(name: str) -> Path:
    return tuple(one[1] or one[2] or one[3] or "" for one in _PART.finditer(name))
