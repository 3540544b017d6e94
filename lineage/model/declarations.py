"""What a dependency file asks for: declarations (ranges) and locks (exact versions), by meaning and not by line."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from lineage.model.plan import Due
from lineage.portable.environment import Problem, Unknown

MAIN = "main"
GROUPS = (MAIN, "dev", "test", "docs", "build")
"""Groups that are known by name; any other is an extra or a group of the project's own, ``extra:NAME`` or its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One row: a package, as one file asks for it under one marker in one group."""

    name: str
    """canonical, PEP 503"""
    version: str | None = None
    """exact, as written, local label included, where the row fixes one (``==1.2``, ``===``, a lock); else ``None``"""
    specifier: str = ""
    """PEP 440 clauses, each without spaces, sorted, joined by a comma: ``<2,>=1.20``; ``""`` for any version. Other
    notations (``^1.2`` of poetry, ``1.26.*`` of conda) are turned into it where that is exact"""
    written: str = ""
    """the range as the user wrote it, for people: ``>=1.20,<2``"""
    origin: str | None = None
    """where it comes from when that is no index: ``git+https://…@REV``, an archive's address, ``path:./part``; without
    credentials. A registry, index or channel is none"""
    label: str = ""
    """what a build is told by beside its version: conda's build string, the ``+cpu`` of an archive"""
    extras: tuple[str, ...] = ()
    """canonical, sorted"""
    marker: str = ""
    """PEP 508, as ``packaging`` writes it; ``""`` for always"""
    group: str = MAIN
    line: int = 0
    """1-based, of the file at ``Declarations.path`` or of ``file`` below; 0 where nothing tells"""
    file: str = ""
    """the included file that the row stands in; ``""`` for the file itself"""
    requires: tuple[str, ...] = ()
    """canonical names that it needs, where a lock has the graph; sorted"""
    is_own: bool = False
    """the project itself or another part of its repository: code, no package"""
    manager: str = "pypi"
    """``pypi`` or ``conda``"""
    hashes: tuple[str, ...] = field(default=(), compare=False)
    """``sha256:<hex>`` and the like: any one of them may be installed. This and what follows tell what a lock installs,
    and nothing of whether an edit matters"""
    is_editable: bool = field(default=False, compare=False)
    is_constraint: bool = field(default=False, compare=False)
    """it only narrows what another row asks for"""
    source: str = field(default="", compare=False)
    """what tells two builds of one version apart: the index or channel that gives it, where told; the path of what a
    machine built and gave no version"""
    digests: str = field(default="", compare=False)
    """the beginnings of the digests of its files, any of which may be installed (``artifacts.digests_of``)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """One dependency file at one revision, with all that it includes."""

    path: str
    """POSIX from the repository root"""
    form: str
    """``requirements``, ``pyproject``, ``uv.lock``, …"""
    is_lock: bool = False
    """made by a tool from declarations: every version is exact"""
    has_graph: bool = False
    """``Dependency.requires`` is known for every row"""
    dependencies: tuple[Dependency, ...] = ()
    """sorted by name, group, marker, file and line"""
    python: str | None = None
    """the Python version or range that it asks for, as written: ``3.11.7``, ``>=3.10``"""
    python_line: int = 0
    system: tuple[tuple[str, str, int], ...] = ()
    """(field, value, line): ``image`` the base image with tag and digest, ``apt:NAME`` a system package; sorted"""
    files: tuple[str, ...] = ()
    """every file that was read, itself included; sorted"""
    unknown: tuple[Unknown, ...] = ()
    """rows that could not be understood, by subject (``package:NAME``, ``python``, ``packages``), with file and line in
    the reason; sorted"""
    marks: tuple[str, ...] = field(default=(), compare=False)
    """for each of ``unknown``, in its order, the mark of what stands there (``mark_of``)"""
    parts: tuple["Unread", ...] = field(default=(), compare=False)
    """what cannot be read of rows that are read otherwise, and stand in ``dependencies``: a marker, a hash; sorted"""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """of what the file says, as ``lock.credentials``; sorted"""

    def unread(self) -> tuple["Unread", ...]:
        """``unknown`` with the marks."""
        marks = self.marks or tuple(mark_of_reason(one.reason) for one in self.unknown)
        return tuple(Unread(one.subject, one.reason, mark) for one, mark in zip(self.unknown, marks, strict=True))


class Unread(NamedTuple):
    """Something of a file that could not be read."""

    subject: str
    reason: str
    mark: str
    """equal where the same text stands there, and the same objects that it names"""


_LINE = re.compile(r":[0-9]+")


def mark_of(*texts: str) -> str:
    """What tells texts from others, whatever their white space: a digest, for a text may hold secrets."""
    plain = "\n".join(" ".join(text.split()) for text in texts)
    return sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def mark_of_reason(reason: str) -> str:
    """The mark of what nobody told the text of: its reason, wherever it stands in the file."""
    return mark_of(_LINE.sub("", reason))


UNRESOLVED = "resolve:"
"""How the subject of files begins that could not be compiled: that they could not before either excuses nothing."""


class Locks(NamedTuple):
    """What stands beside the files of one model."""

    head: tuple[Declarations, ...] = ()
    then: tuple[Declarations, ...] = ()
    due: tuple[Due, ...] = ()
    """sides that could not be compiled"""
    notes: tuple[str, ...] = ()
