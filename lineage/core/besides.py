"""What a resolver puts beside the dependency files of one model."""

from typing import NamedTuple

from lineage.model.declarations import Declarations
from lineage.model.plan import Due

UNRESOLVED = "resolve:"
"""How the subject of files begins that could not be compiled: that they could not before either excuses nothing."""


class Locks(NamedTuple):
    """What stands beside the files of one model."""

    head: tuple[Declarations, ...] = ()
    then: tuple[Declarations, ...] = ()
    due: tuple[Due, ...] = ()
    """sides that could not be compiled"""
    notes: tuple[str, ...] = ()
