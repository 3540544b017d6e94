"""An environment of conda as its user declares it: environment.yml, with the requirements of pip in it.

Source: conda's documentation of environment files. conda writes the list below ``pip:`` into a requirements file beside
the environment file, so it is read as one. Channels, the name and the variables ask for no package.
"""

import posixpath
import re
from typing import Any

from lineage.core.declarations import requirements
from lineage.core.declarations.condaspec import parse_spec, python_of
from lineage.core.declarations.forms import Include
from lineage.core.declarations.groups import group_of_file
from lineage.core.declarations.rows import Rows
from lineage.core.declarations.shapes import as_list, as_table
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from lineage.portable.names import canonical_name

FORM = "environment.yml"
PARSE = "yaml"

_NAMES = re.compile(r"(?:.+[-_.])?environment[0-9]*(?:[-_.].+)?\.ya?ml|conda(?:[-_.]env.*)?\.ya?ml", re.IGNORECASE)
_ITEM = re.compile(r"""[ \t]*+(?:-[ \t]++)++(?:"([^"]*)"|'([^']*)'|([^"'#\s].*))""")
_NAMED = re.compile(r"(?:[^\s:]*::)?([A-Za-z0-9_.-]+)")
_HINT = "write the packages as a list below dependencies:"


def recognise(path: str) -> bool:
    """Whether a file is an environment of conda, by its name."""
    return _NAMES.fullmatch(posixpath.basename(path)) is not None


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What an environment file asks for. Raises ``InputError`` where it has no list of dependencies."""
    listed = as_list(as_table(document, "the file", path, _HINT).get("dependencies"), "dependencies", path, _HINT)
    reading = _Reading(path, _lines_of_items(content))
    for item in listed:
        reading.read_item(item)
    reading.read_pip(include)
    python, line = reading.python
    return reading.rows.finish(FORM, python=python, python_line=line)


class _Reading:
    """What was found so far in the list."""

    def __init__(self, path: str, lines: dict[str, list[int]]) -> None:
        self.rows = Rows(path)
        self.python: tuple[str | None, int] = (None, 0)
        self._pip: list[tuple[int, str]] = []
        self._path, self._group, self._lines = path, group_of_file(path), lines

    def read_item(self, item: object) -> None:
        """One item of ``dependencies``."""
        if isinstance(item, str):
            self._read_spec(item)
        elif isinstance(item, dict) and set(item) == {"pip"} and isinstance(item["pip"], list | None):
            for one in item["pip"] or ():
                self._read_pip_item(one)
        else:
            self._not_read("packages", "has an item below dependencies: that is neither a text nor a list below pip:")

    def _read_pip_item(self, item: object) -> None:
        if isinstance(item, str):
            self._pip.append((self._line(item), " ".join(item.splitlines())))
        else:
            self._not_read("packages", "has an item below pip: that is no text")

    def _read_spec(self, text: str) -> None:
        line = self._line(text)
        try:
            spec = parse_spec(text)
        except InputError as error:
            named = _NAMED.match(text)
            subject = "packages" if named is None else f"package:{canonical_name(named[1]).strip('-')}"
            self._not_read("python" if subject == "package:python" else subject, error.message, line)
            return
        if spec.name == "python":
            self.python = (python_of(spec), line)
            return
        self.rows.dependencies.append(
            Dependency(
                name=spec.name,
                version=spec.version,
                specifier=spec.specifier,
                written=spec.written,
                label=spec.label,
                group=self._group,
                line=line,
                manager="conda",
            )
        )

    def _not_read(self, subject: str, message: str, line: int = 0) -> None:
        place = f"{self._path}:{line}" if line else self._path
        self.rows.unknown.append(Unknown(subject, f"{place} {message}"))

    def _line(self, text: str) -> int:
        """Of the next item with this text; 0 where YAML wrote it in another way."""
        found = self._lines.get(text.strip())
        return found.pop() if found else 0

    def read_pip(self, include: Include) -> None:
        """The requirements below ``pip:``, as a file that has each on the line where it stands."""
        if not self._pip:
            return
        lines: list[str] = []
        for number, text in self._pip:
            lines += [""] * (number - 1 - len(lines)) + [text]
        found = requirements.declarations(self._path, None, "\n".join(lines).encode(), include)
        self.rows.dependencies += found.dependencies
        self.rows.unknown += found.unknown
        self.rows.files.update(found.files)


def _lines_of_items(content: bytes) -> dict[str, list[int]]:
    """{text of an item: its lines, the last first}, from ``dependencies:`` on."""
    found: dict[str, list[int]] = {}
    inside = False
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), start=1):
        inside = inside or line.startswith("dependencies")
        match = _ITEM.match(line) if inside else None
        if match is not None:
            plain = (match[3] or "").partition(" #")[0]
            found.setdefault((match[1] or match[2] or plain).strip(), []).append(number)
    for numbers in found.values():
        numbers.reverse()
    return found
