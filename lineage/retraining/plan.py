"""Which models are made anew, by which commands, in which order; and how each is captured then. Nothing is run."""

import contextlib
import graphlib
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lineage.checking.revisions.revision import Revision
from lineage.dvc.lock import locked_stages
from lineage.errors import InputError
from lineage.model.inputs import is_within
from lineage.model.manifest import StoredManifest, manifests_among
from lineage.model.plan import Due, ModelPlan, Plan
from lineage.model.retraining import Job, Renewal, StageTarget, Wanted
from lineage.portable.environment import Environment
from lineage.retraining.recorded_command import Programs, runnable

NOT_DUE = "not due, retrained by name"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainChoice:
    """What a plan says about who is made anew."""

    wanted: tuple[Wanted, ...] = ()
    undecided: tuple[ModelPlan, ...] = ()
    """nobody knows whether they are due, and nobody named them"""
    not_due: tuple[str, ...] = ()
    """named all the same, by their names"""
    has_models: bool = True
    """whether there is any model at all"""


def choose(plan: Plan, revision: Revision, named: Sequence[str]) -> RetrainChoice:
    """The models at these manifests; without any, all that the plan finds due, of a range newly.

    Raises ``InputError`` for a named manifest that the revision does not have, or that cannot be read.
    """
    if named:
        plans = {one.manifest: one for one in plan.models}
        found = [(_plan_of(plans, path), revision.manifest(path)) for path in dict.fromkeys(named)]
        return RetrainChoice(
            wanted=tuple(_wanted(one, stored) for one, stored in found),
            not_due=tuple(stored.manifest.name for one, stored in found if not _reasons(one)),
            has_models=bool(plan.models),
        )
    counted = [one for one in plan.models if plan.base is None or one.is_new]
    due = [one for one in counted if one.action == "retrain"]
    return RetrainChoice(
        wanted=tuple(_wanted(one, revision.manifest(one.manifest)) for one in due),
        undecided=tuple(one for one in counted if one.action == "undecided"),
        has_models=bool(plan.models),
    )


def _plan_of(plans: Mapping[str, ModelPlan], path: str) -> ModelPlan:
    if path not in plans:
        raise InputError("is not tracked where the training is to run", path, "git add it, with --in also commit it")
    return plans[path]


def _wanted(plan: ModelPlan, stored: StoredManifest) -> Wanted:
    return Wanted(stored=stored, reasons=_reasons(plan) or (NOT_DUE,), due=plan.reasons)


def unmoved(due: Sequence[Due], environment: Environment) -> tuple[str, ...]:
    """What of an environment is as recorded, though something else is asked for: training there carries no plan out."""
    versions = {f"package:{one.name}": one.version for one in environment.packages} | {"python": environment.python}
    return tuple(
        f"{one.subject.removeprefix('package:')} is {one.recorded}, and {one.observed} is asked for"
        for one in due
        if one.action == "retrain" and one.recorded and one.observed and versions.get(one.subject) == one.recorded
    )


def _reasons(plan: ModelPlan) -> tuple[str, ...]:
    """What asks for the most, as the plan says it."""
    return tuple(one.message for one in plan.reasons if one.action == plan.action)


ProgramsOf = Callable[[str], Programs]
"""A directory, POSIX from the root → what is known of programs there."""


def jobs(wanted: Sequence[Wanted], revision: Revision, programs: ProgramsOf, *, serves: bool = True) -> tuple[Job, ...]:
    """The commands that make the models, in their order; models that one command makes are made anew together.

    ``serves``: the serving commands that were watched are to be watched again. Raises ``InputError`` where a command is
    not known or cannot be run again, or models are made from each other.
    """
    made = {key: [one for one in wanted if _key(one.stored, revision) == key] for key in _keys(wanted, revision)}
    for path, stored in readable(revision):
        key = _key(stored, revision)
        if key in made and all(one.stored.path != path for one in made[key]):
            reason = f"made by the command that makes {made[key][0].stored.manifest.name}"
            made[key].append(Wanted(stored=stored, reasons=(reason,)))
    return ordered([_job(key, models, programs(key[2]), serves) for key, models in made.items()])


_Key = tuple[StageTarget | None, tuple[str, ...], str]
"""(stage of DVC, else words, directory)"""


def _keys(wanted: Sequence[Wanted], revision: Revision) -> list[_Key]:
    return list(dict.fromkeys(_key(one.stored, revision) for one in wanted))


def _key(stored: StoredManifest, revision: Revision) -> _Key:
    stage = stage_target(revision, [one.path for one in stored.manifest.weights])
    if stage is not None:
        return stage, (), stage.project
    run = stored.manifest.run
    words = run.get("command")
    if not isinstance(words, tuple) or not words or not all(isinstance(word, str) for word in words):
        return None, (), stored.path  # a key of its own
    directory = run.get("directory", ".")
    return None, words, "" if directory == "." or not _is_inside(directory) else directory


def _is_inside(path: object) -> bool:
    return isinstance(path, str) and not path.startswith("/") and ".." not in path.split("/")


def _job(key: _Key, models: Sequence[Wanted], programs: Programs, serves: bool) -> Job:
    stage, recorded, directory = key
    first = models[0].stored
    if stage is not None:
        serve = _serve(first, programs) if serves else ()
        return Job(models=tuple(models), directory=directory, stage=stage, serve=serve)
    hint = f"lineage retrain {first.manifest.name} -- COMMAND"
    if not recorded:
        message = "no command is recorded (its run was not watched), and no stage of DVC makes it"
        raise InputError(message, where=first.manifest.name, hint=hint)
    found = runnable(recorded, programs)
    if found.lacks:
        raise InputError(found.lacks, where=first.manifest.name, hint=hint)
    serve = _serve(first, programs) if serves else ()
    return Job(models=tuple(models), words=found.words, directory=directory, serve=serve)


def _serve(stored: StoredManifest, programs: Programs) -> tuple[str, ...]:
    """The serving command that was watched; without it the new manifest would bear less evidence than the old one."""
    recorded = stored.manifest.run.get("serve")
    if not isinstance(recorded, tuple):
        return ()
    found = runnable([str(word) for word in recorded], programs)
    if found.lacks:
        message = f"its serving command cannot be run again: {found.lacks}"
        raise InputError(message, where=stored.manifest.name, hint="name it: --serve CMD")
    return found.words


def given_job(wanted: Wanted, words: Sequence[str], directory: str) -> Job:
    """A model that is made by a command that was typed."""
    return Job(models=(wanted,), words=tuple(words), directory=directory)


def stage_target(revision: Revision, weights: Sequence[str]) -> StageTarget | None:
    """The stage of DVC that makes some weights: declared, else one that DVC fills in, as ``dvc.lock`` has it.

    Raises ``InputError`` for a malformed file of DVC.
    """
    for path in weights:
        declared = [one for one in revision.stages() if any(is_within(path, [out]) for out in one.outs)]
        if declared:
            return _target(revision, declared[-1].file, declared[-1].name)
    locks = [one for one in sorted(revision.files) if posixpath.basename(one) == "dvc.lock"]
    for locked in locked_stages(locks, revision.read) if locks and _is_templated(revision) else ():
        if "@" in locked.name and any(is_within(path, [out.path]) for out in locked.outs for path in weights):
            file = posixpath.join(posixpath.dirname(locked.file), "dvc.yaml")
            return _target(revision, file, locked.name)
    return None


def _is_templated(revision: Revision) -> bool:
    """Whether some pipeline has what only DVC can fill in: a lock of many stages takes seconds to parse."""
    files = [one for one in revision.files if posixpath.basename(one) == "dvc.yaml"]
    return any(key in (revision.read(one) or b"") for one in files for key in (b"foreach", b"matrix"))


def _target(revision: Revision, file: str, stage: str) -> StageTarget:
    around = PurePosixPath(file).parents
    project = next((one.as_posix() for one in around if (one / ".dvc/config").as_posix() in revision.files), ".")
    project = "" if project == "." else project
    inner = file[len(project) + 1 :] if project else file
    return StageTarget(project=project, name=stage if inner == "dvc.yaml" else f"{inner}:{stage}")


def renewals(job: Job) -> tuple[Renewal, ...]:
    """How the models of a job are captured."""
    return tuple(
        Renewal(
            paths=tuple(one.path for one in wanted.stored.manifest.weights),
            manifest=wanted.stored.path,
            name=wanted.stored.manifest.name,
            reasons=wanted.reasons,
            metrics=_file(wanted.stored, "metrics"),
            params=_file(wanted.stored, "params"),
        )
        for wanted in job.models
    )


def _file(stored: StoredManifest, key: str) -> str | None:
    path = stored.manifest.run.get(key)
    return path if isinstance(path, str) and _is_inside(path) else None


def readable(revision: Revision) -> Iterator[tuple[str, StoredManifest]]:
    """Path and manifest of every model; what cannot be read is passed over, as check has told of it."""
    for path in manifests_among(revision.files):
        with contextlib.suppress(InputError):
            yield path, revision.manifest(path)


def with_files(renewal: Renewal, metrics: str | None, params: str | None) -> Renewal:
    """The same with the files that were typed, which win."""
    return replace(renewal, metrics=metrics or renewal.metrics, params=params or renewal.params)


def reads(stored: StoredManifest, other: StoredManifest) -> bool:
    """Whether a model is made from another: from its manifest, its weights, or a directory that holds them."""
    if stored.path == other.path:
        return False
    weights = [one.path for one in other.manifest.weights]
    return any(
        path == other.path or any(is_within(path, [one]) or is_within(one, [path]) for one in weights)
        for path in stored.manifest.inputs
    )


def ordered(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs, each behind those that it needs, else by name. Raises ``InputError`` where they need each other."""
    by_name = sorted(jobs, key=lambda one: one.names)
    needed = {
        index: [at for at, other in enumerate(by_name) if at != index and _needs(job, other)]
        for index, job in enumerate(by_name)
    }
    sorter = graphlib.TopologicalSorter(needed)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        names = " → ".join(by_name[index].names for index in error.args[1])
        hint = "capture the one that is not made from the other again, or retrain them one by one"
        raise InputError(f"models are made from each other: {names}", hint=hint) from error
    found: list[Job] = []
    while sorter.is_active():
        for index in sorted(sorter.get_ready()):
            needs = (one.stored.path for at in needed[index] for one in by_name[at].models)
            found.append(replace(by_name[index], needs=tuple(needs)))
            sorter.done(index)
    return tuple(found)


def _needs(job: Job, other: Job) -> bool:
    return any(reads(one.stored, before.stored) for one in job.models for before in other.models)
