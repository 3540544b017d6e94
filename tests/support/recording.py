"""Capture and verify as the commands do, without the command line: values in, values out."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lineage.capturing.capture import capture
from lineage.capturing.request import Captured, CaptureRequest
from lineage.manifest.files import write_manifest
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.policy import Policy
from lineage.targets.interpreter import InterpreterSource
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support.projects import MODEL, python_of

NOW = datetime(2026, 11, 20, 21, 33, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def source(environment: Path) -> InterpreterSource:
    return InterpreterSource(str(python_of(environment)), env=os.environ)


def captured(root: Path, environment: Path, *paths: str, **options: Any) -> Captured:
    """The manifest of weights of a repository, not written."""
    request = CaptureRequest(paths=tuple(root / path for path in paths or (MODEL,)), **options)
    return capture(request, source(environment), now=NOW)


def recorded(root: Path, environment: Path, *paths: str, **options: Any) -> StoredManifest:
    """The manifest of weights of a repository, written where it belongs."""
    found = captured(root, environment, *paths, **options)
    stored, _ = write_manifest(found.manifest, found.path)
    return stored


def verified(
    stored: StoredManifest, environment: Path, policy: Policy | None = None, weights: WeightsPlace | None = None
) -> Report:
    """The verdict on a target; the weights are not looked at unless a place is given."""
    place = WeightsPlace(skip=True) if weights is None else weights
    return verify(stored, source(environment), (Packages(), place), policy or Policy(), today=TODAY)


def failures(report: Report) -> tuple[str, ...]:
    return tuple(one.message for one in report.findings if one.severity == "fail")


def notes(report: Report) -> tuple[str, ...]:
    return tuple(one.message for one in report.findings if one.severity == "note")


def unknowns(report: Report) -> tuple[str, ...]:
    return tuple(f"{one.subject}: {one.reason}" for one in report.unknown if not one.accepted)
