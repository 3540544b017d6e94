"""A requirements file, read as pip reads it, with what it includes; nothing is obeyed, expanded, fetched or installed.

Read strictly where pip is lenient: what pip would silently leave out (words behind options, a second ``-r`` on a line,
a hash without a requirement) is refused, because the file then promises less than it seems to.
"""

import posixpath
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote

from lineage.dependencies.artifacts import source_of
from lineage.dependencies.forms import Include
from lineage.dependencies.pip.entries import Requirement, parse_requirement
from lineage.dependencies.pip.lines import (
    Line,
    Options,
    decode,
    is_conflict,
    logical_lines,
    parse_options,
    split_line,
    split_words,
)
from lineage.dependencies.pip.origins import is_address
from lineage.errors import InputError
from lineage.portable.environment import Problem

MAX_FILES = 100
"""Files that one file may include, each counted once."""

_MAX_SHOWN = 20


def parse_requirements(content: bytes, where: str, include: Include) -> "Reading":
    """A requirements file and all that it includes; a file that is included twice counts once.

    ``where`` is its path in a tree, POSIX; includes are resolved from it and must lie in that tree, or ``include``
    could be asked for anything. A ``-r`` inside of constraints asks for requirements again, as pip does. Raises
    ``InputError`` with every line that cannot be read.
    """
    reading = Reading(include, most_failures=_MAX_SHOWN)
    reading.read_file(content, where, False, (where,))
    reading.finish(where)
    return reading


class Failure(NamedTuple):
    """A line that cannot be read."""

    where: str
    """``requirements.txt:3``"""
    message: str
    """without secrets"""
    hint: str | None
    text: str = ""
    """of the line; it may hold secrets"""
    is_whole: bool = False
    """the file cannot be read at all: not decoded, in conflict, or included by itself"""


class Reading:
    """What was found so far in a file and its includes, in the order in which pip reads it."""

    def __init__(self, include: Include, most_failures: int | None = None) -> None:
        self.rows: list[Requirement] = []
        self.problems: list[Problem] = []
        self.failures: list[Failure] = []
        self.indexes: list[tuple[str, str]] = []
        """(option, index) of what gives packages, without credentials"""
        self.files: set[tuple[str, bool]] = set()
        """(path, whether it was read as constraints)"""
        self._include = include
        self._most_failures = most_failures

    def finish(self, where: str) -> None:
        """Raises ``InputError`` when any line could not be read."""
        if len(self.failures) == 1:
            one = self.failures[0]
            raise InputError(one.message, one.where, one.hint)
        if self.failures:
            shown = [f"{one.where}: {one.message}" for one in self.failures[:_MAX_SHOWN]]
            if len(self.failures) > _MAX_SHOWN:
                shown.append("… and more")
            hint = next((one.hint for one in self.failures if one.hint), None)
            raise InputError("\n  ".join(["cannot be read:", *shown]), where, hint)

    def read_file(self, content: bytes, where: str, constraint: bool, opened: tuple[str, ...]) -> None:
        """All lines of one file; ``opened`` are the files whose lines are being read, this one last."""
        self.files.add((where, constraint))
        try:
            text = decode(content, where)
        except InputError as error:
            self.failures.append(Failure(error.where or where, error.message, error.hint, is_whole=True))
            return
        for line in logical_lines(text):
            if self._most_failures is not None and len(self.failures) > self._most_failures:
                return
            place = f"{where}:{line.number}"
            if is_conflict(line):
                hint = "take one side whole, or lock again"
                self.failures.append(Failure(place, "is a conflict marker", hint, is_whole=True))
                continue
            try:
                self._read_line(line, place, constraint, opened)
            except InputError as error:
                self.failures.append(Failure(place, error.message, error.hint, line.text))

    def _read_line(self, line: Line, place: str, constraint: bool, opened: tuple[str, ...]) -> None:
        text, written = split_line(line.text)
        options = parse_options(split_words(written))
        self.indexes += [(name, source_of(address)) for name, address in options.indexes]
        if text or options.editables:
            self._read_row(text, options, line, opened[-1], constraint)
            return
        if options.hashes:
            raise InputError("has a hash without a requirement")
        if len(options.includes) > 1:
            raise InputError("names several files, of which pip reads only one", hint="write each on its own line")
        for path, narrows in options.includes:
            self._read_include(path, narrows, opened, place)

    def _read_row(self, text: str, options: Options, line: Line, file: str, constraint: bool) -> None:
        if options.includes or len(options.editables) + bool(text) > 1:
            raise InputError("names several things, of which pip reads only one", hint="write each on its own line")
        editable = not text
        row = parse_requirement(text or options.editables[0], editable)
        if constraint and (editable or row.name is None):
            raise InputError("is no constraint: it " + ("is editable" if editable else "names no package"))
        hashes = row.hashes if editable else tuple(sorted({*row.hashes, *options.hashes}))
        if row.address is not None:
            place = f"{file}:{line.number}"
            self._note(row.address.secret, "lock.credentials", place, "its address holds credentials")
            self._note(row.address.variable, "lock.variable", place, "its address holds an environment variable")
        self.rows.append(
            replace(row, hashes=hashes, is_editable=editable, is_constraint=constraint, file=file, line=line.number)
        )

    def _note(self, is_so: bool, code: str, place: str, detail: str) -> None:
        if is_so:
            self.problems.append(Problem(code, place, detail))

    def _read_include(self, path: str, constraint: bool, opened: tuple[str, ...], place: str) -> None:
        named = _local(path)
        if is_address(named):
            raise InputError("includes an address, which is not fetched", hint="include a file that lies beside it")
        if not named or not named.isprintable() or "${" in named:
            raise InputError("includes a path that cannot be read: empty, not printable, or with a variable")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(opened[-1]), named))
        if target.startswith(("/", "../")) or target == "..":
            raise InputError(f"includes {path}, which leads out of the repository")
        if target in opened:
            self.failures.append(Failure(place, f"includes {target}, which includes this file", None, is_whole=True))
            return
        if (target, constraint) in self.files:
            return
        if len(self.files) > MAX_FILES:
            raise InputError(f"includes {target}: more than {MAX_FILES} files are included")
        try:
            content = self._include(target)
        except InputError as error:
            raise InputError(f"includes {target}: {error.message}") from error
        if content is None:
            raise InputError(f"includes {target}, which does not exist")
        self.read_file(content, target, constraint, (*opened, target))


def _local(path: str) -> str:
    """An include without the scheme that pip takes in front of a path, too: ``file:base.txt``."""
    is_local = path[:5].lower() == "file:" and path[5:6] not in ("/", "\\")
    return unquote(path[5:]) if is_local else path
