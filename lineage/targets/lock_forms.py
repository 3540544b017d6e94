"""The only list of lock formats: how their files are named, and the module that reads one when it is asked for."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from lineage.dependencies.pip.nouns import ReadFile, Requirements

Reader = Callable[[bytes, str, ReadFile], Requirements]
"""(content, path in its tree, how to read another file of the tree) → rows. Raises ``InputError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFormat:
    """One kind of lock file."""

    known: str
    """regular expression of the names that are taken for such a lock wherever a target is named"""
    read: str
    """regular expression of the names that are read so where ``lock:`` stands before them"""
    module: str
    function: str


FORMATS = (
    LockFormat(
        known=r".*requirements.*\.txt|constraints.*\.txt",
        read=r".*\.(?:txt|in)",
        module="lineage.dependencies.pip.reading",
        function="parse_requirements",
    ),
)


def is_lock_file(path: str) -> bool:
    """Whether a path is a known lock file's, by its name alone."""
    name = posixpath.basename(path)
    return any(re.fullmatch(one.known, name) for one in FORMATS)


def reader_of(path: str) -> Reader | None:
    """What reads a lock file, by its name; ``None`` where no format is known for it."""
    name = posixpath.basename(path)
    for one in FORMATS:
        if re.fullmatch(one.read, name):
            reader: Reader = getattr(import_module(one.module), one.function)
            return reader
    return None
