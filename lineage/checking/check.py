"""Which edits make which models due for retraining: two revisions, the manifests of HEAD, policies → a plan.

And what a clone lacks to tell: the commits that hold what models were made from.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lineage.checking.assess import Assessed, assess, let_through
from lineage.checking.due.code import recorded_code
from lineage.checking.due.live import Live
from lineage.checking.due.newcomers import lines_to_paste
from lineage.checking.due.stage import captured_stage
from lineage.checking.gone import gone_models, name_of
from lineage.checking.replaced_weights import replaced_weights
from lineage.checking.revisions.edits import changes_between
from lineage.checking.revisions.likely import refuse_lacking
from lineage.checking.revisions.revision import Revision
from lineage.errors import InputError
from lineage.manifest.log import read_calls, read_log
from lineage.model.declarations import UNRESOLVED
from lineage.model.manifest import NOT_MADE_HERE, Manifest, StoredManifest, log_path, manifests_among
from lineage.model.outside import Outside
from lineage.model.plan import ACTIONS, Due, ModelPlan, Plan
from lineage.portable.environment import Unknown
from lineage.portable.judge import Accepted
from lineage.portable.policy import Accept, Policy, declared_for

if TYPE_CHECKING:
    from lineage.checking.resolver import Resolver

_NONE = "no manifest is tracked here: no model can be judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """The policies that judge: HEAD's, and in a range the base's too; the worse verdict stands."""

    policies: tuple[tuple[Policy, str], ...]
    """(policy, the file it stands in), HEAD's first"""
    today: date
    fail_on: str = "retrain"
    """``verify``: a model to be verified is a failure too"""
    allows_empty: bool = False
    """a repository without a manifest passes"""
    resolver: "Resolver | None" = None
    """makes exact versions of ranges; without one, nothing is started"""
    live: Live | None = None
    """metrics of the models where they serve, where somebody gave them"""
    lists_changes: bool = True
    """the plan lists every change, whether or not a model is touched, and weights that were replaced"""


def check(base: Revision | None, head: Revision, judges: Judges) -> Plan:
    """What the edits from ``base`` to ``head`` ask for; without a base, what ``head`` does.

    A file or model that cannot be read is undecided by name; the others are judged. Raises ``LackingError`` where a
    partial clone has not what is compared.
    """
    refuse_lacking(base, head)
    planned = [_planned(path, base, head, judges) for path in manifests_among(head.files)]
    planned += [] if base is None else [_waived(one, judges) for one in gone_models(base, head)]
    models = [plan for plan, _ in planned if plan.reasons or plan.manifest in head.files]
    accepted = {one: None for _, let in planned for one in let}
    unknown: list[Unknown] = []
    changes = () if base is None or not judges.lists_changes else tuple(changes_between(base, head, unknown))
    return Plan(
        base=None if base is None else base.name,
        head=head.name,
        verdict=_verdict(models, judges, is_range=base is not None),
        policies=tuple(dict.fromkeys(name for _, name in judges.policies)),
        changes=changes,
        models=tuple(sorted(models, key=lambda one: (ACTIONS.index(one.action), one.name, one.manifest))),
        unknown=tuple(sorted(set(unknown))),
        accepted=tuple(accepted),
        notes=(*_not_made_here(head), *_replaced(base, head, judges), *_answers(models, head)) if models else (_NONE,),
    )


def _replaced(base: Revision | None, head: Revision, judges: Judges) -> tuple[str, ...]:
    return replaced_weights(base, head) if judges.lists_changes else ()


def _answers(models: Sequence[ModelPlan], head: Revision) -> tuple[str, ...]:
    """What answers the questions after new files, each once for all models that ask it."""
    asking: dict[str, list[Manifest]] = {}
    for one in models:
        for path in (due.where for due in one.reasons if due.subject.startswith("file:") and due.step == "added"):
            asking.setdefault(path, []).append(head.manifest(one.manifest).manifest)
    return tuple(lines_to_paste(path, asking[path]) for path in sorted(asking))


def _not_made_here(head: Revision) -> tuple[str, ...]:
    """Weights that were recorded again by force: told as long as that stands."""
    found = []
    for path in manifests_among(head.files):
        with suppress(InputError):
            problems = head.manifest(path).manifest.problems
            found += [f"{path}: {one.code}: {one.detail}" for one in problems if one.code == NOT_MADE_HERE]
    return tuple(found)


def _verdict(models: Sequence[ModelPlan], judges: Judges, *, is_range: bool) -> str:
    """Fail beats undecided beats pass; with a range only what is newly due counts.

    A file that no model is concerned by, and that cannot be read, is told and decides nothing.
    """
    if not models:
        return "pass" if judges.allows_empty else "undecided"
    asked = {one.action for model in models for one in model.reasons if one.is_new or not is_range}
    if asked & {"retrain", judges.fail_on}:
        return "fail"
    return "undecided" if "undecided" in asked else "pass"


def _planned(
    path: str, base: Revision | None, head: Revision, judges: Judges
) -> tuple[ModelPlan, tuple[Accepted, ...]]:
    """(what becomes of the model of a manifest, what is let through)."""
    try:
        stored = head.manifest(path)
        accepts, outside = _accepts(stored, head), _outside(stored, head, judges)
        weights = [one.path for one in stored.manifest.weights]
        answered = declared_for(judges.policies[0][0].models, stored.manifest.name, weights) or ()
        seen = [
            assess(stored.manifest, head, policy, judges.today, accepts, judges.resolver, base, answered, outside)
            for policy, _ in judges.policies
        ]
    except InputError as error:
        return _unreadable(path, error, base, head), ()
    # What nothing is asked of is most often most of a repository, and how it stood before says nothing.
    due = _worst(
        [
            _with_age(one.due, _before(path, base, policy, judges)) if one.due else []
            for one, (policy, _) in zip(seen, judges.policies, strict=True)
        ]
    )
    action = min((one.action for one in due), key=ACTIONS.index, default="none")
    plan = ModelPlan(
        name=stored.manifest.name,
        manifest=path,
        action=action,
        is_new=any(one.is_new for one in due if one.action == action),
        reasons=due,
        notes=seen[0].notes,
    )
    return plan, _let_through(seen, due)


def _waived(gone: ModelPlan, judges: Judges) -> tuple[ModelPlan, tuple[Accepted, ...]]:
    """The plan of a manifest that is gone, without what a waiver of every policy lets through."""
    sides = [let_through(gone.reasons, gone.name, policy, judges.today, ()) for policy, _ in judges.policies]
    due = _worst([left for left, _ in sides])
    return replace(gone, reasons=due), () if due else tuple(one for _, let in sides for one in let)


def _let_through(seen: Sequence[Assessed], due: Sequence[Due]) -> tuple[Accepted, ...]:
    """What is let through by every policy: what one of them still asks for is no less due."""
    asked = {one.subject for one in due}
    return tuple(dict.fromkeys(one for each in seen for one in each.accepted if one.subject not in asked))


def _unreadable(path: str, error: InputError, base: Revision | None, head: Revision) -> ModelPlan:
    """A manifest, or its log, that cannot be read; not newly so where the same bytes could not be read at the base."""
    where = error.where or path
    due = Due(subject=f"manifest:{path}", action="undecided", message=error.message, where=where)
    both = (path, log_path(PurePosixPath(path)).as_posix())
    is_new = base is None or _reads(base, path) or any(base.files.get(one) != head.files.get(one) for one in both)
    return ModelPlan(
        name=name_of(path), manifest=path, action="undecided", is_new=is_new, reasons=(replace(due, is_new=is_new),)
    )


def _reads(revision: Revision, path: str) -> bool:
    if path in revision.files:
        try:
            _accepts(revision.manifest(path), revision)
        except InputError:
            return False
    return True


def _before(path: str, base: Revision | None, policy: Policy, judges: Judges) -> Sequence[Due]:
    """What was due at the base, by the manifest and the log that stood there."""
    if base is None or path not in base.files:
        return ()
    try:
        stored = base.manifest(path)
        accepts, outside = _accepts(stored, base), _outside(stored, base, judges)
        found = assess(stored.manifest, base, policy, judges.today, accepts, judges.resolver, outside=outside)
    except InputError:
        return ()
    return [one for one in found.due if not one.subject.startswith(UNRESOLVED)]


def _with_age(due: Iterable[Due], before: Sequence[Due]) -> list[Due]:
    return [replace(one, is_new=not any(_stood(one, earlier) for earlier in before)) for one in due]


def _stood(due: Due, before: Due) -> bool:
    """Whether something was as due before; where one of the two is not decided, only what is the same was."""
    if due.subject != before.subject or ACTIONS.index(due.action) < ACTIONS.index(before.action):
        return False
    is_told = "undecided" not in (due.action, before.action)
    return is_told or (due.observed, due.mark) == (before.observed, before.mark)


def _worst(by_policy: Sequence[Sequence[Due]]) -> tuple[Due, ...]:
    """What several policies find, each subject once: what is new and asks for most stands. Strongest first."""
    found: dict[tuple[str, str | None, str], Due] = {}
    for one in (one for due in by_policy for one in due):
        key = (one.subject, one.observed, one.mark)
        known = found.setdefault(key, one)
        if (not one.is_new, ACTIONS.index(one.action)) < (not known.is_new, ACTIONS.index(known.action)):
            found[key] = one
    return tuple(sorted(found.values(), key=lambda one: (ACTIONS.index(one.action), one.subject)))


def _accepts(stored: StoredManifest, revision: Revision) -> list[Accept]:
    """What the log beside the manifest accepts of it. Raises ``InputError``."""
    path = log_path(PurePosixPath(stored.path)).as_posix()
    content = revision.read(path)
    return [] if content is None else [one for one in read_log(content, path) if one.manifest == stored.id]


def _outside(stored: StoredManifest, revision: Revision, judges: Judges) -> Outside:
    """What the log beside the manifest calls due of it, and its live metrics. Raises ``InputError``."""
    path = log_path(PurePosixPath(stored.path)).as_posix()
    content = revision.read(path)
    calls = () if content is None else read_calls(content, path)
    live = None if judges.live is None else tuple(judges.live.values.get(stored.path, ()))
    return Outside(called=tuple(one for one in calls if one.manifest == stored.id), live=live)


def lacking(head: Revision) -> tuple[str, ...]:
    """The commits of captures whose files were edited since and are not in this clone, each once, sorted."""
    found = set()
    for path in manifests_among(head.files):
        try:
            manifest = head.manifest(path).manifest
        except InputError:
            continue
        is_edited = any(_lacks(head, one) for one in _edited(manifest, head))
        if is_edited or _lacks_stage(manifest, head) or _lacks_objects(manifest, head):
            # A snapshot may never have been pushed; its base tells at least what it was made from.
            code = manifest.code
            found.add(code.base if code.commit is None or code.is_snapshot else code.commit)
    return tuple(sorted(found - {""}))


def _edited(manifest: Manifest, head: Revision) -> list[str]:
    recorded = [*manifest.declared, *recorded_code(manifest, head.files).items()]
    return [blob for path, blob in recorded if head.files.get(path) != blob]


def _lacks(head: Revision, blob: str) -> bool:
    try:
        return head.readings.blob(blob) is None
    except InputError:
        return False


def _lacks_objects(manifest: Manifest, head: Revision) -> bool:
    """Whether a file installs what only the capture's commit has as it was, and that is not here."""
    commit = manifest.code.commit or manifest.code.base
    if head.history is None or not commit or head.history.has(commit):
        return False
    for path, _ in manifest.declared:
        with suppress(InputError):
            declared = head.declarations(path)
            if declared is not None and declared.parts:
                return True
    return False


def _lacks_stage(manifest: Manifest, head: Revision) -> bool:
    """Whether a stage makes the model, and nothing of it at the capture is here."""
    try:
        stage = captured_stage(manifest, head)
    except InputError:
        return False
    return stage is not None and stage.commit is None
