"""The answer of a command, as one value: what a renderer takes, and all that it may show."""

from dataclasses import dataclass

from lineage.portable.environment import Unknown
from lineage.portable.judge import Accepted, Finding


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
    files: int = 0
    """weights files and directories compared"""
    weights: str = "skipped"
    """``bytes``, ``cached``, ``pointer``, ``missing`` or ``skipped``"""
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
