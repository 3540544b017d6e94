"""What was captured, put where it belongs and told."""

from collections import Counter
from pathlib import Path

from lineage.capturing.request import Captured, Listener
from lineage.manifest.files import write_manifest
from lineage.model.manifest import StoredManifest


def write(captured: Captured, path: Path, listener: Listener) -> tuple[StoredManifest, bool]:
    """Write the manifest, and tell it line by line: (what stands there now, whether the file was changed).

    Raises as ``write_manifest``.
    """
    stored, changed = write_manifest(captured.manifest, path)
    manifest = stored.manifest
    listener.tell(f"entry: {captured.entry}")
    if manifest.code.is_snapshot:
        listener.tell(f"snapshot: {manifest.code.commit}")
    packages = manifest.environment.packages
    counted = sorted(Counter(one.use for one in packages).items())
    uses = ", ".join(f"{number} {use}" for use, number in counted) or "none"
    listener.tell(f"packages: {len(packages)} ({uses})")
    for problem in manifest.problems:
        listener.tell(f"problem: {problem.code}: {problem.subject}: {problem.detail}")
    listener.tell(f"{'written' if changed else 'unchanged'}: {stored.id[:19]}")
    return stored, changed


def track(captured: Captured, root: Path, listener: Listener) -> None:
    """Let DVC track the weights. Raises ``WeightsError`` where it refuses."""
    from lineage.dvc.repro import track as dvc_add

    for one in captured.manifest.weights:
        listener.tell(f"tracking: dvc add {one.path}")
        dvc_add(root, one.path)
