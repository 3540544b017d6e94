"""What tests of traced imports share: the type of their fixture, and the problems they expect."""

from collections.abc import Callable

from lineage.code.imports import Imports
from lineage.portable.environment import Problem

Trace = Callable[..., Imports]
"""Writes the files, then traces ``train.py`` or the given entries."""


def dynamic(path: str, detail: str) -> Problem:
    return Problem("use.dynamic-import", f"code:{path}", detail)


def unreadable(path: str, detail: str) -> Problem:
    return Problem("use.unreadable-code", f"code:{path}", detail)
