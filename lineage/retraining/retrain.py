"""Models made anew, the commands one after the other, and what came of it; or told only, with nothing run."""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lineage.capturing.finish import serve_command
from lineage.checking.revisions.revision import Revision
from lineage.dvc import repro
from lineage.errors import InputError, LineageError
from lineage.git.asking import left_out, unfollowed_words
from lineage.git.linked import linked
from lineage.model.retraining import Job, Outcome, Retraining
from lineage.retraining.metrics import unjudged
from lineage.retraining.next_steps import tell_next
from lineage.retraining.plan import RetrainChoice, given_job, jobs, ordered
from lineage.retraining.recorded_command import Programs
from lineage.retraining.rerun import Ground, RetrainRequest, run_job, words_of
from lineage.running.activation import Activation, activation
from lineage.targets.spec import Target

_INTERRUPTED = "interrupted"
_BAD = frozenset({"failed", "beyond", "due", "skipped"})


class Retrained(NamedTuple):
    """What came of it, whether somebody ended it, and what went wrong when all was made."""

    told: Retraining
    is_interrupted: bool
    late: LineageError | None


def retrain(choice: RetrainChoice, head: Revision, target: Target | None, asked: RetrainRequest) -> Retrained:
    """Retrain what was chosen, in the environment ``target``, which is needed where anything was.

    Raises ``LineageError`` before the first command.
    """
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
    is_interrupted, script, late = False, list[str](), None
    if choice.wanted and target is not None:
        active = _activated(target)
        todo = _jobs(asked, choice, head, active)
        asked.listener.tell(f"environment: {target}")
        ground = _ground(asked, active)
        if asked.dry_run:
            lines = [(job, _told_words(job, ground)) for job in todo]
            script = _script(lines, ground, asked)
            planned = (one for job, words in lines for one in _passed_over(replace(job, words=words), "", "planned"))
            outcomes = [*planned, *outcomes]
        else:
            ground = ground if asked.place is None else replace(ground, root=_placed(asked, ground, head))
            found, is_interrupted, late = _run_all(todo, ground, asked, head)
            outcomes = [*found, *outcomes]
    metrics = [move for one in outcomes for move in one.metrics]
    unseen = unjudged(metrics, asked.tolerances) if any(one.id for one in outcomes) else ()
    told = Retraining(
        verdict=_verdict(outcomes, bool(unseen) or not choice.has_models),
        place=None if asked.place is None else str(asked.place),
        outcomes=tuple(outcomes),
        unjudged=unseen,
        script=tuple(script),
    )
    return Retrained(told, is_interrupted, late)


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


def _jobs(asked: RetrainRequest, choice: RetrainChoice, head: Revision, active: Activation) -> tuple[Job, ...]:
    if asked.words is not None:
        here = Path.cwd().resolve().relative_to(asked.root).as_posix()
        return ordered([given_job(choice.wanted[0], asked.words, "" if here == "." else here)])
    return jobs(choice.wanted, head, lambda directory: _programs(asked, active, directory), serves=asked.serve is None)


def _programs(asked: RetrainRequest, active: Activation, directory: str) -> Programs:
    """Programs as they are where the command runs: in a linked work tree there is no environment of the project."""

    def place(program: str) -> Path:
        return Path(os.path.normpath((asked.place or asked.root).absolute() / directory / program))

    def is_own(program: str) -> bool:
        return place(program).parent == active.programs and active.has(Path(program).name)

    def is_of_other(program: str) -> bool:
        path = place(program)
        return not path.exists() or (path.parent.parent / "pyvenv.cfg").is_file()

    return Programs(has=active.has, python=active.interpreter(), is_own=is_own, is_of_other=is_of_other)


def _ground(asked: RetrainRequest, active: Activation) -> Ground:
    # What is unusable is told before any training.
    serve_command(asked.serve)
    asked.policy(asked.root)
    # By its interpreter: the command runs elsewhere, and a target was typed from here.
    source = asked.source(Target(kind="python", location=str(active.python)))
    return Ground(root=asked.root, activation=active, source=source, request=asked)


def _placed(asked: RetrainRequest, ground: Ground, head: Revision) -> Path:
    """The linked work tree to train in, with what DVC's cache has."""
    place = Path(os.path.realpath(asked.place or "."))
    filters = "" if asked.trusts_config else left_out(asked.root).filters()
    is_new = linked(asked.root, place, asked.commit, trusts_config=asked.trusts_config)
    if filters:
        ground.tell(unfollowed_words(filters))
    ground.tell(f"in {'the new' if is_new else 'the'} work tree {place}, of {asked.commit[:12]}")
    configs = sorted(one for one in head.files if f"/{one}".endswith("/.dvc/config")) if is_new else ()
    for project in (Path(one).parent.parent for one in configs):
        repro.bring_outputs(ground.dvc(), asked.root / project, place / project, ground.variables())
    return place


Run = tuple[list[Outcome], bool, LineageError | None]
"""(what came of all models, whether somebody ended it, what went wrong when all was made)"""


def _told_words(job: Job, ground: Ground) -> tuple[str, ...]:
    """What a job would run: DVC as a program that can be run, anything else as it may be told."""
    words, shown = words_of(job, ground)
    return shown if job.stage is None else words


def _run_all(todo: Iterable[Job], ground: Ground, asked: RetrainRequest, head: Revision) -> Run:
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
        tell_next([one for one in found if one.id], written, ground.root, asked.track, head, ground.tell)
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


def _script(todo: Iterable[Line], ground: Ground, asked: RetrainRequest) -> list[str]:
    """The lines, in order; with a place first the one that makes the work tree there, if there is none yet."""
    root = ground.root if asked.place is None else Path(os.path.realpath(asked.place))
    lines = []
    if asked.place is not None and not root.exists():
        lines.append(f"git worktree add --detach {shlex.quote(str(root))} {asked.commit}")
    for job, words in todo:
        lines += _lines(job, words, ground, root)
    return lines


def _lines(job: Job, words: Sequence[str], ground: Ground, root: Path) -> Iterator[str]:
    for one in job.models:
        yield f"# {one.stored.manifest.name}: {'; '.join(one.reasons)}"
    before = ground.activation.as_shell(ground.request.given)
    command = " ".join([*([before] if before else []), shlex.join(words)])
    yield f"cd {shlex.quote(str(root / job.directory))} && {command}"
