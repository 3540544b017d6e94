"""One command of a retraining: run, watched, its models captured and compared with what stood before."""

import contextlib
import os
import shlex
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from lineage.cli import exits
from lineage.cli.emit import say
from lineage.cli.finishing import Finished, FinishOptions, commit_of, finish_new, runs_of, tell_code
from lineage.cli.main import guarded
from lineage.cli.targets import examinable
from lineage.code.directory import opened_code
from lineage.code.snapshots.run_code import begin
from lineage.dvc import repro
from lineage.errors import InputError, LineageError
from lineage.git.repository import GitRepository
from lineage.manifest.files import parse_manifest
from lineage.model.manifest import StoredManifest
from lineage.model.plan import Due
from lineage.model.retraining import Job, Outcome, Renewal, StageTarget
from lineage.portable.environment import Environment
from lineage.redaction.commands import published
from lineage.retraining.metrics import Tolerance, compare_metrics
from lineage.retraining.plan import renewals, unmoved, with_files
from lineage.running.activation import Activation
from lineage.running.foreground import Ended, given_environment
from lineage.running.kept_runs import begun_run, keep_renewals, remove_run
from lineage.running.watch import Watched, lay_out, watch
from lineage.targets.spec import Target

# Who sends one of these to a command means all of them.
_ENDS_ALL = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
_INTERRUPTED_SHELL = 128 + signal.SIGINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where and how all commands run."""

    root: Path
    """of the work tree"""
    target: Target
    activation: Activation
    options: FinishOptions
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)
    metrics: str | None = None
    """typed; POSIX from the root"""
    params: str | None = None
    quiet: bool = False

    def given(self) -> dict[str, str]:
        """The variables that we were given."""
        return given_environment()


def words_of(job: Job, ground: Ground) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what is run, what may be told of it): of a stage, DVC is asked whether it would do anything by itself."""
    if job.stage is None:
        return job.words, published(job.words, root=str(ground.root), home=ground.given().get("HOME", "")).words
    program = repro.dvc_program(ground.activation.programs)
    project = ground.root / job.stage.project
    variables = ground.activation.variables(ground.given())
    is_forced = repro.is_current(program, project, job.stage.name, variables)
    return _stage_words(program, job.stage, is_forced)


def _stage_words(
    program: Sequence[str], stage: StageTarget, is_forced: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = repro.repro_words(stage.name, is_forced=is_forced)
    return (*program, *words), (repro.NAME, *words)


def run_job(job: Job, ground: Ground) -> tuple[tuple[Outcome, ...], frozenset[str]]:
    """Run the command and capture its models: (what came of them, the files that it wrote).

    Raises ``KeyboardInterrupt`` where somebody ended it, ``LineageError`` where it could not be begun.
    """
    if not (ground.root / job.directory).is_dir():
        hint = f"lineage retrain {job.models[0].stored.manifest.name} -- COMMAND"
        raise InputError("the directory that its command ran in is not there", where=job.directory, hint=hint)
    words, shown = words_of(job, ground)
    say(f"retraining {job.names}: {shlex.join(shown)}", ground.quiet)
    _warn(job, ground)
    before = {one.stored.path: _before(ground.root, one.stored, ground.quiet) for one in job.models}
    with contextlib.chdir(ground.root / job.directory):
        _make_writable(job, ground)
        failed, finished, written = _run(job, ground, words, shown)
        is_skipped = job.stage is not None and failed.startswith(_UNWRITTEN) and "--force" not in shown
        if job.stage is not None and is_skipped:
            say("dvc repro found nothing to do for it: it is forced", ground.quiet)
            words, shown = _stage_words(repro.dvc_program(ground.activation.programs), job.stage, is_forced=True)
            failed, finished, more = _run(job, ground, words, shown)
            written |= more
    stored = {one.path: kept for one, kept, _ in finished}
    outcomes = (_outcome(job, one, shown, failed, before[one.manifest], stored, ground) for one in renewals(job))
    due = {one.stored.path: one.due for one in job.models}
    after = {path: kept.manifest.environment for path, kept in stored.items()}
    return tuple(_still_due(one, due[one.manifest], after.get(ground.root / one.manifest)) for one in outcomes), written


def _still_due(outcome: Outcome, due: Sequence[Due], after: Environment | None) -> Outcome:
    found = () if after is None else unmoved(due, after)
    return replace(outcome, state="due", detail="still due: " + "; ".join(found)) if found else outcome


def _outcome(
    job: Job,
    renewal: Renewal,
    shown: tuple[str, ...],
    failed: str,
    before: StoredManifest,
    stored: Mapping[Path, StoredManifest],
    ground: Ground,
) -> Outcome:
    outcome = Outcome(
        name=renewal.name,
        manifest=renewal.manifest,
        state="failed",
        reasons=renewal.reasons,
        command=shown,
        directory=job.directory,
        detail=failed,
    )
    after = stored.get(ground.root / renewal.manifest)
    if after is None:
        return outcome
    metrics = compare_metrics(before.manifest.metrics, after.manifest.metrics, ground.tolerances)
    state = "beyond" if any(one.state == "beyond" for one in metrics) else "retrained"
    return replace(outcome, state=state, id=after.id, parent=after.manifest.parent, metrics=metrics, detail="")


_UNWRITTEN = "it ended well, but did not write"


_Done = tuple[str, list[Finished], frozenset[str]]
"""(why it failed, what was captured, files that the command wrote)"""


def _run(job: Job, ground: Ground, words: tuple[str, ...], shown: tuple[str, ...]) -> _Done:
    wanted = [with_files(one, ground.metrics, ground.params) for one in renewals(job)]
    given = ground.given() if job.stage is None else {**ground.given(), "DVC_NO_ANALYTICS": "1"}
    variables = ground.activation.variables(given)
    options = replace(
        ground.options,
        serve=ground.options.serve or (shlex.join(job.serve) if job.serve else None),
        target=ground.target,
        variables=variables,
    )
    with opened_code(Path.cwd(), ()) as code:
        root, head, runs = code.root, commit_of(code), runs_of(code)
        wish = replace(options, models=tuple(root / path for one in wanted for path in one.paths)).wish(root)
        started = begin(code, wish)
    with begun_run(runs, datetime.now(UTC), lambda place: lay_out(place, root, started)) as place:
        tell_code(started, ground.quiet)
        watched = watch(words, root=root, place=place, variables=variables, head=head, quiet=True)
        failed, written = _failure(watched, wanted, words[0]), frozenset(watched.run.written)
        if failed:
            remove_run(place)
            return failed, [], written
        keep_renewals(place, wanted)
        run = watched.run if job.stage is None else replace(watched.run, command=shown)
        finished: list[Finished] = []
        code_ = guarded(lambda: finished.extend(finish_new(place, run, options, root, ground.quiet)))
    if code_ == exits.INTERRUPTED:
        raise KeyboardInterrupt
    if code_:
        return (
            f"the training succeeded, its capture did not; to finish it: lineage capture --run {place.name}",
            [],
            written,
        )
    return "", finished, written


def _failure(watched: Watched, wanted: Sequence[Renewal], program: str) -> str:
    """Why a command that ended made no model; ``""`` where it did. Raises ``KeyboardInterrupt``."""
    ended: Ended = watched.ended
    if not ended.started:
        return f"{program}: {ended.reason}"
    if ended.signal in _ENDS_ALL or ended.status == _INTERRUPTED_SHELL:
        raise KeyboardInterrupt
    if ended.signal is not None:
        return f"the command was ended by signal {ended.signal}"
    if ended.status:
        return f"the command ended with {ended.status}"
    unwritten = [
        path
        for one in wanted
        for path in one.paths
        if not any(name == path or name.startswith(f"{path}/") for name in watched.run.written)
    ]
    return f"{_UNWRITTEN} {', '.join(unwritten)}" if unwritten else ""


def _before(root: Path, stored: StoredManifest, quiet: bool) -> StoredManifest:
    """The manifest committed at HEAD, which will be the parent; the one of the work tree where there is none."""
    with GitRepository.open(root) as repository:
        content = repository.read_at("HEAD", stored.path)
    if content is None:
        say(f"{stored.path} is not committed, so the new manifest has no parent", quiet)
    try:
        return stored if content is None else parse_manifest(content, stored.path)
    except LineageError:
        return stored


def _warn(job: Job, ground: Ground) -> None:
    """Say before the training, which may be long, what of the environment is not the one that is asked for."""
    due = [one for wanted in job.models for one in wanted.due]
    if due:
        seen = examinable(ground.target).observe(lambda _: False).environment
        for text in dict.fromkeys(unmoved(due, seen)):
            say(f"{text}: install it first, unless the command does", ground.quiet)


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
                program = repro.dvc_program(ground.activation.programs)
                repro.unprotect(program, path.parent, path.name, ground.activation.variables(ground.given()))
