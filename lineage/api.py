"""The same verbs from Python: values in, values out; no printing, no ``sys.exit``, no configuration read.

``capture`` inside a training process describes that process: what it has loaded, and the script it runs.
"""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.errors import InputError, LineageMismatch
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.policy import Policy

if TYPE_CHECKING:
    from lineage.capturing.request import CaptureRequest
    from lineage.model.run import AskedCapture


def capture(
    *paths: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    name: str | None = None,
    entry: str | os.PathLike[str] | None = None,
    labels: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    snapshot: bool = True,
    force: bool = False,
) -> StoredManifest | None:
    """Write the manifest of weights that this process has just trained, and give it back.

    ``entry`` is the training script; left out, the script that this process runs, or what its session ran: of IPython
    and notebooks the cells are read. Where files differ from HEAD, a ``snapshot`` of them is kept below
    ``refs/lineage``, and recorded as the commit. Raises ``LineageError``; then no manifest was written, and one that
    stood there still stands.

    Weights that this process did not write are captured as the command does afterwards: evidence ``asserted``, and
    ``force`` records those that the committed manifest has as made here, with a problem.

    Under ``lineage run`` it is given back as it is now, and written when the run has succeeded, with all that was seen
    of it. In a distributed launch only the first rank captures; the others get ``None``.
    """
    from lineage.running.watch import is_first_rank, watched_run

    if not is_first_rank(os.environ):
        return None
    loaded, mapped = _loaded_files(), _mapped_files()
    from lineage.capturing.capture import capture as captured
    from lineage.capturing.request import CaptureRequest
    from lineage.capturing.use.evidence import Evidence
    from lineage.code.ci_build import read_builds
    from lineage.manifest.files import as_stored, write_manifest
    from lineage.manifest.values import plain_table
    from lineage.running.kept_runs import ask_capture, started_code
    from lineage.running.session import began, observe_script, observe_session, wrote
    from lineage.targets.interpreter import ThisProcessSource

    run = watched_run()
    weights = tuple(Path(path) for path in paths)
    is_made = True if run is not None else wrote(weights)
    script = Path(entry) if entry is not None else None if is_made is False else observe_script()
    seen = Evidence(files=loaded | mapped, libraries=mapped, since=began(), session=observe_session(), is_whole=True)
    request = CaptureRequest(
        paths=weights,
        output=None if output is None else Path(output),
        name=name,
        entry=script,
        seen=None if is_made is False else seen,
        evidence="observed" if is_made else "asserted",
        builds=read_builds(os.environ),
        labels=plain_table(labels or {}, "labels"),
        metrics=plain_table(metrics or {}, "metrics"),
        params=plain_table(params or {}, "params"),
        started=None if run is None else started_code(run),
        snapshot_limit=Policy().snapshot.limit if snapshot else None,
        force=force,
    )
    found = captured(request, ThisProcessSource(), now=datetime.now(UTC))
    if run is not None:
        ask_capture(run, _asked(request, None if entry is None else script))
        return as_stored(found.manifest, found.path)
    stored, _ = write_manifest(found.manifest, found.path)
    return stored


def _asked(request: "CaptureRequest", entry: Path | None) -> "AskedCapture":
    from lineage.model.run import AskedCapture
    from lineage.redaction.values import concealed

    return AskedCapture(
        paths=tuple(str(path.absolute()) for path in request.paths),
        output=None if request.output is None else str(request.output.absolute()),
        name=request.name,
        entry=None if entry is None else str(entry.absolute()),
        labels=concealed(request.labels),
        metrics=concealed(request.metrics),
        params=concealed(request.params),
        session=None if request.seen is None else request.seen.session,
        snapshot=request.snapshot_limit is not None,
    )


def _loaded_files() -> frozenset[str]:
    """The files of the modules loaded now; taken first, before our own imports add to them."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return frozenset(os.path.abspath(file) for file in files if isinstance(file, str))  # noqa: PTH100 - links kept


def _mapped_files() -> frozenset[str]:
    """The shared objects that are mapped now; none where the system does not tell."""
    from lineage.guest.mapped import libraries

    try:
        return frozenset(libraries())  # type: ignore[no-untyped-call]
    except OSError:
        return frozenset()


def verify(
    manifest: str | os.PathLike[str],
    *,
    against: str | None = None,
    interpreter: str | None = None,
    weights: str | os.PathLike[str] | None = None,
    code: str | os.PathLike[str] | None = None,
    policy: Policy | None = None,
) -> Report:
    """The verdict on serving a recorded model in this process, or in the target ``against`` names.

    ``interpreter`` chooses one of a directory (``dir:PATH``) that holds several. ``weights`` is where they lie; left
    out, beside the manifest. ``code`` is the directory of the code that is served; left out, code is not
    compared. Raises ``LineageError`` when it cannot be found out.
    """
    from lineage.manifest.files import read_manifest
    from lineage.targets.interpreter import ThisProcessSource
    from lineage.targets.source import Source
    from lineage.targets.spec import compared_source, parse_target
    from lineage.verifying.code import CodePlace
    from lineage.verifying.packages import Packages
    from lineage.verifying.verify import Comparator
    from lineage.verifying.verify import verify as verified
    from lineage.verifying.weights import WeightsPlace

    path = Path(manifest)
    stored = read_manifest(path)
    if against is not None:
        environment = stored.manifest.environment
        source: Source = compared_source(parse_target(against), os.environ, environment, interpreter)
    elif interpreter is None:
        source = ThisProcessSource()
    else:
        raise InputError("interpreter chooses one of those in a directory: against='dir:PATH'")
    place = WeightsPlace(named=None if weights is None else Path(weights), beside=path.parent)
    comparators: tuple[Comparator, ...] = (Packages(), place)
    if code is not None or stored.manifest.has_own_packages:
        comparators += (CodePlace(directory=None if code is None else Path(code), repository=path.parent),)
    return verified(
        stored,
        source,
        comparators,
        Policy() if policy is None else policy,
        today=datetime.now(UTC).date(),
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

    It is a part of this process: what has replaced modules in it can replace the answer too.
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
