"""A watched run of a command, from its start to the capture of what it made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lineage.model.observed import Session, Unwatched
from lineage.portable.environment import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCapture:
    """A capture that a process asked for with ``lineage.capture`` while its run was watched: done after the run."""

    paths: tuple[str, ...]
    """absolute"""
    output: str | None = None
    """absolute"""
    name: str | None = None
    entry: str | None = None
    """absolute"""
    labels: Mapping[str, Any]
    metrics: Mapping[str, Any]
    params: Mapping[str, Any]
    session: Session | None = None
    """what the process had run until then, where it runs no script"""
    snapshot: bool = True
    """what ran may be kept in a snapshot"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedCode:
    """The code of a repository when a run began: what it ran."""

    base: str
    """HEAD"""
    commit: str | None = None
    """as ``Code.commit``"""
    tree: str | None = None
    problems: tuple[Problem, ...] = ()
    """why there is no commit"""
    is_wished: bool = True
    """a snapshot was wished for, needed or not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is known of a run that ended, beside what its processes recorded themselves."""

    id: str
    command: tuple[str, ...]
    """as it may be published"""
    redacted: bool
    """whether something that may be a secret was taken out of ``command``"""
    directory: str
    """the working directory, POSIX from the repository root"""
    head: str
    """the commit at the start"""
    started: datetime
    """UTC, whole seconds"""
    seconds: float
    written: tuple[str, ...]
    """files that changed during the run, POSIX from the repository root, sorted"""
    unwatched: tuple[Unwatched, ...] = ()
