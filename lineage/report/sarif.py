"""A report as SARIF 2.1.0 (OASIS), for code scanning: the rules, and one result a finding on the manifest's file."""

import hashlib
from typing import Any
from urllib.parse import quote

from lineage.model.report import Report
from lineage.portable.judge import RULES
from lineage.report.json_document import dump
from lineage.report.rules import UNSEEN
from lineage.report.text import Style, printable

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"fail": "error", "note": "note"}


def render(report: Report, style: Style) -> str:
    """One run. What could not be seen is a warning; what a policy accepts is suppressed, with its reason."""
    results = [
        _result(report, one.change.code, _LEVELS[one.severity], one.message, one.change.subject)
        for one in report.findings
    ]
    for one in report.unknown:
        result = _result(report, UNSEEN.code, "warning", f"{one.subject}: {one.reason}", one.subject)
        if one.accepted:
            result["suppressions"] = [{"kind": "external", "justification": "accepted by the policy"}]
        results.append(result)
    driver: dict[str, Any] = {"name": "lineage", "rules": [_rule(*rule) for rule in (*RULES, UNSEEN)]}
    run = {"tool": {"driver": driver}, "results": results, "properties": {"verdict": report.verdict}}
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, title: str, hint: str) -> dict[str, Any]:
    return {"id": code, "shortDescription": {"text": title}, "help": {"text": hint}}


def _result(report: Report, code: str, level: str, message: str, subject: str) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": code, "level": level, "message": {"text": printable(message)}}
    known = [rule.code for rule in (*RULES, UNSEEN)]
    if code in known:
        result["ruleIndex"] = known.index(code)
    if report.recorded.kind == "manifest":
        uri = quote(report.recorded.location.replace("\\", "/"), errors="surrogateescape")
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}]
    fingerprint = "\0".join((report.recorded.name or report.recorded.location, code, subject))
    digest = hashlib.sha256(fingerprint.encode("utf-8", "surrogateescape")).hexdigest()
    result["partialFingerprints"] = {"lineage/v1": digest}
    return result
