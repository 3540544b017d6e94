"""What is left to do after a retraining."""

import os
import shlex
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from lineage.checking.revisions.revision import Revision
from lineage.model.inputs import is_within
from lineage.model.retraining import Outcome
from lineage.retraining.plan import readable, reads


def tell_next(
    made: Sequence[Outcome],
    written: Collection[str],
    root: Path,
    tracks: bool,
    head: Revision,
    tell: Callable[[str], None],
) -> None:
    """Which files are to be committed, which weights are to be tracked, and which models are due by what was made.

    ``written``: files that the commands wrote, POSIX from the root. With ``tracks``, DVC is let track the weights that
    it tracked before. Raises ``WeightsError`` where it refuses.
    """
    manifests = {one.manifest for one in made}
    for path, name in _overwritten(head, written, manifests):
        tell(f"{path} was written, so the manifest of {name} is not of it any more: lineage retrain {name}")
    if not made:
        return
    for name in _made_from(head, manifests):
        tell(f"{name} is made from what was retrained: it is due now")
    pointers = _tracked(made, root, head, tracks, tell)
    locks = {path for path in written if PurePosixPath(path).name == "dvc.lock"}
    where = "" if root == Path(os.path.realpath(".")) else f" -C {shlex.quote(str(root))}"
    tell(f"next: git{where} add {shlex.join(sorted({*manifests, *pointers, *locks}))}")


def _made_from(revision: Revision, manifests: Collection[str]) -> tuple[str, ...]:
    """Names of models that are made from models at these manifests, and are not among them."""
    known = dict(readable(revision))
    made = [known[path] for path in manifests if path in known]
    others = (stored for path, stored in known.items() if path not in manifests)
    return tuple(sorted(one.manifest.name for one in others if any(reads(one, each) for each in made)))


def _overwritten(revision: Revision, written: Collection[str], manifests: Collection[str]) -> list[tuple[str, str]]:
    """(weights, name) of models that are not at these manifests, and whose weights are among the files written."""
    return [
        (one.path, stored.manifest.name)
        for path, stored in readable(revision)
        if path not in manifests
        for one in stored.manifest.weights
        if any(is_within(each, [one.path]) for each in written)
    ]


def _tracked(
    made: Sequence[Outcome], root: Path, head: Revision, tracks: bool, tell: Callable[[str], None]
) -> set[str]:
    """The pointers of DVC that hold the weights; those of a stage stand in ``dvc.lock`` already."""
    from lineage.dvc.repro import track

    pointers = set()
    for one in made:
        for weights in head.manifest(one.manifest).manifest.weights:
            around = (weights.path, *(parent.as_posix() for parent in PurePosixPath(weights.path).parents))
            path = next((each for each in around if f"{each}.dvc" in head.files), None)
            if path is None:
                continue
            if tracks:
                tell(f"tracking: dvc add {path}")
                track(root, path)
            else:
                tell(f"next: dvc add {shlex.quote(path)}")
            pointers.add(f"{path}.dvc")
    return pointers
