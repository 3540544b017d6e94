"""The stage that makes a model, where only DVC can fill it in: unchanged only where its text is."""

from lineage.checking.due.stage import maker
from lineage.checking.revisions.revision import Revision
from lineage.dvc.unread_stages import UnreadStage, unread_stages
from lineage.errors import InputError
from lineage.model.declarations import mark_of
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.policy import Policy

_WHY = "is made of foreach, matrix or ${…}, which is not read,"


def due_unread_stage(manifest: Manifest, revision: Revision, policy: Policy) -> list[Due]:
    """What makes the weights, may be a stage that cannot be read, and reads otherwise than at the capture.

    A pipeline that is malformed as a whole is told where the stages that can be read are judged.
    """
    if policy.retrain.code == "any":
        return []
    paths = tuple(one.path for one in manifest.weights)
    try:
        makers = [] if maker(revision.stages(), paths) else revision.unread_stages()
    except InputError:
        return []
    return [due for one in makers if one.makes(paths) and (due := _due(one, manifest, revision)) is not None]


def _due(one: UnreadStage, manifest: Manifest, revision: Revision) -> Due | None:
    history, code = revision.history, manifest.code
    commits = [name for name in (code.commit, code.base) if name]
    commit = None if history is None else next((name for name in commits if history.has(name)), None)
    why = "and what it was when the model was made is not in this clone"
    if commit is not None:
        if any((then.name, then.text) == (one.name, one.text) for then in _then(commit, one.file, revision)):
            return None
        why = "and not what it was when the model was made"
    subject, message = f"code:{one.file}:{one.name}", f"stage {one.name}: {_WHY} {why}"
    return Due(subject=subject, action="undecided", message=message, mark=mark_of(one.text), where=one.file)


def _then(commit: str, path: str, revision: Revision) -> tuple[UnreadStage, ...]:
    try:
        return unread_stages(path, lambda other: revision.readings.blob(f"{commit}:{other}"))
    except InputError:
        return ()
