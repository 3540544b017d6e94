"""Retraining: which models are made anew by which command, and what came of it. Paths POSIX from the root."""

from dataclasses import dataclass
from decimal import Decimal

from lineage.model.manifest import StoredManifest
from lineage.model.plan import Due

STATES = ("planned", "retrained", "due", "beyond", "failed", "skipped", "undecided")
"""``due``: retrained, but in an environment that is still the one of before; ``beyond``: retrained, and a metric moved
further than tolerated; ``undecided``: not known whether it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A model that is to be made anew."""

    stored: StoredManifest
    """as it stands where the training runs; its path from the root"""
    reasons: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    """what the reasons are of"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTarget:
    """A stage of DVC as its command line names it."""

    project: str
    """the directory of the DVC project; ``""`` is the root"""
    name: str
    """``train``, ``deep/dvc.yaml:train@us``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command, and all the models that it makes."""

    models: tuple[Wanted, ...]
    words: tuple[str, ...] = ()
    """to be run; of a stage, only its name is known before DVC was asked"""
    directory: str = ""
    stage: StageTarget | None = None
    serve: tuple[str, ...] = ()
    """the serving command that was watched, to be watched again"""
    needs: tuple[str, ...] = ()
    """manifests of models that this one is made from, where they are made anew too"""

    @property
    def names(self) -> str:
        return ", ".join(one.stored.manifest.name for one in self.models)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How the capture after a retraining is to be done for one model."""

    paths: tuple[str, ...]
    """its weights"""
    manifest: str
    name: str
    reasons: tuple[str, ...] = ()
    metrics: str | None = None
    """the file that they are read from"""
    params: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMove:
    """One metric in the manifest before and in the new one."""

    name: str
    """dotted"""
    recorded: str | None
    """as text; ``None`` where there is none"""
    observed: str | None
    change: Decimal | None = None
    """``None`` where one of them is no finite number"""
    tolerance: str | None = None
    """as typed"""
    state: str = "told"
    """``within``, ``beyond`` or ``unknown`` of a tolerance; ``told`` without one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one model."""

    name: str
    manifest: str
    state: str
    """one of ``STATES``"""
    reasons: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    directory: str = ""
    detail: str = ""
    """why it failed or was passed over"""
    id: str | None = None
    parent: str | None = None
    metrics: tuple[MetricMove, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The answer of ``lineage retrain``."""

    verdict: str
    """``pass``, ``fail`` or ``undecided``"""
    place: str | None = None
    """the directory of ``--in``"""
    outcomes: tuple[Outcome, ...] = ()
    unjudged: tuple[str, ...] = ()
    """tolerances of metrics that no model has"""
    script: tuple[str, ...] = ()
    """of a dry run: the lines of shell that would do the same, and comments"""
