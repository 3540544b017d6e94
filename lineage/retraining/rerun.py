"""One command of a retraining: run, watched, its models captured and compared with what stood before."""

import contextlib
import os
import shlex
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.capturing.capture import committed
from lineage.capturing.finish import RunRequest
from lineage.capturing.request import Listener
from lineage.capturing.run import Attempt, CapturedRun, Command, run_and_capture
from lineage.dvc import repro
from lineage.errors import InputError
from lineage.git.repository import GitRepository
from lineage.model.manifest import StoredManifest
from lineage.model.plan import Due
from lineage.model.retraining import Job, Outcome, Renewal, StageTarget
from lineage.portable.policy import Policy
from lineage.redaction.commands import published
from lineage.retraining.metrics import Tolerance, compare_metrics
from lineage.retraining.plan import renewals, unmoved, with_files
from lineage.running.activation import Activation
from lineage.targets.source import ExaminableSource
from lineage.targets.spec import Target

# Who sends one of these to a command means all of them.
_ENDS_ALL = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
_INTERRUPTED_SHELL = 128 + signal.SIGINT


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainRequest:
    """What is to be done, and how. ``metrics`` and ``params``: POSIX from the root."""

    root: Path
    commit: str
    """HEAD"""
    words: tuple[str, ...] | None = None
    """the command that was typed"""
    dry_run: bool = False
    keep_going: bool = False
    tolerances: Mapping[str, Tolerance]
    place: Path | None = None
    """of the linked work tree to train in"""
    trusts_config: bool = False
    """whether the programs that the repository's own configuration names are followed there"""
    metrics: str | None = None
    params: str | None = None
    serve: str | None = None
    snapshot: bool = True
    track: bool = False
    given: Mapping[str, str]
    """the variables that we were given"""
    policy: Callable[[Path], Policy]
    """of the work tree with this root"""
    source: Callable[[Target], ExaminableSource]
    listener: Listener
    attempt: Attempt
    """raises ``KeyboardInterrupt`` where somebody ended what was attempted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where all commands run."""

    root: Path
    """of the work tree"""
    activation: Activation
    source: ExaminableSource
    """the environment, to be read as it is then"""
    request: RetrainRequest

    def variables(self) -> dict[str, str]:
        """Those of a command."""
        return self.activation.variables(self.request.given)

    def dvc(self) -> tuple[str, ...]:
        """The words that start DVC."""
        return repro.dvc_program(self.activation.programs)

    def tell(self, text: str) -> None:
        self.request.listener.tell(text)


def words_of(job: Job, ground: Ground) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what is run, what may be told of it): of a stage, DVC is asked whether it would do anything by itself."""
    if job.stage is None:
        return job.words, published(job.words, root=str(ground.root), home=ground.request.given.get("HOME", "")).words
    project = ground.root / job.stage.project
    is_forced = repro.is_current(ground.dvc(), project, job.stage.name, ground.variables())
    return _stage_words(job.stage, ground, is_forced)


def _stage_words(stage: StageTarget, ground: Ground, is_forced: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = repro.repro_words(stage.name, is_forced=is_forced)
    return (*ground.dvc(), *words), (repro.NAME, *words)


def run_job(job: Job, ground: Ground) -> tuple[tuple[Outcome, ...], frozenset[str]]:
    """Run the command and capture its models: (what came of them, the files that it wrote).

    Raises ``KeyboardInterrupt`` where somebody ended it, ``LineageError`` where it could not be begun.
    """
    if not (ground.root / job.directory).is_dir():
        hint = f"lineage retrain {job.models[0].stored.manifest.name} -- COMMAND"
        raise InputError("the directory that its command ran in is not there", where=job.directory, hint=hint)
    words, shown = words_of(job, ground)
    ground.tell(f"retraining {job.names}: {shlex.join(shown)}")
    _warn(job, ground)
    before = {one.stored.path: _before(one.stored, ground) for one in job.models}
    with contextlib.chdir(ground.root / job.directory):
        _make_writable(job, ground)
        made = _run(job, ground, words, shown)
        written = made.written
        if job.stage is not None and made.unwritten and "--force" not in shown:
            ground.tell("dvc repro found nothing to do for it: it is forced")
            words, shown = _stage_words(job.stage, ground, is_forced=True)
            made = _run(job, ground, words, shown)
            written |= made.written
    failure = made.failure
    if made.captured is None:
        failure = f"the training succeeded, its capture did not; to finish it: lineage capture --run {made.id}"
    stored = {one.path: kept for one, kept, _ in made.captured or ()}
    due = {one.stored.path: one.due for one in job.models}
    outcomes = []
    for one in renewals(job):
        outcome = _outcome(job, one, shown, failure)
        after = stored.get(ground.root / one.manifest)
        if after is not None:
            outcome = _still_due(_compared(outcome, before[one.manifest], after, ground), due[one.manifest], after)
        outcomes.append(outcome)
    return tuple(outcomes), written


def _outcome(job: Job, renewal: Renewal, shown: tuple[str, ...], failure: str) -> Outcome:
    """What came of a model where nothing was captured."""
    return Outcome(
        name=renewal.name,
        manifest=renewal.manifest,
        state="failed",
        reasons=renewal.reasons,
        command=shown,
        directory=job.directory,
        detail=failure,
    )


def _compared(outcome: Outcome, before: StoredManifest, after: StoredManifest, ground: Ground) -> Outcome:
    metrics = compare_metrics(before.manifest.metrics, after.manifest.metrics, ground.request.tolerances)
    state = "beyond" if any(one.state == "beyond" for one in metrics) else "retrained"
    return replace(outcome, state=state, id=after.id, parent=after.manifest.parent, metrics=metrics, detail="")


def _still_due(outcome: Outcome, due: Sequence[Due], after: StoredManifest) -> Outcome:
    found = unmoved(due, after.manifest.environment)
    return replace(outcome, state="due", detail="still due: " + "; ".join(found)) if found else outcome


def _run(job: Job, ground: Ground, words: tuple[str, ...], shown: tuple[str, ...]) -> CapturedRun:
    """Raises ``KeyboardInterrupt`` where somebody ended it."""
    variables = ground.variables() | ({} if job.stage is None else {"DVC_NO_ANALYTICS": "1"})
    command = Command(
        words=words,
        variables=variables,
        shown=None if job.stage is None else shown,
        renewals=tuple(with_files(one, ground.request.metrics, ground.request.params) for one in renewals(job)),
        quiet=True,
    )
    asked = RunRequest(
        policy=ground.request.policy,
        source=lambda _: ground.source,
        serve=ground.request.serve or (shlex.join(job.serve) if job.serve else None),
        snapshot=ground.request.snapshot,
        variables=variables,
    )
    made = run_and_capture(command, asked, ground.request.listener, ground.request.attempt)
    ended = made.ended
    if ended.started and (ended.signal in _ENDS_ALL or ended.status == _INTERRUPTED_SHELL):
        raise KeyboardInterrupt
    return made


def _before(stored: StoredManifest, ground: Ground) -> StoredManifest:
    """The manifest committed at HEAD, which will be the parent; the one of the work tree where there is none."""
    with GitRepository.open(ground.root) as repository:
        try:
            found = committed(repository, stored.path)
        except InputError:
            return stored
    if found is None:
        ground.tell(f"{stored.path} is not committed, so the new manifest has no parent")
    return found or stored


def _warn(job: Job, ground: Ground) -> None:
    """Say before the training, which may be long, what of the environment is not the one that is asked for."""
    due = [one for wanted in job.models for one in wanted.due]
    if due:
        seen = ground.source.observe(lambda _: False).environment
        for text in dict.fromkeys(unmoved(due, seen)):
            ground.tell(f"{text}: install it first, unless the command does")


def _make_writable(job: Job, ground: Ground) -> None:
    """Weights that are links into DVC's cache are made files of their own: writing them would alter what is kept."""
    if job.stage is not None:
        return  # dvc repro removes them before
    for wanted in job.models:
        for one in wanted.stored.manifest.weights:
            path = ground.root / one.path
            if not path.with_name(f"{path.name}.dvc").exists() or not os.path.lexists(path):
                continue
            if path.is_symlink() or (path.is_file() and path.stat().st_nlink > 1):
                repro.unprotect(ground.dvc(), path.parent, path.name, ground.variables())
