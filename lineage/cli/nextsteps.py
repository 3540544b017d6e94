"""What is left to do after a retraining, told on stderr."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from lineage.checking.revisions.revision import Revision
from lineage.cli.emit import say
from lineage.cli.rerun import Ground
from lineage.model.retraining import Outcome
from lineage.retraining.plan import made_from, overwritten


def tell_next(
    made: Sequence[Outcome], written: set[str], ground: Ground, tracks: bool, head: Revision, quiet: bool
) -> None:
    """Which files are to be committed, which weights are to be tracked, and which models are due by what was made.

    ``written``: files that the commands wrote, POSIX from the root. With ``tracks``, DVC is let track the weights that
    it tracked before. Raises ``WeightsError`` where it refuses.
    """
    manifests = {one.manifest for one in made}
    for path, name in overwritten(head, written, manifests):
        say(f"{path} was written, so the manifest of {name} is not of it any more: lineage retrain {name}", quiet)
    if not made:
        return
    for name in made_from(head, manifests):
        say(f"{name} is made from what was retrained: it is due now", quiet)
    pointers = _tracked(made, ground, head, tracks, quiet)
    locks = {path for path in written if PurePosixPath(path).name == "dvc.lock"}
    where = "" if ground.root == Path(os.path.realpath(".")) else f" -C {shlex.quote(str(ground.root))}"
    say(f"next: git{where} add {shlex.join(sorted({*manifests, *pointers, *locks}))}", quiet)


def _tracked(made: Sequence[Outcome], ground: Ground, head: Revision, tracks: bool, quiet: bool) -> set[str]:
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
                say(f"tracking: dvc add {path}", quiet)
                track(ground.root, path)
            else:
                say(f"next: dvc add {shlex.quote(path)}", quiet)
            pointers.add(f"{path}.dvc")
    return pointers
