"""The port of a target: one question, ``observe``, and what a capture may ask beyond it. And a manifest as target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from lineage.errors import ObservationError
from lineage.guest.probe import OLDEST
from lineage.model.manifest import StoredManifest
from lineage.portable.compare import every_name as every_name
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Observation
from lineage.portable.tree import DiskTree, FileTree

Identify = Callable[[str], bool]
"""Which canonical names need their identities read: reading them costs four files each."""


class Source(Protocol):
    """A target that can be observed."""

    def observe(self, identify: Identify = every_name) -> Observation:
        """What can be seen of the target. Raises ``InputError`` when it cannot be one, ``ObservationError`` when
        it does not answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """An observation with what only its own machine needs: where the distributions lie, how markers evaluate."""

    observation: Observation
    distributions: tuple[Distribution, ...]
    markers: tuple[tuple[str, str], ...]
    """PEP 508 environment of the target"""
    stdlib: frozenset[str]
    """top-level names of its standard library; empty where the interpreter does not list them (before 3.10)"""
    prefix: str
    """absolute path of the environment"""
    tree: FileTree = field(default_factory=DiskTree)
    """where the distributions lie"""
    root: str = ""
    """absolute path of the root that ``paths`` and the places of the distributions are inside of; ``""`` for none"""
    paths: tuple[str, ...] = ()
    """its ``sys.path``, absolute"""
    base: str = ""
    """absolute path, inside the root, of the installation that the standard library belongs to"""
    loaded: Mapping[str, str] = field(default_factory=dict)
    """of a process that runs: dotted name → absolute path of the file that the module was loaded from"""


@runtime_checkable
class ExaminableSource(Source, Protocol):
    """A target on this machine, from which a manifest can be captured."""

    def examine(self, identify: Identify = every_name) -> Examination:
        """Everything a capture needs; raises as ``observe`` does."""
        ...


def too_old(version: object, location: str) -> ObservationError:
    """What to say of a Python that the probe cannot describe."""
    oldest = ".".join(map(str, OLDEST))
    return ObservationError(
        f"is Python {version}, which cannot be described",
        where=location,
        hint=f"Python {oldest} is the oldest that can",
    )


class ManifestSource:
    """A ``manifest:MANIFEST`` target: the environment that it records. What its capture could not see stays unseen."""

    def __init__(self, stored: StoredManifest) -> None:
        self._stored = stored

    def observe(self, identify: Identify = every_name) -> Observation:
        return Observation(
            environment=self._stored.manifest.environment,
            kind="manifest",
            location=self._stored.path,
            installed=False,
        )
