"""The same verbs from Python: values in, values out; no printing, no ``sys.exit``, no configuration read.

``capture`` inside a training process describes that process: what it has loaded, and the script it runs.
"""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lineage.errors import InputError, LineageMismatch
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.policy import Policy


def capture(
    *paths: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    name: str | None = None,
    entry: str | os.PathLike[str] | None = None,
    labels: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
) -> StoredManifest:
    """Write the manifest of weights that this process has just trained, and give it back.

    ``entry`` is the training script; left out, the script that this process runs. Raises ``LineageError``; then no
    manifest was written, and one that stood there still stands.
    """
    loaded = _loaded_files()
    from lineage.capturing import CaptureRequest
    from lineage.capturing import capture as captured
    from lineage.core.values import plain_table
    from lineage.sources.interpreter import ThisProcessSource
    from lineage.store.files import write_manifest

    script = _script() if entry is None else Path(entry)
    request = CaptureRequest(
        paths=tuple(Path(path) for path in paths),
        output=None if output is None else Path(output),
        name=name,
        entry=script,
        loaded_files=loaded,
        evidence="observed",
        labels=plain_table(labels or {}, "labels"),
        metrics=plain_table(metrics or {}, "metrics"),
        params=plain_table(params or {}, "params"),
    )
    found = captured(request, ThisProcessSource(), now=datetime.now(UTC))
    stored, _ = write_manifest(found.manifest, found.path)
    return stored


def _loaded_files() -> frozenset[str]:
    """The files of the modules loaded now; taken first, before our own imports add to them."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return frozenset(os.path.abspath(file) for file in files if isinstance(file, str))  # noqa: PTH100 - links kept


def _script() -> Path | None:
    """The script this process runs; ``None`` in an interactive session."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(file) if isinstance(file, str) and Path(file).is_file() else None


def verify(
    manifest: str | os.PathLike[str],
    *,
    against: str | None = None,
    weights: str | os.PathLike[str] | None = None,
    policy: Policy | None = None,
) -> Report:
    """The verdict on serving a recorded model in this process, or in the target ``against`` names.

    ``weights`` is where they lie; left out, beside the manifest. Raises ``LineageError`` when it cannot be found out.
    """
    from lineage.comparing_weights import WeightsPlace
    from lineage.sources.base import Source
    from lineage.sources.interpreter import ThisProcessSource
    from lineage.sources.spec import compared_source, parse_target
    from lineage.store.files import read_manifest
    from lineage.verifying import verify as verified

    path = Path(manifest)
    stored = read_manifest(path)
    if against is None:
        source: Source = ThisProcessSource()
    else:
        source = compared_source(parse_target(against), os.environ, stored.manifest.environment)
    return verified(
        stored,
        source,
        Policy() if policy is None else policy,
        today=datetime.now(UTC).date(),
        weights=WeightsPlace(named=None if weights is None else Path(weights), beside=path.parent),
        policy_name="defaults" if policy is None else "given",
    )


def require(
    manifest: str | os.PathLike[str],
    *,
    mode: str = "raise",
    weights: str | os.PathLike[str] | None = None,
    policy: Policy | None = None,
) -> Report:
    """The report on serving a recorded model in this process, when it passes.

    Raises ``LineageMismatch`` for any other verdict, undecided included; with ``mode="warn"`` that is only logged.
    """
    if mode not in ("raise", "warn"):
        raise InputError(f"mode must be 'raise' or 'warn', not {mode!r}")
    report = verify(manifest, weights=weights, policy=policy)
    if report.verdict != "pass":
        reasons = [one.message for one in report.findings if one.severity == "fail"]
        reasons += [f"{one.subject}: {one.reason}" for one in report.unknown if not one.accepted]
        message = f"{report.verdict}: {'; '.join(reasons)}"
        if mode == "raise":
            raise LineageMismatch(f"{manifest}: {message}", report)
        logging.getLogger("lineage").warning("%s: %s", manifest, message)
    return report
