"""A requirements or constraints file and all that it includes, read line by line by the reader of ``lock:`` targets.

Beside that one this is lenient: a line that cannot be read is unknown by itself, for the others of the file still say
which edits matter. What is no line, but breaks the file (a conflict, an include that goes in a circle), is refused.

Rules for groups: a row is for what its own file is for, by that file's name; but what a main file includes is main.
"""

import posixpath
import re

from packaging.utils import canonicalize_name

from lineage.core.declarations.forms import Include
from lineage.core.declarations.groups import group_of_file
from lineage.core.declarations.rows import Rows
from lineage.core.locks.requirements import Failure, Reading
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency

FORM = "requirements"
PARSE = "text"

_NAMES = re.compile(
    r"(?:.*[-_.])?(?:requirements?|constraints?)(?:[-_.].*)?\.(?:txt|in)|(?:requirements|constraints).*"
)
_SUFFIXES = (".txt", ".in")
_MADE = re.compile(rb"#.*(?:auto-?generated|generated) by .*(?:pip-compile|uv|pip-tools|poetry|pdm)", re.IGNORECASE)
_CONDA = re.compile(r"(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*+)=(?P<version>[^=\s;]++)=(?P<build>[^=\s;]++)")
"""``conda list --export`` writes such lines, often into a file of this name; pip refuses them."""
_HEAD = 2048
"""bytes at the beginning, where a tool says that it made the file"""


def recognise(path: str) -> bool:
    """Whether a file is a requirements file by its name, or by that of its folder ``requirements/``."""
    folder, base = posixpath.split(path.lower())
    in_folder = posixpath.basename(folder) in ("requirements", "reqs")
    return base.endswith(_SUFFIXES) and (in_folder or _NAMES.fullmatch(base) is not None)


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What a requirements file asks for; it is a lock where a tool made it of declarations and all is exact.

    Raises ``InputError`` for a conflict, a text that is not UTF-8 and an include of itself, with file and line.
    """
    reading = Reading(include)
    reading.read_file(content, path, False, (path,))
    broken = [one for one in reading.failures if one.is_whole]
    if broken:
        raise InputError(broken[0].message, broken[0].where, broken[0].hint)
    rows = Rows(path)
    rows.files.update(file for file, _ in reading.files)
    groups: dict[str, str] = {}
    root = group_of_file(path)
    for row, entry in zip(reading.rows, reading.entries, strict=True):
        file, line = _place(row.where)
        if file not in groups:
            groups[file] = MAIN if root == MAIN else group_of_file(file)
        rows.entry(entry, groups[file], line, file)
    for failure in reading.failures:
        _not_read(rows, failure, groups.get(_place(failure.where)[0], root))
    return rows.finish(FORM, is_lock=_is_lock(reading, rows, content))


def _place(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return file, int(line)


def _not_read(rows: Rows, failure: Failure, group: str) -> None:
    file, line = _place(failure.where)
    exported = _CONDA.fullmatch(failure.text)
    if exported is not None:
        rows.dependencies.append(_of_conda(exported, group, line, "" if file == rows.path else file))
        return
    rows.not_read(failure.text, line, failure.message, file)


def _of_conda(exported: re.Match[str], group: str, line: int, file: str) -> Dependency:
    by_pip = exported["build"].startswith("pypi")
    return Dependency(
        name=canonicalize_name(exported["name"]),
        version=exported["version"],
        specifier=f"=={exported['version']}",
        written=f"={exported['version']}",
        label="" if by_pip else exported["build"],
        group=group,
        line=line,
        file=file,
        manager="pypi" if by_pip else "conda",
    )


def _is_lock(reading: Reading, rows: Rows, content: bytes) -> bool:
    """Hashes on every row make pip refuse what is not listed; else a tool must say that it made the file."""
    if rows.unknown or not rows.dependencies:
        return False
    kept = [
        (row, one)
        for row, one in zip(reading.rows, (entry.address for entry in reading.entries), strict=True)
        if not row.editable and not (one is not None and one.path is not None)
    ]
    exact = all(row.pinned is not None or one is not None for row, one in kept)
    hashed = all(row.hashes for row, _ in kept)
    return bool(kept) and exact and (hashed or _MADE.search(content[:_HEAD]) is not None)
