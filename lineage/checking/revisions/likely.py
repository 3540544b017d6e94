"""The files that a check reads most likely: what a partial clone lacks of them is got at once, or told at once."""

import posixpath
from collections.abc import Iterator

from lineage.checking.revisions.revision import Revision
from lineage.code.same_code import CODE_SUFFIXES
from lineage.dependencies.forms import is_dependency_file
from lineage.dvc.pointers import is_pointer
from lineage.errors import LackingError
from lineage.git.partial import LACKING
from lineage.model.manifest import SUFFIX

_NAMES = ("pyproject.toml", "lineage.toml", "dvc.yaml", "dvc.lock")


def likely_read(base: Revision | None, head: Revision) -> Iterator[tuple[str, str]]:
    """(path, blob id): of HEAD what tells of models, and of both sides what is read where it was edited."""
    for path, blob in head.files.items():
        if _tells_of_models(path):
            yield path, blob
    for path in () if base is None else sorted({*base.files, *head.files}):
        sides = [side.files.get(path) for side in (base, head) if side is not None]
        if sides[0] != sides[1] and (
            _tells_of_models(path) or path.endswith(CODE_SUFFIXES) or is_dependency_file(path)
        ):
            yield from ((path, blob) for blob in sides if blob is not None)


def _tells_of_models(path: str) -> bool:
    is_named = posixpath.basename(path) in _NAMES
    return is_named or path.endswith((SUFFIX, ".lineage-log.jsonl")) or is_pointer(path)


def refuse_lacking(base: Revision | None, head: Revision) -> None:
    """Raises ``LackingError`` where a partial clone has not what a check reads: half of it would tell nothing."""
    objects = head.history
    if objects is None or not objects.is_partial:
        return
    absent = objects.lacks(blob for _, blob in likely_read(base, head))
    paths = sorted({path for path, blob in likely_read(base, head) if blob in absent})
    if paths:
        others = f", and {len(paths) - 1} more are not" if len(paths) > 1 else ""
        raise LackingError(f"its object is not in this clone{others}", paths[0], LACKING)
