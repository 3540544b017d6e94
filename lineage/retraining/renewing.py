"""What to capture after a retraining: the models that it was for, with what their processes asked for."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from lineage.capturing.request import CaptureRequest
from lineage.model.manifest import EMPTY, Table, freeze
from lineage.model.retraining import Renewal
from lineage.model.run import AskedCapture, Run
from lineage.portable.environment import Problem

Read = Callable[[Path, str], Table]
"""(file, what it holds) → its table"""


def renewed(
    requests: Sequence[CaptureRequest],
    renewals: Sequence[Renewal],
    asked: Sequence[AskedCapture],
    run: Run,
    root: Path,
    read: Read,
) -> tuple[CaptureRequest, ...]:
    """``requests``, one for each renewal, as its manifest wants them: metrics of a file win over those of a process."""
    return tuple(_one(request, one, asked, run, root, read) for request, one in zip(requests, renewals, strict=True))


def _one(
    request: CaptureRequest, renewal: Renewal, asked: Sequence[AskedCapture], run: Run, root: Path, read: Read
) -> CaptureRequest:
    paths = tuple(root / path for path in renewal.paths)
    told = [
        one for one in asked if {os.path.realpath(path) for path in one.paths} & {os.path.realpath(p) for p in paths}
    ]
    files = {
        key: root / path for key, path in (("metrics", renewal.metrics), ("params", renewal.params)) if path is not None
    }
    is_old = renewal.metrics is not None and renewal.metrics not in run.written
    values = {} if renewal.metrics is None or is_old else {"metrics": read(files["metrics"], "metrics")}
    values |= {} if renewal.params is None else {"params": read(files["params"], "parameters")}
    last = told[-1] if told else None
    table: dict[str, object] = {key: getattr(renewal, key) for key in files}
    table |= {"reasons": renewal.reasons} if renewal.reasons else {}
    return replace(
        request,
        paths=paths,
        output=root / renewal.manifest,
        name=renewal.name,
        entry=request.entry or (None if last is None or last.entry is None else Path(last.entry)),
        labels=request.labels if last is None else freeze({**last.labels, **request.labels}),
        metrics=freeze({**({} if last is None else last.metrics), **values.get("metrics", EMPTY), **request.metrics}),
        params=freeze({**({} if last is None else last.params), **values.get("params", EMPTY), **request.params}),
        generated=(*request.generated, *files.values()),
        run=freeze({**request.run, **table}),
        problems=(*request.problems, *([_other_run(renewal.metrics)] if renewal.metrics and is_old else [])),
    )


def _other_run(path: str) -> Problem:
    """What an earlier run measured would pass for what this one did."""
    return Problem("metrics.other-run", path, "the run did not write it: not recorded")
