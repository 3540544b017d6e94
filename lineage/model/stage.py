"""A DVC stage, as ``dvc.yaml`` declares it, and as ``dvc.lock`` says that it ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.model.inputs import Tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All paths POSIX, relative to the repository root."""

    name: str
    file: str
    """the ``dvc.yaml`` it stands in"""
    commands: tuple[str, ...]
    """``cmd``, one or several shell command lines, as written"""
    directory: str
    """the working directory of the commands; ``""`` is the root"""
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    """outs, metrics and plots"""
    params: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(file, dotted keys of it), in their order; no key means the whole file"""
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedStage:
    """What one run of a stage started from and gave, with everything that DVC had to fill in filled in."""

    name: str
    """of one run of a ``foreach`` or ``matrix`` stage: ``train@us``"""
    file: str
    """the ``dvc.lock`` it stands in"""
    deps: tuple[Tracked, ...] = ()
    outs: tuple[Tracked, ...] = ()
    """outs, metrics and plots"""
    metrics: tuple[str, ...] = ()
    """paths of those outs that ``dvc.yaml`` declares as metrics"""
    params: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=(), hash=False)
    """(file, dotted key → value)"""
    outside: int = 0
    """dependencies that lie outside of the repository"""
