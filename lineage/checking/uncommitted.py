"""Entries of logs that stand in the work tree alone: nobody else can see them, and they judge nothing committed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from lineage.errors import LineageError
from lineage.git.objects import GitObjects
from lineage.manifest.log import Entry, read_calls, read_log
from lineage.model.manifest import log_path
from lineage.model.plan import ModelPlan, Plan
from lineage.system.files import read_document


def with_uncommitted(plan: Plan, objects: GitObjects) -> Plan:
    """The plan, saying of each accept and each call that bears on it whether others can see it."""
    if objects.is_bare:
        return plan
    notes = dict.fromkeys(note for model in plan.models for note in _of_model(model, plan, objects))
    return replace(plan, notes=(*plan.notes, *notes))


def _of_model(model: ModelPlan, plan: Plan, objects: GitObjects) -> Iterator[str]:
    path = log_path(PurePosixPath(model.manifest)).as_posix()
    honoured = {(one.subject, one.recorded, one.observed, one.reason) for one in plan.accepted}
    due = {(one.subject, one.recorded, one.observed) for one in model.reasons}
    counted = {seen for subject, _, seen in due | {one[:3] for one in honoured} if subject == "due"}
    for call in _fresh(path, objects, read_calls):
        behind = "" if call.because in counted else ", and does not count before"
        yield f"that {model.name} is due ({call.because}) is not committed in {path}{behind}"
    for one in _fresh(path, objects, read_log) if honoured or due else ():
        difference = (one.subject, one.recorded, one.observed)
        if difference in due:
            yield f"the accept of {one.subject} in {path} is not committed, and does not count before"
        elif (*difference, one.because) in honoured:
            yield f"the accept of {one.subject} is not committed"


def _fresh(path: str, objects: GitObjects, read: Callable[[bytes, str], tuple[Entry, ...]]) -> list[Entry]:
    """What the log in the work tree has and HEAD's has not; one that cannot be read is judged where it counts."""
    try:
        file = objects.root / path
        here = read(read_document(file, "log"), path) if file.is_file() else ()
        commit = objects.known("HEAD") if here else None
        content = None if commit is None else objects.blob(f"{commit}:{path}")
        known = () if content is None else read(content, path)
    except LineageError:
        return []
    return [one for one in here if one not in known]
