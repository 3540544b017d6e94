"""Manifests of the base that HEAD lacks, though nothing says that the model is gone: what it was made with is lost."""

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from lineage.checking.revisions.revision import Revision
from lineage.errors import InputError
from lineage.model.manifest import SUFFIX, StoredManifest, manifests_among
from lineage.model.plan import Due, ModelPlan


def gone_models(base: Revision, head: Revision) -> list[ModelPlan]:
    """One undecided plan for each manifest that is gone, or became a link.

    None for one whose id stands elsewhere, whose weights another one records or went too, or that HEAD's branch never
    had.
    """
    gone = [path for path in manifests_among(base.files) if path not in head.files]
    if not gone:
        return []
    there = [one for path in manifests_among(head.files) if (one := _stored(head, path)) is not None]
    ids = {one.id for one in there}
    recorded = {weights.path for one in there for weights in one.manifest.weights}
    missed = [one for one in gone if not _stands(one, base, ids, recorded) and _is_missed(one, base, head)]
    return [_told(path, base, head) for path in missed]


def name_of(path: str) -> str:
    """What a model is called whose manifest cannot be read: the path of its weights without the suffix."""
    return PurePosixPath(path.removesuffix(SUFFIX)).with_suffix("").as_posix()


def _stored(revision: Revision, path: str) -> StoredManifest | None:
    try:
        return revision.manifest(path)
    except InputError:
        return None


def _stands(path: str, base: Revision, ids: Collection[str], recorded: Collection[str]) -> bool:
    """Whether a manifest stands elsewhere, or another one records its weights."""
    stored = _stored(base, path)
    return stored is not None and (stored.id in ids or all(one in recorded for one in _weights(path, base)))


def _is_missed(path: str, base: Revision, head: Revision) -> bool:
    return not _went(_weights(path, base), base, head) and not _was_never_had(path, base, head)


def _weights(path: str, base: Revision) -> Sequence[str]:
    """The paths of a model's weights; of a manifest that cannot be read the one that it lies beside."""
    stored = _stored(base, path)
    return [path.removesuffix(SUFFIX)] if stored is None else [one.path for one in stored.manifest.weights]


def _went(weights: Sequence[str], base: Revision, head: Revision) -> bool:
    """Whether git or DVC had all weights at the base, and none at HEAD."""
    try:
        return all(_lies(one, base) for one in weights) and not any(_lies(one, head) for one in weights)
    except InputError:  # a pointer that cannot be read tells nothing
        return False


def _lies(path: str, revision: Revision) -> bool:
    """Whether git or DVC has something at a path, behind a link too."""
    if path in revision.files or any(one.startswith(f"{path}/") for one in revision.files):
        return True
    return revision.output_around(path) is not None or revision.behind_link(path) is not None


def _was_never_had(path: str, base: Revision, head: Revision) -> bool:
    """Whether the manifest came to the base's branch after HEAD's went its own way: a merge would keep it."""
    history = head.history
    if history is None or not head.is_commit:
        return False
    common = history.merge_base(base.name, head.name)
    return common not in (None, base.name) and history.blob(f"{common}:{path}") is None


def _told(path: str, base: Revision, head: Revision) -> ModelPlan:
    message = f"{path} {_what(path, _weights(path, base), head)}"
    due = Due(subject=f"manifest:{path}", action="undecided", message=message, where=path)
    stored = _stored(base, path)
    name = name_of(path) if stored is None else stored.manifest.name
    return ModelPlan(name=name, manifest=path, action="undecided", is_new=True, reasons=(due,))


def _what(path: str, weights: Sequence[str], head: Revision) -> str:
    shown = ", ".join(weights)
    lost = f"nothing tells any more what {shown} was made with"
    if head.behind_link(path) is not None:
        return f"is a symbolic link now, or lies behind one, which is not followed: {lost}"
    try:
        stays = any(_lies(one, head) for one in weights)
    except InputError as error:
        return f"is gone, and whether {shown} went too cannot be told: {error.where}: {error.message}"
    return (
        f"is gone, and {shown} stays: {lost}" if stays else f"is gone, and whether {shown} went too is not known here"
    )
