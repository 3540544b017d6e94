"""The DVC stage that made some weights: which run of it that was, with which parameters, and what it measured.

``dvc.lock`` tells of a run: where what it gave are these very weights, its parameters are those that made them.
Elsewhere the parameters are those of the files as they stand now, which is no more than the code of an after-the-fact
capture claims. Nothing here ends a capture: what cannot be read is a problem, and left out.
"""

import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from lineage.code.state import RepositoryState
from lineage.dvc.lock import locked_stages
from lineage.dvc.stage_values import Values, nested, picked, recordable, together
from lineage.errors import InputError, WeightsError
from lineage.manifest.canonical import canonical_json
from lineage.model.inputs import LockedStage, RunFiles, Stage, Tracked, is_within
from lineage.model.manifest import thaw
from lineage.model.weights import Weights
from lineage.portable.environment import Problem
from lineage.system.files import read_document
from lineage.system.valuefile import parse_values
from lineage.weights.cache import DigestCache
from lineage.weights.measure import measure

MOST_VALUES_BYTES = 256 << 10
"""of one file of parameters or metrics: a manifest is read by people"""


AnyStage = TypeVar("AnyStage", Stage, LockedStage)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """What DVC's files tell of the making of some weights."""

    run: LockedStage | None = None
    """the run of the stage that gave these very weights; ``None`` when ``dvc.lock`` has none"""
    params: Values = field(default_factory=dict)
    metrics: Values = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    """the files of parameters and metrics that are recorded by their values"""
    problems: tuple[Problem, ...] = ()


def describe_stage(
    state: RepositoryState, weights: Sequence[Weights], files: RunFiles | None, known: DigestCache | None = None
) -> StageRecord:
    """What the stage that makes the weights tells of them; nothing where no stage does.

    ``files`` are those of the watched run, ``None`` when there was none. Raises ``InputError`` for a malformed
    ``dvc.lock``.
    """
    paths = [one.path for one in weights]
    # Only the locks that have the weights: a lock of many stages takes seconds to parse.
    locks = {one.pointer for one in state.outputs if any(is_within(path, [one.path]) for path in paths)}
    locked = _maker(locked_stages(sorted(locks), state.read), paths)
    name = None if locked is None else (posixpath.dirname(locked.file), locked.name)
    declared = _maker(state.stages, paths, name)
    if locked is not None and _gave(locked, weights, state.root, known):
        return _of_run(locked, state.root)
    if declared is not None:
        record = _of_files(declared, state.root, files)
    elif locked is not None:
        detail = f"DVC fills in the stage {locked.name}, and dvc.lock has it with other weights: "
        detail += "its parameters and metrics are not known"
        record = StageRecord(problems=(Problem("stage.unknown", locked.file, detail),))
    else:
        return StageRecord()
    if locked is not None and files is None and declared is not None:
        detail = f"has the stage {locked.name} with other weights: "
        detail += "parameters and metrics are those of the files as they stand, inputs are not known"
        return replace(record, problems=(*record.problems, Problem("stage.other-weights", locked.file, detail)))
    return record


def _maker(stages: Sequence[AnyStage], weights: Sequence[str], name: tuple[str, str] | None = None) -> AnyStage | None:
    """The stage with the output that is the weights, else the nearest around them; of a name and directory, if given.

    The first of several weights that any stage makes decides.
    """
    for path in weights:
        found = [
            (len(out), index)
            for index, stage in enumerate(stages)
            for out in map(_path, stage.outs)
            if is_within(path, [out]) and name in (None, (posixpath.dirname(stage.file), stage.name))
        ]
        if found:
            return stages[max(found)[1]]
    return None


def _path(out: str | Tracked) -> str:
    return posixpath.normpath(out) if isinstance(out, str) else out.path


def _gave(stage: LockedStage, weights: Sequence[Weights], root: Path, known: DigestCache | None) -> bool:
    """Whether every one of the weights that lies in an output of this run is what the run gave."""
    recorded = {one.path: one.md5 for one in weights}
    for out in stage.outs:
        if any(is_within(path, [out.path]) for path in recorded):
            md5 = recorded.get(out.path) or _md5(root, out.path, known)
            if out.digest is None or out.digest.partition(":")[2] != md5:
                return False
    return True


def _md5(root: Path, path: str, known: DigestCache | None) -> str | None:
    try:
        return measure(root, path, known=known).md5
    except WeightsError:
        return None


def _of_run(stage: LockedStage, root: Path) -> StageRecord:
    """From ``dvc.lock``; metrics from their files, where these are still those of the run."""
    problems: list[Problem] = []
    params = []
    for path, values in stage.params:
        params.append((path, _bounded("params", path, nested(thaw(values)), problems)))
    digests = {out.path: out.digest for out in stage.outs}
    metrics = []
    for path in stage.metrics:
        content = _read("metrics", root, path, problems)
        if content is not None and not _is(content, digests[path]):
            detail = f"is not what {stage.file} has of the run: not recorded"
            problems.append(Problem("metrics.other-run", path, detail))
        elif content is not None:
            metrics.append((path, _values("metrics", path, content, problems)))
    return _record(stage, params, metrics, problems)


def _is(content: bytes, digest: str | None) -> bool:
    algorithm, _, recorded = (digest or "").partition(":")
    if algorithm == "md5-dos2unix":
        content = content.replace(b"\r\n", b"\n")
    return hashlib.md5(content, usedforsecurity=False).hexdigest() == recorded


def _of_files(stage: Stage, root: Path, files: RunFiles | None) -> StageRecord:
    """From the files as they stand; metrics that a watched run did not write are of another run."""
    problems: list[Problem] = []
    params = []
    for path, keys in stage.params:
        content = _read("params", root, path, problems)
        if content is not None:
            found, missing = picked(_parsed("params", path, content, problems), keys)
            problems += [Problem("params.missing", path, f"{key} is not there") for key in missing]
            params.append((path, _bounded("params", path, nested(found) if keys else found, problems)))
    metrics = []
    for path in stage.metrics:
        if files is not None and path not in files.changed:
            detail = "the run did not write it: not recorded"
            problems.append(Problem("metrics.other-run", path, detail))
            continue
        content = _read("metrics", root, path, problems)
        if content is not None:
            metrics.append((path, _values("metrics", path, content, problems)))
    return _record(None, params, metrics, problems)


def _record(
    run: LockedStage | None,
    params: Sequence[tuple[str, Values]],
    metrics: Sequence[tuple[str, Values]],
    problems: Sequence[Problem],
) -> StageRecord:
    return StageRecord(
        run=run,
        params=together(params),
        metrics=together(metrics),
        files=frozenset(path for path, values in (*params, *metrics) if values),
        problems=tuple(problems),
    )


def _read(what: str, root: Path, path: str, problems: list[Problem]) -> bytes | None:
    """The bytes of a small file; a problem when there is none."""
    try:
        content = read_document(root / path, "file")
    except InputError as error:
        problems.append(Problem(f"{what}.unreadable", path, error.message))
        return None
    if len(content) > MOST_VALUES_BYTES:
        problems.append(_too_large(what, path))
        return None
    return content


def _values(what: str, path: str, content: bytes, problems: list[Problem]) -> Values:
    return _bounded(what, path, _parsed(what, path, content, problems), problems)


def _parsed(what: str, path: str, content: bytes, problems: list[Problem]) -> Mapping[str, Any]:
    try:
        value = parse_values(content, path)
    except InputError as error:
        problems.append(Problem(f"{what}.unreadable", error.where or path, error.message))
        return {}
    if not isinstance(value, Mapping):
        problems.append(Problem(f"{what}.unreadable", path, "must be a table of names and values"))
        return {}
    return value


def _bounded(what: str, path: str, values: Mapping[str, Any], problems: list[Problem]) -> Values:
    """What of the values a manifest can hold."""
    kept, lost = recordable(values)
    if len(canonical_json(thaw(kept))) > MOST_VALUES_BYTES:
        problems.append(_too_large(what, path))
        return {}
    problems += [Problem(f"{what}.left-out", path, detail) for detail in lost]
    return kept


def _too_large(what: str, path: str) -> Problem:
    return Problem(f"{what}.unreadable", path, f"is larger than {MOST_VALUES_BYTES} bytes: not recorded")
