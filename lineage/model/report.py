"""Answers of commands as values: what a renderer takes, and all that it may show."""

from dataclasses import dataclass
from datetime import datetime

from lineage.model.manifest import StoredManifest
from lineage.portable.environment import Problem, Unknown
from lineage.portable.judge import Accepted, Finding

NOT_LOOKED_AT = ("code", "start-up code", "compiled files", "standard library", "variables")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: a target, or a manifest taken as one."""

    kind: str
    location: str
    python: str | None = None
    implementation: str | None = None
    executed: bool = False
    id: str | None = None
    """of a manifest"""
    name: str | None = None
    """of a manifest"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How deep the comparison looked."""

    packages: int = 0
    by: tuple[tuple[str, int], ...] = ()
    """(identity, number of packages compared by it), strongest first"""
    by_place: int = 0
    """modules that count as their package's by the directory they lie in: it has no list of its files"""
    files: int = 0
    """weights files and directories compared"""
    weights: str = "skipped"
    """``bytes``, ``cached``, ``pointer``, ``missing`` or ``skipped``"""
    weights_files: tuple[str, ...] = ()
    """where the weights lie that were read"""
    installed: int | None = None
    """installed files hashed; ``None`` when that was not asked for"""
    code: str = "skipped"
    """``ast``, ``bytes`` or ``any``, as the policy asks; ``skipped``: first-party files were not compared"""
    code_files: int = 0
    """first-party files compared"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ``verify`` and ``diff`` answer."""

    command: str
    verdict: str
    """``pass``, ``fail`` or ``undecided``"""
    recorded: Side
    observed: Side
    policy: str
    """the file that judged, or ``defaults``; ``""`` when nothing judged"""
    checked: Checked
    findings: tuple[Finding, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    notes: tuple[str, ...] = ()
    not_looked_at: tuple[str, ...] = ()
    """of ``NOT_LOOKED_AT``: what a verdict says nothing of"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One manifest of a repository."""

    path: str
    stored: StoredManifest | None = None
    error: str = ""
    """why it cannot be read"""
    action: str | None = None
    """what HEAD asks for, one of ``plan.ACTIONS``; ``None`` where the manifest is not committed, or nobody asked"""
    reasons: tuple[str, ...] = ()
    """of the action"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One commit that changed a manifest."""

    commit: str
    when: datetime
    """of the commit, UTC"""
    summary: str
    """first line of the commit message"""
    stored: StoredManifest | None = None
    """``None`` when the commit removed it, or it cannot be read there"""
    error: str = ""
    changes: tuple[str, ...] = ()
    """what differs from the row before it in time, one text each"""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was retrained, as the manifest says."""
        found = () if self.stored is None else self.stored.manifest.run.get("reasons", ())
        return tuple(map(str, found)) if isinstance(found, tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A manifest with what is not reproducible about it now."""

    stored: StoredManifest
    asked: bool = False
    """whether the state of now was looked up"""
    now: tuple[Problem, ...] = ()
    """problems of now; those of the capture stand in the manifest"""
