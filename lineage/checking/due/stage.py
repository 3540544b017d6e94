"""The DVC stage that makes a model, as a revision declares it and as it was declared at the capture.

The capture's is read from the commit that the manifest names, where that is in this clone.
"""

import posixpath
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

from lineage.checking.due.code import Blob, due_files, due_params, flat
from lineage.checking.revisions.revision import Revision
from lineage.code.same_code import CODE_SUFFIXES
from lineage.dependencies.forms import is_dependency_file
from lineage.dvc.pointers import declared_stages
from lineage.dvc.stage_values import nested, picked, recordable, together
from lineage.errors import InputError
from lineage.model.inputs import Stage, is_within
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.policy import Policy
from lineage.redaction.secrets import without_secrets
from lineage.system.valuefile import parse_values


@dataclass(frozen=True, slots=True)
class CapturedStage:
    """One stage at two times."""

    manifest: Manifest
    revision: Revision
    now: Stage
    then: Stage | None
    """``None`` where the capture's commit declares none, or is not here"""
    commit: str | None
    """that ``then`` is of; ``None`` where it is not in this clone"""
    is_exact: bool = True
    """whether that commit holds what ran, and not only what it was made on"""

    def read_then(self, path: str) -> bytes | None:
        """A file of the capture's commit; ``None`` where there is none."""
        return self.revision.readings.blob(f"{self.commit}:{path}")


def captured_stage(manifest: Manifest, revision: Revision) -> CapturedStage | None:
    """The stage of a model: at the revision the one of the capture's name, else the one that makes the weights.

    ``None`` where there is none. Raises ``InputError`` for a pipeline of the revision that cannot be read; one of the
    capture is taken as none.
    """
    stages = revision.stages()
    if not stages:
        return None
    paths = tuple(one.path for one in manifest.weights)
    now = maker(stages, paths)
    history, code = revision.history, manifest.code
    commits = [one for one in (code.commit, code.base) if one]
    commit = None if history is None else next((one for one in commits if history.has(one)), None)
    if commit is None:
        return None if now is None else CapturedStage(manifest, revision, now, None, None)
    then = maker([one for path in _pipelines(now, stages) for one in _stages_then(revision, commit, path)], paths)
    if then is not None:
        now = next((one for one in stages if (one.file, one.name) == (then.file, then.name)), now)
    return None if now is None else CapturedStage(manifest, revision, now, then, commit, commit == commits[0])


def _pipelines(now: Stage | None, stages: Sequence[Stage]) -> list[str]:
    return sorted({one.file for one in stages}) if now is None else [now.file]


def _stages_then(revision: Revision, commit: str, path: str) -> tuple[Stage, ...]:
    pipeline = revision.readings.blob(f"{commit}:{path}")
    if pipeline is None:
        return ()
    if pipeline == revision.read(path):
        return tuple(one for one in revision.stages() if one.file == path)
    return _stages(path, pipeline)


@lru_cache(maxsize=256)
def _stages(path: str, pipeline: bytes) -> tuple[Stage, ...]:
    try:
        return declared_stages([path], lambda _: pipeline)
    except InputError:
        return ()


def due_stage(manifest: Manifest, revision: Revision, policy: Policy) -> list[Due]:
    """What is due of a model by its stage: other commands, other code that it depends on, other parameters."""
    judges_code, judges_params = policy.retrain.code != "any", policy.retrain.params != "any" and manifest.params
    if not judges_code and not judges_params:
        return []
    try:
        stage = captured_stage(manifest, revision)
    except InputError as error:
        subject = "params" if judges_params else "code:dvc.yaml"
        return [_unreadable(subject, error, revision)]
    if stage is None:
        return []
    found = _due_code(stage, policy) if judges_code else []
    return found + (_due_params(stage, policy) if judges_params else [])


def _due_params(stage: CapturedStage, policy: Policy) -> list[Due]:
    try:
        values, where = stage_params(stage.now, stage.revision.read)
    except InputError as error:
        return [_unreadable("params", error, stage.revision)]
    now = {key for key, _ in flat(values)}
    is_whole = all(key in now for key, _ in flat(stage.manifest.params))
    given = frozenset[str]() if is_whole else _given(stage)
    return due_params(stage.manifest, values, policy, where or stage.now.file, given)


def _unreadable(subject: str, error: InputError, revision: Revision) -> Due:
    """What stands in a file that cannot be read: as long as its bytes are the same, nothing was edited."""
    where = error.where or ""
    mark = revision.files.get(where.partition(":")[0], "")
    return Due(subject=subject, action="undecided", message=str(error), mark=mark, where=where)


def _given(stage: CapturedStage) -> frozenset[str] | None:
    """The dotted keys that the files gave at the capture; ``None`` where that is not known."""
    if stage.commit is None:
        return None
    if stage.then is None:
        return frozenset()
    try:
        values, _ = stage_params(stage.then, stage.read_then)
    except InputError:
        return None
    return frozenset(key for key, _ in flat(values))


def _due_code(stage: CapturedStage, policy: Policy) -> list[Due]:
    manifest, revision = stage.manifest, stage.revision
    besides = {path for path, _ in manifest.code.files} | set(manifest.inputs)
    now = code_of(stage.now, revision.files, besides)
    if stage.commit is not None and stage.then is None:
        return []
    found = [] if stage.then is None else _compared(stage, stage.then, now, besides, policy)
    if stage.commit is not None and (stage.is_exact or not found):
        return found
    told = repr((stage.now.commands, stage.now.directory, sorted(now.items())))
    return [due_unknown(stage.now, sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:12])]


def _compared(
    stage: CapturedStage, then: Stage, now: Mapping[str, str], besides: Collection[str], policy: Policy
) -> list[Due]:
    files = _files(stage, {*then.deps, *stage.now.deps})
    before = code_of(then, files, besides) | code_of(stage.now, files, besides)
    revision = stage.revision
    read = (revision.readings.blob, revision.read)
    sides = (before, now)
    return [
        *due_command(then, stage.now),
        *due_dependencies(stage.now.name, sides, revision.files, read, policy.retrain.code),
    ]


def _files(stage: CapturedStage, deps: Collection[str]) -> Mapping[str, str]:
    """Path → blob id of what dependencies hold at the capture's commit."""
    history = stage.revision.history
    found: dict[str, str] = {}
    for dep in sorted(deps):
        below = None if history is None else history.below(f"{stage.commit}:{dep}")
        found |= {f"{dep}/{path}" if path else dep: blob for path, blob in (below or {}).items()}
    return found


def stage_params(stage: Stage, read: Callable[[str], bytes | None]) -> tuple[Mapping[str, object], str]:
    """(nested values, the first file that gives any); ``read`` gives the bytes of a path, ``None`` for none.

    Raises ``InputError`` for a file that cannot be read.
    """
    found = []
    for path, keys in stage.params:
        content = read(path)
        if content is None:
            continue
        values = parse_values(content, path)
        if not isinstance(values, Mapping):
            raise InputError("must be a table of names and values", where=path)
        kept = nested(picked(values, keys)[0]) if keys else values
        found.append((path, recordable(kept)[0]))
    return together(found), found[0][0] if found else ""


_SHOWN = 60
"""letters of a command in a message"""


def maker(stages: Sequence[Stage], paths: Sequence[str]) -> Stage | None:
    """The stage with the output that is the weights, else the nearest around them."""
    for path in paths:
        found = [
            (len(out), index)
            for index, stage in enumerate(stages)
            for out in map(posixpath.normpath, stage.outs)
            if is_within(path, [out])
        ]
        if found:
            return stages[max(found)[1]]
    return None


def subject_of(stage: Stage) -> str:
    """``code:dvc.yaml:train``, in the words of DVC."""
    return f"code:{stage.file}:{stage.name}"


def due_command(then: Stage, now: Stage) -> list[Due]:
    """One, where the stage runs another command, or in another directory; spaces between words do not count."""
    if (then.directory, *map(_words, then.commands)) == (now.directory, *map(_words, now.commands)):
        return []
    recorded, observed = _text(then), _text(now)
    message = f"stage {now.name}: {_short(recorded)} → {_short(observed)}, the command that makes the model"
    due = Due(subject=subject_of(now), action="retrain", message=message, where=now.file)
    return [replace(due, recorded=recorded, observed=observed)]


def due_unknown(now: Stage, observed: str) -> Due:
    """The stage of a capture that is not in this clone; ``observed`` tells one state of HEAD's from another."""
    message = f"stage {now.name}: what it was when the model was made is not in this clone"
    return Due(subject=subject_of(now), action="undecided", message=message, observed=observed, where=now.file)


def _words(command: str) -> tuple[tuple[str, ...], ...]:
    """The words of each line."""
    lines = command.replace("\\\n", " ").splitlines()
    return tuple(words for line in lines if (words := _split(line)))


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:  # a quote that ends on another line
        return (line,)


def _text(stage: Stage) -> str:
    """A stage's commands in one line, fit to be printed."""
    lines = [line.strip() for one in stage.commands for line in one.replace("\t", " ").splitlines()]
    whole = " && ".join([f"cd {stage.directory}", *lines] if stage.directory else lines)
    return without_secrets("".join(one if one.isprintable() else "?" for one in whole))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def code_of(stage: Stage, files: Mapping[str, str], besides: Collection[str]) -> dict[str, str]:
    """Path → blob id of the code among the dependencies of a stage; ``besides`` is judged otherwise."""
    return {
        path: blob
        for path, blob in files.items()
        if path.endswith(CODE_SUFFIXES)
        and is_within(path, stage.deps)
        and not is_within(path, besides)
        and not is_dependency_file(path)
    }


def due_dependencies(
    stage: str,
    sides: tuple[Mapping[str, str], Mapping[str, str]],
    files: Mapping[str, str],
    read: tuple[Blob, Blob],
    judged: str,
) -> list[Due]:
    """The code that a stage depends on and that is another one.

    ``sides`` are path → blob id of it at the capture and at HEAD, ``files`` all of HEAD, ``read`` gives the bytes of a
    blob of the capture, and of a path at HEAD; ``judged`` is the policy's ``code``.
    """
    then, now = sides
    whose = f"code that stage {stage} depends on"
    found = due_files(then, files, read, judged, whose)
    places = {one.where for one in found if one.step == "none"}
    return found + [
        Due(
            subject=f"code:{path}",
            action="verify",
            message=f"{path} is new, {whose}",
            observed=blob[:12],
            step="added",
            where=path,
        )
        for path, blob in now.items()
        if path not in then and path not in places
    ]
