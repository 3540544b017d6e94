"""setup.py, read as a text: what the call of ``setup()`` asks for, as far as it stands there; nothing is run.

A value that a program computes is unknown. One that is read from a requirements file whose name stands there is that
file's rows: reading it is the only thing such code is seen to do, so what it leaves out is not seen.
"""

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from packaging.markers import InvalidMarker, Marker

from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_extra
from lineage.dependencies.pip.requirements import read_included
from lineage.dependencies.rows import Rows
from lineage.dependencies.setuptools.setup_files import named_files, told_by
from lineage.dependencies.setuptools.setup_tables import Text
from lineage.dependencies.setuptools.setup_values import Values
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations

FORM = "setup.py"
PARSE = "text"

_LISTS = {"install_requires": MAIN, "setup_requires": "build", "tests_require": "test"}
_ASKED = (*_LISTS, "extras_require", "python_requires")


class ScriptReading(NamedTuple):
    """What the values of one script are read with."""

    values: Values
    include: Include

    def unread(self, rows: Rows, subject: str, node: ast.expr, message: str) -> None:
        """What a program computes, by all of the script that it is computed from."""
        text, named = told_by(self.values.bindings, node)
        beside = posixpath.dirname(rows.path)
        files = [posixpath.normpath(posixpath.join(beside, one)) for one in named]
        rows.unread(subject, node.lineno, message, text, *rows.contents(files, self.include))


def recognise(path: str) -> bool:
    """Whether a file is a setup script, by its name."""
    return posixpath.basename(path) == "setup.py"


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What a setup script asks for. Raises ``InputError`` with the line where it is no Python."""
    tree = _parse(content, path)
    values = Values(tree)
    reading = ScriptReading(values, include)
    rows = Rows(path)
    python: tuple[str, int] | None = None
    for call in _calls(tree):
        found, is_whole = values.keywords(call)
        if not is_whole:
            reading.unread(rows, "packages", call, "takes its arguments from a program")
        for key in _ASKED:
            node = found.get(key)
            if node is None:
                continue
            if key == "python_requires":
                python = _python(rows, reading, node) or python
            elif key == "extras_require":
                _read_extras(rows, node, reading)
            else:
                _read_list(rows, values.texts(node), key, _LISTS[key], "", reading)
    return rows.finish(FORM, python=python[0] if python else None, python_line=python[1] if python else 0)


def _parse(content: bytes, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the user's code: not ours to show
            try:
                return ast.parse(content)
            except SyntaxError:
                newer = of_python_2(content)
                if newer == content:
                    raise
                return ast.parse(newer)
    except SyntaxError as error:
        raise InputError("is no Python 3 that can be read", f"{path}:{error.lineno or 1}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError("is no Python 3 that can be read", path) from error


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name == "setup":
                yield node


def _python(rows: Rows, reading: ScriptReading, node: ast.expr) -> tuple[str, int] | None:
    found = reading.values.text(node)
    if found is None:
        reading.unread(rows, "python", node, "computes python_requires")
        return None
    return found.text, found.line


def _read_list(rows: Rows, texts: list[Text], what: str, group: str, marker: str, reading: ScriptReading) -> None:
    for one in texts:
        if one.unseen is None:
            _add(rows, one, group, marker)
            continue
        files = named_files(reading.values.bindings, one.unseen)
        if not files:
            reading.unread(rows, "packages", one.unseen, f"computes {what}")
        for file in files:
            read_included(rows, file, group, one.line, reading.include)


def _add(rows: Rows, one: Text, group: str, marker: str) -> None:
    """A text may hold several requirements, one a line."""
    for text in one.text.splitlines():
        if text.strip() and not text.lstrip().startswith("#"):
            rows.requirement(text.strip(), group, one.line, marker)


def _read_extras(rows: Rows, node: ast.expr, reading: ScriptReading) -> None:
    table = reading.values.table(node)
    if table is None:
        reading.unread(rows, "packages", node, "computes extras_require")
        return
    reading.values.closed |= {node.id} if isinstance(node, ast.Name) else set()
    for key, value in table:
        if key is None:
            if not _is_made_of(value, node):
                reading.unread(rows, "packages", value, "computes a part of extras_require")
            continue
        name, _, condition = key.partition(":")
        try:
            marker = str(Marker(condition)) if condition else ""
        except (InvalidMarker, RecursionError):
            rows.partly("packages", value.lineno, f"has a marker that cannot be read: {condition[:80]!r}", condition)
            marker = condition
        group = group_of_extra(name) if name else MAIN
        texts = [one for one in reading.values.texts(value) if one.unseen is None or not _is_made_of(one.unseen, node)]
        _read_list(rows, texts, f"extras_require[{name!r}]", group, marker, reading)


def _is_made_of(value: ast.expr, table: ast.expr) -> bool:
    """Whether a value is computed from the table itself, whose rows are read: ``sum(extras.values(), [])``."""
    return isinstance(table, ast.Name) and any(
        isinstance(one, ast.Name) and one.id == table.id for one in ast.walk(value)
    )


_STATEMENTS = (
    (re.compile(rb"^([ \t]*+(?:[^#'\"\n]*:[ \t]*+)?)print[ \t]+(?![(=])[^\n]*?(\\?)$", re.MULTILINE), rb"\1None\2"),
    (re.compile(rb"^([ \t]*+(?:[^#'\"\n]*:[ \t]*+)?)print[ \t]*+>>[^\n]*$", re.MULTILINE), rb"\1None"),
    (re.compile(rb"^([ \t]*+)exec[ \t]+(?![(=])[^\n]*$", re.MULTILINE), rb"\1None"),
    (re.compile(rb"^([ \t]*+except[ \t]+[\w.() ,]+?)[ \t]*,[ \t]*(\w+)[ \t]*:", re.MULTILINE), rb"\1 as \2:"),
    (re.compile(rb"^([ \t]*+raise[ \t]+[\w.]+)[ \t]*,[^\n]*$", re.MULTILINE), rb"\1"),
    (re.compile(rb"(?<![\w.])0([0-7]+)(?=[,)\s])"), rb"0o\1"),
    (re.compile(rb"(?<![\w'\"])ur(?=['\"])"), rb"r"),
)


def of_python_2(content: bytes) -> bytes:
    """A script with the statements that Python 3 refuses taken for others; equal where there are none."""
    for statement, newer in _STATEMENTS:
        content = statement.sub(newer, content)
    return content
