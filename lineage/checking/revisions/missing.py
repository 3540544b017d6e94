"""What a clone lacks to tell what a model was made from: the commits that hold it."""

from lineage.checking.due.stage import captured_stage
from lineage.checking.revisions.revision import Revision
from lineage.errors import InputError
from lineage.model.manifest import SUFFIX, Manifest


def lacking(head: Revision) -> tuple[str, ...]:
    """The commits of captures whose files were edited since and are not in this clone, each once, sorted."""
    found = set()
    for path in sorted(one for one in head.files if one.endswith(SUFFIX)):
        try:
            manifest = head.manifest(path).manifest
        except InputError:
            continue
        if any(_lacks(head, one) for one in _edited(manifest, head)) or _lacks_stage(manifest, head):
            # A snapshot may never have been pushed; its base tells at least what it was made from.
            code = manifest.code
            found.add(code.base if code.commit is None or code.is_snapshot else code.commit)
    return tuple(sorted(found - {""}))


def _edited(manifest: Manifest, head: Revision) -> list[str]:
    recorded = [*manifest.declared, *manifest.code.files]
    return [blob for path, blob in recorded if head.files.get(path) != blob]


def _lacks(head: Revision, blob: str) -> bool:
    try:
        return head.readings.blob(blob) is None
    except InputError:
        return False


def _lacks_stage(manifest: Manifest, head: Revision) -> bool:
    """Whether a stage makes the model, and nothing of it at the capture is here."""
    try:
        stage = captured_stage(manifest, head)
    except InputError:
        return False
    return stage is not None and stage.commit is None
