"""setup.cfg of setuptools: ``[options]`` and ``[options.extras_require]``, read as ``configparser`` reads them.

Source: setuptools' documentation, "Configuring setuptools using setup.cfg files". A list hangs below its key, one
requirement a line, or stands behind it with semicolons; ``file:`` names requirements files instead.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_extra
from lineage.dependencies.pip.entries import parse_requirement
from lineage.dependencies.pip.lines import Line, decode, is_conflict
from lineage.dependencies.pip.requirements import read_included
from lineage.dependencies.rows import Rows
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations

FORM = "setup.cfg"
PARSE = "text"

_LISTS = {"install_requires": MAIN, "setup_requires": "build", "tests_require": "test"}
_HINT = "correct the file, or restore the version that git holds"
_SECTION = re.compile(r"\[([^\]]+)\]")
_OPTION = re.compile(r"([^:=\s][^:=]*?)\s*[:=]\s*(.*)")


class Value(NamedTuple):
    section: str
    key: str
    lines: tuple[Line, ...]
    """without comments; the first one is what stands behind the key, with no text where nothing does"""


def recognise(path: str) -> bool:
    """Whether a file is setuptools' configuration, by its name."""
    return posixpath.basename(path) == "setup.cfg"


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What the configuration asks for. Raises ``InputError`` with the line for what is no such file."""
    rows = Rows(path)
    python, python_line = None, 0
    for value in values_of(decode(content, path), path):
        if value.section == "options" and value.key == "python_requires":
            python, python_line = _first(value)
        elif value.section == "options" and value.key in _LISTS:
            _read_list(rows, value, _LISTS[value.key], include)
        elif value.section == "options.extras_require":
            _read_list(rows, value, group_of_extra(value.key), include)
    return rows.finish(FORM, python=python or None, python_line=python_line)


def values_of(text: str, path: str) -> Iterator[Value]:
    """The values of all sections. Raises ``InputError`` with the line for what stands in none."""
    section = key = ""
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = Line(number, raw.strip())
        if is_conflict(Line(number, raw)):
            raise InputError("is a conflict marker", f"{path}:{number}", "take one side whole")
        if not line.text or line.text.startswith(("#", ";")):
            continue
        if raw[0].isspace() and lines:
            lines.append(line)
            continue
        if lines:
            yield Value(section, key, tuple(lines))
            lines = []
        header = _SECTION.match(line.text)
        if header is not None:
            section = header[1].strip()
            continue
        key, behind = _option(line, section, path)
        lines = [Line(number, behind)]
    if lines:
        yield Value(section, key, tuple(lines))


def _option(line: Line, section: str, path: str) -> tuple[str, str]:
    if not section:
        raise InputError("stands in no section", f"{path}:{line.number}", _HINT)
    match = _OPTION.fullmatch(line.text)
    if match is None:
        # As a key without a value, which configparser refuses.
        raise InputError("is neither a section nor a key with a value", f"{path}:{line.number}", _HINT)
    return match[1].lower().replace("-", "_") if section == "options" else match[1], match[2]


def _first(value: Value) -> tuple[str, int]:
    told = [line for line in value.lines if line.text]
    return (" ".join(line.text for line in told), told[0].number) if told else ("", 0)


def _read_list(rows: Rows, value: Value, group: str, include: Include) -> None:
    text, line = _first(value)
    if text.startswith("file:"):
        for file in re.split(r"[,\s]+", text.removeprefix("file:").strip()):
            read_included(rows, file, group, line, include)
        return
    for one in value.lines if len(value.lines) > 1 else _separated(value.lines[0]):
        if one.text:
            rows.requirement(_without_comment(one.text), group, one.number)


def _without_comment(text: str) -> str:
    """setuptools drops what follows `` #`` in a requirement."""
    return text.partition(" #")[0].strip()


def _separated(line: Line) -> list[Line]:
    """The requirements of one line: one with a marker where it can be read so, else between semicolons."""
    try:
        parse_requirement(line.text, False)
    except InputError:
        return [Line(line.number, one.strip()) for one in line.text.split(";")]
    return [line]
