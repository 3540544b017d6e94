"""In which order models are made anew: what a model is made from comes before it."""

import graphlib
from collections.abc import Sequence
from dataclasses import replace

from lineage.errors import InputError
from lineage.model.inputs import is_within
from lineage.model.manifest import StoredManifest
from lineage.model.retraining import Job


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
