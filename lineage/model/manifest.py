"""The manifest: one trained model, recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from lineage.model.code import Code
from lineage.model.weights import Weights, is_held
from lineage.portable.environment import REPOSITORY, Environment, Problem

SCHEMA = "1.0"
NO_REPOSITORY = "code.no-repository"
"""The problem of a capture that had the files of the code, and of its commit only the name."""
NOT_MADE_HERE = "weights.not-made-here"
"""The problem of weights that were recorded again, as if they had been made of something else."""
SUFFIX = ".lineage.toml"
LOG_SUFFIX = ".lineage-log.toml"
EVIDENCE = ("observed", "asserted", "imported")


def manifests_among(paths: Iterable[str]) -> list[str]:
    """The manifests of a state of a repository, sorted; ``paths`` are those of all its files."""
    return sorted(path for path in paths if path.endswith(SUFFIX))


def log_path(manifest: PurePath) -> Path:
    """Where the log of a manifest lies: beside it, with the same stem."""
    return Path(manifest.with_name(manifest.name.removesuffix(SUFFIX) + LOG_SUFFIX))


Table = Mapping[str, Any]
"""A table of the user's own values, deeply read-only: see ``freeze``."""

EMPTY: Table = MappingProxyType({})


def freeze(value: Any) -> Any:
    """The value with every mapping read-only and every list a tuple."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(one) for one in value)
    return value


def thaw(value: Any) -> Any:
    """The plain dicts and lists that ``freeze`` was given."""
    if isinstance(value, Mapping):
        return {key: thaw(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(one) for one in value]
    return value


def flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """(dotted key, value as text) of a table, in its order."""
    found: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(list(value) if isinstance(value, tuple) else value)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was true of a model when it was made. What is true now is looked up, never kept here."""

    name: str
    created: datetime
    """UTC, whole seconds"""
    evidence: str
    """``observed``: the run was watched; ``asserted``: captured afterwards; ``imported``: from another tool"""
    code: Code
    weights: tuple[Weights, ...]
    environment: Environment
    declared: tuple[tuple[str, str], ...] = ()
    """dependency files that describe the environment: (POSIX path from the repository root, git blob id)"""
    problems: tuple[Problem, ...] = ()
    """of the capture itself, sorted"""
    parent: str | None = None
    """id of the manifest committed at HEAD for this path"""
    tool: str | None = None
    """name and version of what wrote it"""
    labels: Table = field(default_factory=lambda: EMPTY)
    run: Table = field(default_factory=lambda: EMPTY)
    inputs: Table = field(default_factory=lambda: EMPTY)
    params: Table = field(default_factory=lambda: EMPTY)
    metrics: Table = field(default_factory=lambda: EMPTY)

    @property
    def is_compared(self) -> bool:
        """Whether the code was compared with ``code.base``."""
        return all(problem.code != NO_REPOSITORY for problem in self.problems)

    @property
    def own_code(self) -> tuple[tuple[str, str], ...]:
        """The files of code beside the weights; those in a directory of weights are judged as a part of them."""
        return tuple(one for one in self.code.files if not any(is_held(one[0], weights) for weights in self.weights))

    @property
    def has_own_packages(self) -> bool:
        """Whether something of the repository itself was installed: code, and no package."""
        return any((one.origin or "").startswith(REPOSITORY) for one in self.environment.packages)

    @property
    def commit_text(self) -> str:
        """Which code it was, for people."""
        if self.code.is_snapshot:
            return f"snapshot {self.code.commit} on {self.code.base}"
        state = "uncommitted changes on" if self.is_compared else "files not compared with"
        return self.code.commit or f"{state} {self.code.base}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredManifest:
    """A manifest as it stands somewhere: in a file, or in a revision."""

    manifest: Manifest
    id: str
    """``sha256:<hex>``, checked against the content"""
    path: str
    """where it was read: a path as the user would type it, or ``REV:PATH``"""
    notes: tuple[str, ...] = ()
    """what a newer writer put there that this version does not know"""
