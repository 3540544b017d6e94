"""The nouns of a lock file: what each of its rows asks for, and where it stands."""

from collections.abc import Callable
from dataclasses import dataclass

from lineage.portable.environment import Problem

ReadFile = Callable[[str], bytes | None]
"""The bytes of a file, by its POSIX path in the tree of the lock; ``None`` for none. Raises ``InputError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One row. Empty texts mean that the row does not say."""

    where: str
    """``requirements.txt:3``: path in the tree of the lock, and the first line of the row"""
    name: str | None
    """canonical, PEP 503; ``None`` where only a path or an address is named"""
    specifier: str = ""
    """as written, without white space: ``>=1.2,<2``"""
    pinned: str | None = None
    """the one exact version: of ``==`` without wildcard, of ``===``, or of the file name of a wheel"""
    extras: tuple[str, ...] = ()
    """canonical, sorted"""
    marker: str = ""
    """PEP 508"""
    hashes: tuple[str, ...] = ()
    """``sha256:<hex>``, ``sha384:…`` or ``sha512:…``, sorted: any one of them may be installed"""
    origin: str | None = None
    """an address as a manifest records it, with the ref as written, or one of ``LOCAL`` and ``REDACTED``"""
    editable: bool = False
    constraint: bool = False
    """it only narrows what another row asks for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """A requirements file with all that it includes, in the order in which pip reads it."""

    rows: tuple[Requirement, ...] = ()
    problems: tuple[Problem, ...] = ()
    options: tuple[str, ...] = ()
    """names of the options that stand there, sorted; their values may be secret and are never kept"""
