"""A report or a plan as SARIF 2.1.0 (OASIS), for code scanning: the rules, and one result a finding or a reason."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from lineage.model.plan import Due, ModelPlan, Plan
from lineage.model.report import Report
from lineage.portable.judge import RULES, Rule
from lineage.report.json_document import dump, fingerprint
from lineage.report.plan import place_of
from lineage.report.text import Style, printable

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"fail": "error", "note": "note"}
_UNSEEN = Rule("not-observed", "could not be seen", "make it visible to the target's reader, or accept it by name")
"""Of an unknown: the one rule that is no finding."""
_RULES = (*RULES, _UNSEEN)
_PLAN_RULES = (
    Rule("retrain", "model due for retraining", "retrain it, accept the change, or take it back"),
    Rule("verify", "model to be verified", "verify it in the environment that it is served in"),
    Rule("undecided", "model not decided", "make readable what could not be read"),
)
_PLAN_LEVELS = {"retrain": "error", "undecided": "error", "verify": "warning"}


def render(report: Report, style: Style) -> str:
    """One run. What could not be seen is a warning; what a policy accepts is suppressed, with its reason."""
    results = [
        _result(report, one.change.code, _LEVELS[one.severity], one.message, one.change.subject)
        for one in report.findings
    ]
    for one in report.unknown:
        result = _result(report, _UNSEEN.code, "warning", f"{one.subject}: {one.reason}", one.subject)
        if one.accepted:
            result["suppressions"] = [{"kind": "external", "justification": "accepted by the policy"}]
        results.append(result)
    return _run(_RULES, results, {"verdict": report.verdict})


def render_plan(plan: Plan, style: Style) -> str:
    """One run; a result for each reason, at the line of the change."""
    results = [_plan_result(plan, model, due) for model in plan.models for due in model.reasons]
    # No result of its own: it would need a place, and an accept is of a model and not of a line.
    properties = {"verdict": plan.verdict, "accepted": [one._asdict() for one in plan.accepted]}
    return _run(_PLAN_RULES, results, properties)


def _run(rules: Iterable[Rule], results: list[dict[str, Any]], properties: dict[str, Any]) -> str:
    shown = [{"id": code, "shortDescription": {"text": title}, "help": {"text": hint}} for code, title, hint in rules]
    driver: dict[str, Any] = {"name": "lineage", "rules": shown}
    run = {"tool": {"driver": driver}, "results": results, "properties": properties}
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(report: Report, code: str, level: str, message: str, subject: str) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": code, "level": level, "message": {"text": printable(message)}}
    known = [rule.code for rule in _RULES]
    if code in known:
        result["ruleIndex"] = known.index(code)
    if report.recorded.kind == "manifest":
        result["locations"] = _locations(report.recorded.location, 1)
    digest = fingerprint(report.recorded.name or report.recorded.location, code, subject)
    result["partialFingerprints"] = {"lineage/v1": digest}
    return result


def _plan_result(plan: Plan, model: ModelPlan, due: Due) -> dict[str, Any]:
    file, line = place_of(due.where)
    return {
        "ruleId": due.action,
        "ruleIndex": [rule.code for rule in _PLAN_RULES].index(due.action),
        "level": _PLAN_LEVELS[due.action] if due.is_new or plan.base is None else "note",
        "message": {"text": printable(f"{model.name}: {due.message}")},
        "locations": _locations(file or model.manifest, max(int(line or 1), 1)),
        "partialFingerprints": {"lineage/v1": fingerprint(model.name, due.action, due.subject)},
    }


def _locations(file: str, line: int) -> list[dict[str, Any]]:
    uri = quote(file.replace("\\", "/"), errors="surrogateescape")
    return [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}]
