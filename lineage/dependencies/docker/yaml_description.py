"""A YAML file that describes an image to be built: what its lists and commands ask for, each told by its line."""

import re
from collections.abc import Sequence
from typing import Any

from lineage.dependencies.conda.shapes import as_list, as_table
from lineage.dependencies.docker.build import ImageBuild
from lineage.dependencies.docker.copies import Context, Copy
from lineage.dependencies.docker.stages import DockerText
from lineage.dependencies.forms import Include
from lineage.dependencies.pip import requirements
from lineage.dependencies.python_version import chosen
from lineage.model.declarations import MAIN, Declarations

_OPTIONS = re.compile(r"\s+--[a-z].*|\s+-[a-z]\s.*", re.DOTALL)
"""behind a requirement: options of pip, of which none changes what is asked for"""
_KEY = r"""(?:\A|[\s{,-])["']?%s["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\s'",}]+))?"""
_SYSTEM = re.compile(r"([A-Za-z0-9][A-Za-z0-9.+-]*)(?:=(\S+))?")


class Description:
    """What was found in one file so far."""

    def __init__(self, path: str, content: bytes, include: Include, hint: str) -> None:
        self.image = ImageBuild(path, include, Context(path, include))
        self.image.copies = [Copy(".", "/src")]
        self.image.folder = "/src"
        self.rows = self.image.parts.at(None).rows
        self._path, self._include, self._hint = path, include, hint
        self._lines = content.decode("utf-8-sig", "replace").splitlines()
        self._python: tuple[str | None, int] = (None, 0)

    def table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        """A table below a key; empty where there is none. Raises ``InputError``."""
        value = table.get(key)
        return {} if value is None else as_table(value, key, self._path, self._hint)

    def texts(self, table: dict[str, Any], key: str) -> list[tuple[str, int]]:
        """(text, line) of each item below a key; what is no text is unknown. Raises ``InputError`` for no list."""
        value = table.get(key)
        found = []
        start = self.line(key)
        for item in [] if value is None else as_list(value, key, self._path, self._hint):
            if isinstance(item, str):
                line = self._line_of(item.strip().split("\n", 1)[0], start)
                found.append((item.strip(), line))
                start = line or start
            else:
                self.rows.unread("packages", start, f"has an item below {key}: that is no text", repr(item))
        return found

    def line(self, key: str) -> int:
        """Of a key; 0 where it is written in another way."""
        return self._scalar(key)[0]

    def _scalar(self, key: str) -> tuple[int, str]:
        """(line of a key, what stands behind it on that line, as written)."""
        wanted = re.compile(_KEY % re.escape(key))
        for number, text in enumerate(self._lines, start=1):
            match = wanted.search(text.partition(" #")[0]) if not text.lstrip().startswith("#") else None
            if match is not None:
                return number, next(filter(None, match.groups()), "")
        return 0, ""

    def _line_of(self, text: str, start: int) -> int:
        """Of the next line that holds a text; else ``start``."""
        shown = text[:40].rstrip("\\'\"")
        following = enumerate(self._lines[max(start - 1, 0) :], start=max(start, 1))
        return next((number for number, line in following if shown in line), start)

    def requirements(self, table: dict[str, Any], key: str) -> None:
        """The packages of a list, as pip is given them."""
        for text, line in self.texts(table, key):
            if re.match(r"(?:-r|--requirement)[\s=]", text):
                self.included(re.split(r"[\s=]+", text, maxsplit=1)[1], line)
            elif not text.startswith("-") or re.match(r"(?:-e|--editable)[\s=]", text):
                self.rows.requirement(_OPTIONS.sub("", text), MAIN, line)

    def included(self, file: str, line: int) -> None:
        """A requirements file that is named, relative to this one."""
        requirements.read_included(self.rows, file, MAIN, line, self._include)

    def python(self, table: dict[str, Any], key: str) -> None:
        """The Python that a key chooses, as written: ``3.10`` without quotes is no number here."""
        if table.get(key) is None:
            return
        line, text = self._scalar(key)
        self._python = (chosen(self.rows, text or str(table[key]), line), line)

    def system(self, table: dict[str, Any], key: str) -> None:
        """Packages of the system."""
        for text, line in self.texts(table, key):
            match = _SYSTEM.fullmatch(text)
            if match is None:
                self.rows.unread(
                    "system:apt", line, f"asks for a package of the system that cannot be read: {text[:80]}", text
                )
            else:
                self.image.system.add((f"apt:{match[1]}", match[2] or "", line))

    def setting(self, table: dict[str, Any], key: str, field: str) -> None:
        """A value of the system beside its packages."""
        if table.get(key) is not None:
            self.image.system.add((field, str(table[key]), self.line(key)))

    def run(self, commands: Sequence[tuple[str, int]]) -> None:
        """Commands of a shell, one after the other."""
        for text, line in commands:
            self.image.run(DockerText(text, (0,), (line,)), {})

    def finish(self, form: str) -> Declarations:
        """All of it."""
        rows = self.image.parts.installed()
        rows.extend(self.image.rows.finish(""))
        told = self._python if self._python[0] else self.image.chosen or (None, 0)
        return rows.finish(form, python=told[0], python_line=told[1], system=self.image.system)
