"""An environment of conda as its user declares it: environment.yml, with the requirements of pip in it.

Source: conda's documentation of environment files. conda writes the list below ``pip:`` into a requirements file beside
the environment file, so it is read as one. Channels, the name and the variables ask for no package.
"""

import posixpath
import re
from typing import Any

from lineage.dependencies.conda.shapes import as_list
from lineage.dependencies.conda.spec import add_spec
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.pip import requirements
from lineage.dependencies.rows import Rows, value_text
from lineage.model.declarations import Declarations

FORM = "environment.yml"
PARSE = "yaml"

_NAMES = re.compile(
    r"(?:.+[-_.])?environment[0-9]*(?:[-_.].+)?\.ya?ml|conda(?:[-_.]env.*)?\.ya?ml|(?:.+[-_.])?env(?:[-_.].+)?\.ya?ml",
    re.IGNORECASE,
)
_FOLDERS = frozenset({"envs", "conda-envs", "conda_envs"})
"""folders whose YAML files are environments: of snakemake's workflows, and where many are kept"""
_ITEM = re.compile(r"""[ \t]*+(?:(?=-[ \t])-[ \t]++)++(?:"([^"]*)"|'([^']*)'|([^"'#\s].*))""")
_HINT = "write the packages as a list below dependencies:"


def recognise(path: str) -> bool:
    """Whether a file is an environment of conda, by its name."""
    folder, base = posixpath.split(path)
    if folder.startswith(".github"):
        return False
    in_folder = posixpath.basename(folder) in _FOLDERS and base.endswith((".yml", ".yaml"))
    return in_folder or _NAMES.fullmatch(base) is not None


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What an environment file asks for; other things have files of these names too, and ask for no package.

    Raises ``InputError`` where its dependencies are no list.
    """
    if not isinstance(document, dict) or document.get("dependencies") is None:
        return Rows(path).finish(FORM)
    listed = as_list(document["dependencies"], "dependencies", path, _HINT)
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
            self._not_read("has an item below dependencies: that is neither a text nor a list below pip:", item)

    def _read_pip_item(self, item: object) -> None:
        if isinstance(item, str):
            self._pip.append((self._line(item), " ".join(item.splitlines())))
        else:
            self._not_read("has an item below pip: that is no text", item)

    def _read_spec(self, text: str) -> None:
        line = self._line(text)
        python = add_spec(self.rows, text, self._group, line)
        if python is not None:
            self.python = (python, line)

    def _not_read(self, message: str, item: object) -> None:
        self.rows.unread("packages", 0, message, value_text(item))

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
        found = requirements.included(self._path, "\n".join(lines).encode(), include)
        self.rows.extend(found)


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
