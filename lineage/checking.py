"""Which edits make which models due for retraining: two revisions, the manifests of HEAD, a policy → a plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath

from lineage.core.declared import is_dependency_file
from lineage.core.due import due_packages, due_python
from lineage.core.duecode import due_code, due_data
from lineage.core.effective import Promises
from lineage.core.locks.markers import marker_environment
from lineage.edited import changes_between
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.model.manifest import SUFFIX, Manifest, StoredManifest, log_path
from lineage.model.plan import ACTIONS, Due, ModelPlan, Plan
from lineage.portable.environment import Unknown
from lineage.portable.judge import Accepted
from lineage.portable.policy import Accept, Policy, accepting, covering, declared_for
from lineage.revisions import Revision, parse_declarations
from lineage.store.files import parse_manifest
from lineage.store.log import read_log
from lineage.weights.pointers import tracked_outputs

Blob = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """The policies that judge: HEAD's, and in a range the base's too; the worse verdict stands."""

    policies: tuple[tuple[Policy, str], ...]
    """(policy, the file it stands in)"""
    today: date


def check(base: Revision | None, head: Revision, blob: Blob, judges: Judges) -> Plan:
    """What the edits from ``base`` to ``head`` ask for; ``blob`` reads objects of any revision, where they are here.

    A file or model that cannot be read is undecided by name; the others are judged.
    """
    unknown: list[Unknown] = []
    stored, broken = _manifests(head)
    models = [_broken_plan(path, error) for path, error in broken]
    accepted: list[Accepted] = []
    for one in stored:
        try:
            plan, let = _plan(one, base, head, blob, judges)
        except InputError as error:
            plan, let = _broken_plan(one.path, error), []
        models.append(plan)
        accepted += let
    changes = () if base is None else changes_between(base, head, unknown)
    models.sort(key=lambda one: (ACTIONS.index(one.action), one.name, one.manifest))
    return Plan(
        base=None if base is None else base.name,
        head=head.name,
        verdict=_verdict(models, unknown, is_range=base is not None),
        policies=tuple(dict.fromkeys(name for _, name in judges.policies)),
        changes=tuple(changes),
        models=tuple(models),
        unknown=tuple(sorted(set(unknown))),
        accepted=tuple(accepted),
        notes=() if stored or broken else ("no manifest is tracked here: no model can be judged",),
    )


def _verdict(models: Sequence[ModelPlan], unknown: Sequence[Unknown], *, is_range: bool) -> str:
    """Fail beats undecided beats pass; with a range only what is newly due counts."""
    counted = [one for one in models if one.is_new or not is_range]
    if any(one.action == "retrain" for one in counted):
        return "fail"
    if not models or unknown or any(one.action == "undecided" for one in counted):
        return "undecided"
    return "pass"


def _manifests(revision: Revision) -> tuple[list[StoredManifest], list[tuple[str, InputError]]]:
    found, broken = [], []
    for path in sorted(path for path in revision.files if path.endswith(SUFFIX)):
        try:
            found.append(_manifest(revision, path))
        except InputError as error:
            broken.append((path, error))
    return found, broken


def _manifest(revision: Revision, path: str) -> StoredManifest:
    content = revision.read(path)
    if content is None:
        raise InputError("its object is not in this clone", path, "--fetch gets what is missing")
    return parse_manifest(content, path)


def _broken_plan(path: str, error: InputError) -> ModelPlan:
    due = Due(subject=f"manifest:{path}", action="undecided", message=error.message, where=error.where or path)
    return ModelPlan(name=path.removesuffix(SUFFIX), manifest=path, action="undecided", is_new=True, reasons=(due,))


def _plan(
    stored: StoredManifest, base: Revision | None, head: Revision, blob: Blob, judges: Judges
) -> tuple[ModelPlan, list[Accepted]]:
    manifest = stored.manifest
    accepts = _accepts(stored, head)
    worst: ModelPlan | None = None
    accepted: list[Accepted] = []
    for policy, _ in judges.policies:
        due, notes, let = _judged(manifest, head, blob, policy, judges.today, accepts)
        before = _due_before(stored, base, blob, policy, judges.today)
        reasons = tuple(replace(one, is_new=before is None or one.subject not in before) for one in due)
        action = min((one.action for one in reasons), key=ACTIONS.index, default="none")
        plan = ModelPlan(
            name=manifest.name,
            manifest=stored.path,
            action=action,
            is_new=any(one.is_new for one in reasons if one.action == action),
            reasons=tuple(sorted(reasons, key=lambda one: (ACTIONS.index(one.action), one.subject))),
            notes=notes,
        )
        if worst is None or ACTIONS.index(plan.action) < ACTIONS.index(worst.action):
            worst = plan
        accepted += [one for one in let if one not in accepted]
    if worst is None:
        raise InputError("no policy judges", where=stored.path)
    return worst, accepted


def _due_before(
    stored: StoredManifest, base: Revision | None, blob: Blob, policy: Policy, today: date
) -> frozenset[str] | None:
    """The subjects that were due at BASE, by the manifest that stood there; ``None`` where none did."""
    if base is None or stored.path not in base.files:
        return None
    try:
        manifest = _manifest(base, stored.path).manifest
    except InputError:
        return None
    due, _, _ = _judged(manifest, base, blob, policy, today)
    return frozenset(one.subject for one in due)


def _judged(
    manifest: Manifest, revision: Revision, blob: Blob, policy: Policy, today: date, accepts: Sequence[Accept] = ()
) -> tuple[list[Due], tuple[str, ...], list[Accepted]]:
    """(what is due, notes, what a waiver lets through) of one model at one revision."""
    paths, notes = _declared_paths(manifest, revision, policy)
    due: list[Due] = []
    head, then = [], []
    knows_then = True
    for path, recorded in paths:
        if recorded is not None and revision.files.get(path) == recorded:
            continue  # not edited since the capture, so nothing it says is
        now = _read(revision, path, due)
        before = None if recorded is None else _then(path, recorded, revision, blob)
        knows_then = knows_then and before is not None
        head += [] if now is None else [now]
        then += [] if before is None else [before]
    if head or then:
        markers = marker_environment(manifest.environment)
        unedited = [one for path, recorded in paths if (one := _unedited(revision, path, recorded)) is not None]
        promised = Promises([*head, *unedited], markers)
        earlier = Promises([*then, *unedited], markers) if knows_then else None
        due += due_packages(manifest, promised, earlier, policy)
        due += due_python(manifest, _pythons(head, then if knows_then else None), policy)
    due += due_code(manifest, revision.files, revision.read, blob, policy)
    due += due_data(manifest, lambda path: _digest(revision, path), policy)
    left, accepted = _waived(due, manifest.name, policy, today, accepts)
    return left, notes, accepted


def _declared_paths(
    manifest: Manifest, revision: Revision, policy: Policy
) -> tuple[list[tuple[str, str | None]], tuple[str, ...]]:
    """(path, blob id at the capture) of the files that concern a model; without any recorded, all there are."""
    ruled = declared_for(policy.models, manifest.name, [one.path for one in manifest.weights])
    recorded = dict(manifest.declared)
    if ruled is not None:
        return [(path, recorded.get(path)) for path in ruled], ()
    if recorded:
        return list(recorded.items()), ()
    note = "the manifest names no dependency file, so every one of the repository is taken to concern it"
    return [(path, None) for path in sorted(filter(is_dependency_file, revision.files))], (note,)


def _read(revision: Revision, path: str, due: list[Due]) -> Declarations | None:
    try:
        found = revision.declarations(path)
    except InputError as error:
        twin = None
        if path not in revision.files:
            twin = "is not there any more: which file takes its place is not known"
        message = f"{path}: {twin or error.message}"
        due.append(Due(subject=f"file:{path}", action="undecided", message=message, where=error.where or path))
        return None
    return found


def _then(path: str, recorded: str, revision: Revision, blob: Blob) -> Declarations | None:
    """What the file said at the capture; ``None`` where its object is not here or it could not be read."""
    content = blob(recorded)
    if content is None:
        return None
    try:
        return parse_declarations(path, content, revision.read)
    except InputError:
        return None


def _unedited(revision: Revision, path: str, recorded: str | None) -> Declarations | None:
    if recorded is None or revision.files.get(path) != recorded:
        return None
    try:
        return revision.declarations(path)
    except InputError:
        return None


def _pythons(head: Sequence[Declarations], then: Sequence[Declarations] | None) -> list[tuple[str, str]]:
    before = {one.path: one.python for one in then or ()}
    return [
        (one.python, f"{one.path}:{one.python_line}" if one.python_line else one.path)
        for one in head
        if one.python is not None and before.get(one.path) != one.python
    ]


def _digest(revision: Revision, path: str) -> str | None:
    """The digest of an input at a revision, in the form in which manifests record it."""
    if path.endswith(SUFFIX):
        try:
            return _manifest(revision, path).id
        except InputError:
            return None
    pointers = [one for one in revision.files if one.endswith((".dvc", "dvc.lock"))]
    for output in tracked_outputs(sorted(pointers), revision.read):
        if output.path == path:
            return None if output.md5 is None else f"md5:{output.md5}"
    content = revision.read(path)
    return None if content is None else f"sha256:{sha256(content).hexdigest()}"


def _accepts(stored: StoredManifest, revision: Revision) -> list[Accept]:
    """What the log beside the manifest accepts of it. Raises ``InputError``."""
    path = log_path(PurePosixPath(stored.path)).as_posix()
    content = revision.read(path)
    return [] if content is None else [one for one in read_log(content, path) if one.manifest == stored.id]


def _waived(
    due: Sequence[Due], model: str, policy: Policy, today: date, accepts: Sequence[Accept]
) -> tuple[list[Due], list[Accepted]]:
    left, accepted = [], []
    for one in due:
        accept = accepting(accepts, one.subject, one.recorded, one.observed, today)
        if accept is not None:
            until = None if accept.until is None else accept.until.isoformat()
            accepted.append(Accepted(one.subject, one.recorded, one.observed, accept.because, until))
            continue
        waiver = next((w for w in covering(policy.waivers, one.subject, model) if today <= w.until), None)
        if waiver is None:
            left.append(one)
        else:
            until = waiver.until.isoformat()
            accepted.append(Accepted(one.subject, one.recorded, one.observed, waiver.reason, until))
    return left, accepted
