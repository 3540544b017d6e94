"""Manifests in lists: what ``log`` and ``show`` answer."""

from dataclasses import dataclass
from datetime import datetime

from lineage.model.manifest import StoredManifest
from lineage.portable.environment import Problem


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
