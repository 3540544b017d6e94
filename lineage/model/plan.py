"""What edits ask for: the changes between two revisions, and what becomes of each model."""

from dataclasses import dataclass, field

from lineage.portable.environment import Unknown
from lineage.portable.judge import Accepted

ACTIONS = ("retrain", "undecided", "verify", "none")
"""Strongest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionEdit:
    """One change from BASE to HEAD, of one package or file, whether or not a model is touched."""

    kind: str
    """``package``, ``python``, ``code``, ``data``, ``params`` or ``system``"""
    subject: str
    """``package:NAME``, ``python``, ``code:PATH``, ``data:PATH``, ``params:KEY``, ``platform:FIELD``"""
    recorded: str | None
    """at BASE; a range as written where only that is known (``""``: without one), ``None`` where it is not named"""
    observed: str | None
    """at HEAD"""
    step: str
    """one of ``names.STEPS``, ``added``, ``removed`` or ``unknown``"""
    where: str = ""
    """``requirements.txt:3``, at HEAD, or at BASE for what is gone"""
    group: str | None = None
    """of a package"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One reason why a model needs something: its recorded value against that of HEAD."""

    subject: str
    action: str
    """one of ``ACTIONS`` but ``none``"""
    message: str
    """``numpy 1.26.4 → 2.0.1 (major), named in the weights``"""
    recorded: str | None = None
    observed: str | None = None
    mark: str = field(default="", compare=False)
    """of what could not be read: where it is another one, something else stands there"""
    step: str = "unknown"
    use: str | None = None
    where: str = ""
    is_new: bool = True
    """it was not there at BASE"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """What becomes of one model."""

    name: str
    manifest: str
    """path, POSIX from the repository root"""
    action: str
    """one of ``ACTIONS``"""
    is_new: bool = False
    """it asks for more than at BASE"""
    reasons: tuple[Due, ...] = ()
    """strongest first"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer of ``lineage check``."""

    base: str | None
    """commit; ``None`` without a range"""
    head: str
    """commit, ``index`` or ``worktree``"""
    verdict: str
    policies: tuple[str, ...]
    """the files of the policies that judged"""
    changes: tuple[RevisionEdit, ...] = ()
    models: tuple[ModelPlan, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    notes: tuple[str, ...] = ()
