"""A report as a JSON document, schema 1.0: the same bytes for the same answer."""

import hashlib
import json
from typing import Any

from lineage.model.report import Report, Side
from lineage.report.text import Style

SCHEMA = "1.0"


def render(report: Report, style: Style) -> str:
    """The document, indented, ending in a newline."""
    document: dict[str, Any] = {"schema": SCHEMA, "command": report.command, "verdict": report.verdict}
    if report.command == "verify":
        side = report.recorded
        document["manifest"] = {"path": side.location, "id": side.id, "name": side.name}
    else:
        document["recorded"] = _side(report.recorded)
    document["target"] = _side(report.observed)
    if report.policy:
        document["policy"] = report.policy
    checked = report.checked
    document["checked"] = {"packages": checked.packages, "by": dict(checked.by)}
    if report.command == "verify":
        document["checked"] |= {"files": checked.files, "weights": checked.weights, "code": checked.code}
    if checked.by_place:
        document["checked"]["by_place"] = checked.by_place
    if checked.code != "skipped":
        document["checked"]["code_files"] = checked.code_files
    if checked.installed is not None:
        document["checked"]["installed"] = checked.installed
    if checked.weights_files:
        document["weights_files"] = list(checked.weights_files)
    document["findings"] = [
        {
            "code": one.change.code,
            "subject": one.change.subject,
            "severity": one.severity,
            "recorded": one.change.recorded,
            "observed": one.change.observed,
            "step": one.change.step,
            "use": one.change.use,
            "message": one.message,
        }
        for one in report.findings
    ]
    document["unknown"] = [
        {"subject": one.subject, "reason": one.reason, "accepted": one.accepted} for one in report.unknown
    ]
    if report.not_looked_at:
        document["not_looked_at"] = list(report.not_looked_at)
    document["accepted"] = [one._asdict() for one in report.accepted]
    if report.notes:
        document["notes"] = list(report.notes)
    return dump(document)


def dump(document: object) -> str:
    """A document as every command writes it."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    # Bytes of a file name that are not UTF-8 come as surrogates; their escape is the one that JSON has for them.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def fingerprint(*parts: str) -> str:
    """What tells a finding from others, whatever else changes."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _side(side: Side) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": side.kind, "location": side.location, "python": side.python}
    if side.id is not None:
        document |= {"id": side.id, "name": side.name}
    return document | {"executed": side.executed}
