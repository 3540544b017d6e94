"""The commands of a retraining one after the other, and the answer."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.checking.revisions.revision import Revision
from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of
from lineage.cli.finishing import FinishOptions
from lineage.cli.nextsteps import tell_next
from lineage.cli.rerun import Ground, run_job, words_of
from lineage.cli.targets import target_of
from lineage.dvc import repro
from lineage.errors import InputError, LineageError
from lineage.model.retraining import Job, Outcome, Retraining
from lineage.report.retraining import render_retraining
from lineage.report.text import printable
from lineage.retraining.metrics import Tolerance, unjudged
from lineage.retraining.order import ordered
from lineage.retraining.plan import Choice, given_job, jobs
from lineage.retraining.recorded_command import Programs
from lineage.running.activation import Activation, activation
from lineage.targets.spec import Target

_INTERRUPTED = "interrupted"
_BAD = frozenset({"failed", "beyond", "due", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed. ``metrics`` and ``params``: POSIX from the root."""

    root: Path
    words: tuple[str, ...] | None
    dry_run: bool
    keep_going: bool
    tolerances: Mapping[str, Tolerance]
    target: str | None
    place: Path | None
    metrics: str | None
    params: str | None
    serve: str | None
    snapshot: bool
    track: bool
    policy: Path | None
    quiet: bool


def carry_out(
    asked: Asked,
    choice: Choice,
    head: Revision,
    commit: str,
    has_models: bool,
    form: str,
    verbose: bool,
    output: Path | None,
) -> int:
    """Retrain what was chosen, and answer; the exit code. Raises ``LineageError`` before the first command."""
    outcomes = [
        Outcome(
            name=one.name,
            manifest=one.manifest,
            state="undecided",
            reasons=tuple(due.message for due in one.reasons if due.action == "undecided"),
            detail=f"not retrained unless it is named: lineage retrain {shlex.quote(one.name)}",
        )
        for one in choice.undecided
    ]
    if not has_models:
        say("no manifest is tracked here: no model can be retrained", asked.quiet)
    is_interrupted, script, late = False, list[str](), None
    if choice.wanted:
        target = target_of(asked.target, asked.root)
        active = _activated(target)
        todo = _jobs(asked, choice, head, active)
        say(f"environment: {target}", asked.quiet)
        if asked.dry_run:
            ground = _ground(asked, asked.root, target, active)
            lines = [(job, _told_words(job, ground)) for job in todo]
            script = script_of(lines, ground, asked.place, commit)
            planned = (one for job, words in lines for one in _passed_over(replace(job, words=words), "", "planned"))
            outcomes = [*planned, *outcomes]
        else:
            root = asked.root if asked.place is None else _placed(asked, active, commit)
            ground = _ground(asked, root, target, active)
            found, is_interrupted, late = _run_all(todo, ground, asked, head)
            outcomes = [*found, *outcomes]
    metrics = [move for one in outcomes for move in one.metrics]
    unseen = unjudged(metrics, asked.tolerances) if any(one.id for one in outcomes) else ()
    verdict = _verdict(outcomes, bool(unseen) or not has_models)
    place = None if asked.place is None else str(asked.place)
    told = Retraining(verdict=verdict, place=place, outcomes=tuple(outcomes), unjudged=unseen, script=tuple(script))
    answer(render_retraining(told, form, style_of(verbose, output)), output)
    if late is not None:
        raise late
    return exits.INTERRUPTED if is_interrupted else exits.of_verdict(verdict)


def _verdict(outcomes: Sequence[Outcome], is_unknown: bool) -> str:
    if any(one.state in _BAD for one in outcomes):
        return "fail"
    unknown = any(move.state == "unknown" for one in outcomes for move in one.metrics)
    return "undecided" if is_unknown or unknown or any(one.state == "undecided" for one in outcomes) else "pass"


def _activated(target: Target) -> Activation:
    if target.kind not in ("python", "dir"):
        hint = "name an environment: --in-env python:PATH or dir:PATH"
        raise InputError(f"nothing can be run in a {target.kind}", where=str(target), hint=hint)
    return activation(target.location, is_directory=target.kind == "dir")


def _jobs(asked: Asked, choice: Choice, head: Revision, active: Activation) -> tuple[Job, ...]:
    if asked.words is not None:
        here = Path.cwd().resolve().relative_to(asked.root).as_posix()
        return ordered([given_job(choice.wanted[0], asked.words, "" if here == "." else here)])
    return jobs(choice.wanted, head, lambda directory: _programs(asked, active, directory), serves=asked.serve is None)


def _programs(asked: Asked, active: Activation, directory: str) -> Programs:
    """Programs as they are where the command runs: in a linked work tree there is no environment of the project."""

    def place(program: str) -> Path:
        return Path(os.path.normpath((asked.place or asked.root).absolute() / directory / program))

    def is_own(program: str) -> bool:
        return place(program).parent == active.programs and active.has(Path(program).name)

    def is_of_other(program: str) -> bool:
        path = place(program)
        return not path.exists() or (path.parent.parent / "pyvenv.cfg").is_file()

    return Programs(has=active.has, python=active.interpreter(), is_own=is_own, is_of_other=is_of_other)


def _ground(asked: Asked, root: Path, target: Target, active: Activation) -> Ground:
    options = FinishOptions(serve=asked.serve, policy=asked.policy, snapshot=asked.snapshot)
    options.check()
    # The command runs elsewhere, and a target was typed from here.
    absolute = Target(kind="python", location=str(active.python))
    return Ground(
        root=root,
        target=absolute,
        activation=active,
        options=replace(options, policy=None if asked.policy is None else asked.policy.absolute()),
        tolerances=asked.tolerances,
        metrics=asked.metrics,
        params=asked.params,
        quiet=asked.quiet,
    )


def _placed(asked: Asked, active: Activation, commit: str) -> Path:
    """The linked work tree to train in, with what DVC's cache has."""
    from lineage.git.files import list_files
    from lineage.git.linked import linked

    place = Path(os.path.realpath(asked.place or "."))
    is_new = linked(asked.root, place, commit)
    say(f"in {'the new' if is_new else 'the'} work tree {place}, of {commit[:12]}", asked.quiet)
    ground = _ground(asked, asked.root, Target(kind="python", location=str(active.python)), active)
    for config in list_files(asked.root, "*.dvc/config") if is_new else ():
        project = Path(config).parent.parent
        program = repro.dvc_program(active.programs)
        repro.bring_outputs(program, asked.root / project, place / project, active.variables(ground.given()))
    return place


Run = tuple[list[Outcome], bool, LineageError | None]
"""(what came of all models, whether somebody ended it, what went wrong when all was made)"""


def _told_words(job: Job, ground: Ground) -> tuple[str, ...]:
    """What a job would run: DVC as a program that can be run, anything else as it may be told."""
    words, shown = words_of(job, ground)
    return shown if job.stage is None else words


def _run_all(todo: Iterable[Job], ground: Ground, asked: Asked, head: Revision) -> Run:
    found: list[Outcome] = []
    written: set[str] = set()
    bad: set[str] = set()
    why = ""
    for job in todo:
        needed = sorted(bad & set(job.needs))
        skip = why or (f"it is made from {', '.join(needed)}, which was not made" if needed else "")
        if skip:
            outcomes = tuple(_passed_over(job, skip))
        else:
            try:
                outcomes, changed = run_job(job, ground)
                written |= changed
            except LineageError as error:
                if not found:
                    raise
                outcomes = tuple(
                    _passed_over(job, f"{error.where}: {error.message}" if error.where else error.message, "failed")
                )
            except KeyboardInterrupt:
                outcomes, why = tuple(_passed_over(job, _INTERRUPTED, "failed")), "not begun: interrupted"
        found += outcomes
        bad |= {one.manifest for one in outcomes if one.state in _BAD}
        if bad and not asked.keep_going and not why:
            why = "not begun after a failure: --keep-going goes on"
    late = None
    try:
        tell_next([one for one in found if one.id], written, ground, asked.track, head, asked.quiet)
    except LineageError as error:
        late = error
    return found, any(one.detail == _INTERRUPTED for one in found), late


def _passed_over(job: Job, why: str, state: str = "skipped") -> Iterable[Outcome]:
    for one in job.models:
        name = one.stored.manifest.name
        yield Outcome(
            name=name, manifest=one.stored.path, state=state, reasons=one.reasons, command=job.words,
            directory=job.directory, detail=why,
        )  # fmt: skip


Line = tuple[Job, Sequence[str]]
"""A job, and the words that it would run: without secrets, as they may be told."""


def script_of(todo: Iterable[Line], ground: Ground, place: Path | None, commit: str) -> list[str]:
    """The lines, in order; with a ``place`` first the one that makes the work tree there, if there is none yet."""
    root = ground.root if place is None else Path(os.path.realpath(place))
    lines = [] if place is None or root.exists() else [f"git worktree add --detach {shlex.quote(str(root))} {commit}"]
    for job, words in todo:
        lines += _lines(job, words, ground, root)
    return lines


def _lines(job: Job, words: Sequence[str], ground: Ground, root: Path) -> Iterator[str]:
    for one in job.models:
        yield f"# {printable(one.stored.manifest.name)}: {printable('; '.join(one.reasons))}"
    before = ground.activation.as_shell(ground.given())
    command = " ".join([*([before] if before else []), shlex.join(words)])
    yield f"cd {shlex.quote(str(root / job.directory))} && {command}"
