"""What is asked of a capture, what it gives, and who is told meanwhile."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lineage.capturing.use.evidence import Evidence
from lineage.code.ci_build import Build
from lineage.errors import InputError
from lineage.manifest.values import plain_table
from lineage.model.inputs import RunFiles
from lineage.model.manifest import EMPTY, Manifest, Table
from lineage.model.run import Serving, StartedCode
from lineage.portable.environment import Problem
from lineage.portable.policy import ModelRule, SnapshotPolicy
from lineage.system.files import read_document
from lineage.system.valuefile import SUFFIXES, parse_values


class Listener(Protocol):
    """Who is told what is done, while it is."""

    def tell(self, text: str) -> None:
        """One line for people."""

    def reading(self, what: str, total: Callable[[], int | None]) -> AbstractContextManager[Callable[[int], None]]:
        """Gives what is told how many more bytes were read; ``total`` of them, ``None`` where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """What a user asks to have captured. Paths as typed; relative ones from the working directory."""

    paths: tuple[Path, ...]
    """weights files or directories of one model"""
    output: Path | None = None
    name: str | None = None
    entry: Path | None = None
    labels: Table = field(default_factory=lambda: EMPTY)
    metrics: Table = field(default_factory=lambda: EMPTY)
    params: Table = field(default_factory=lambda: EMPTY)
    generated: tuple[Path, ...] = ()
    """files that the run made, as a metrics file: they do not make the code dirty"""
    models: tuple[ModelRule, ...] = ()
    """of the policy: which dependency files describe which models"""
    seen: Evidence | None = None
    """what the run loaded; only a watched run knows it"""
    files: RunFiles | None = None
    """what the run read and wrote; only a watched run knows it"""
    serving: Serving | None = None
    """a command that served the model"""
    run: Table = field(default_factory=lambda: EMPTY)
    """the manifest's ``[run]``"""
    problems: tuple[Problem, ...] = ()
    """of the run"""
    evidence: str = "asserted"
    builds: tuple[Build, ...] = ()
    """what CI providers tell of this job; only asked where the weights lie in no git repository"""
    snapshot_limit: int | None = SnapshotPolicy().limit
    """of a dirty work tree a snapshot is made, with at most so many bytes of what git does not know; ``None``: none"""
    started: StartedCode | None = None
    """the code when the run began that made the weights: then no snapshot is made now"""
    force: bool = False
    """weights that the committed manifest has are recorded as made here, with a problem"""
    cached: bool = False
    """weights unchanged since an earlier capture are not read again; digests are kept below git's own directory"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A manifest, where it belongs, and how the entry was found."""

    manifest: Manifest
    path: Path
    entry: str


def read_values(path: Path, what: str) -> Table:
    """The table in a JSON, TOML or YAML file, by its suffix. Raises ``InputError``."""
    content = read_document(path, f"{what} file")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"the {what} file must be .json, .toml or .yaml", where=str(path))
    return plain_table(parse_values(content, str(path)), str(path))
