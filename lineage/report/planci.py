"""A plan for CI systems, in the forms of ``github``, ``junit`` and ``sarif``."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from lineage.model.plan import Due, ModelPlan, Plan
from lineage.report.json_document import dump
from lineage.report.plan import verdict_line
from lineage.report.text import Style, printable

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"retrain": "error", "undecided": "error", "verify": "warning"}
_RULES = {
    "retrain": ("model due for retraining", "retrain it, accept the change, or take it back"),
    "verify": ("model to be verified", "verify it in the environment that it is served in"),
    "undecided": ("model not decided", "make readable what could not be read"),
}


def _github(plan: Plan, style: Style) -> str:
    """One annotation a reason, at the line of the change; older ones only as notices."""
    lines = []
    for model in plan.models:
        for due in model.reasons:
            level = _LEVELS[due.action] if due.is_new or plan.base is None else "notice"
            lines.append(_command(level, due.where or model.manifest, f"{due.action} {model.name}", due.message))
    lines += [_command("warning", "", f"could not be read: {one.subject}", one.reason) for one in plan.unknown]
    lines += [_command("notice", "", f"accepted: {one.subject}", one.reason) for one in plan.accepted]
    level = "notice" if plan.verdict == "pass" else "error"
    return "".join(f"{line}\n" for line in [*lines, _command(level, "", "lineage check", verdict_line(plan))])


def _command(level: str, where: str, title: str, message: str) -> str:
    file, _, line = where.rpartition(":") if where.rpartition(":")[2].isdigit() else (where, "", "")
    place = f"file={_property(file)}," if file else ""
    place += f"line={line}," if line else ""
    return f"::{level} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _junit(plan: Plan, style: Style) -> str:
    """One case a model; a model without reasons is a test that passed."""
    cases = [_case(plan, one) for one in plan.models]
    cases += [_element(one.subject, "skipped", one.reason) for one in plan.unknown]
    cases += [_element(one.subject, "skipped", f"accepted: {one.reason}") for one in plan.accepted]
    outcome = {"pass": "", "fail": "failure"}.get(plan.verdict, "error")
    cases.append(_element("verdict", outcome, verdict_line(plan)))
    kinds = {kind: sum(f"<{kind} " in case for case in cases) for kind in ("failure", "error", "skipped")}
    counts = f'tests="{len(cases)}" failures="{kinds["failure"]}" errors="{kinds["error"]}"'
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="lineage check" {counts}>',
        f'  <testsuite name="lineage check" {counts} skipped="{kinds["skipped"]}">',
    ]
    return "\n".join([*head, *cases, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(plan: Plan, model: ModelPlan) -> str:
    counted = {one.action for one in model.reasons if one.is_new or plan.base is None}
    outcome = "skipped" if model.reasons else ""
    outcome = "failure" if "retrain" in counted else "error" if "undecided" in counted else outcome
    return _element(model.name, outcome, "; ".join(one.message for one in model.reasons))


def _element(name: str, outcome: str, message: str) -> str:
    attributes = f'classname="lineage check" name={quoteattr(printable(name))}'
    if not outcome:
        return f"    <testcase {attributes}/>"
    body = f"<{outcome} message={quoteattr(printable(message))}></{outcome}>"
    return f"    <testcase {attributes}>{body}</testcase>"


def _sarif(plan: Plan, style: Style) -> str:
    """One run; a result for each reason, at the line of the change."""
    results = [_result(plan, model, due) for model in plan.models for due in model.reasons]
    rules = [
        {"id": code, "shortDescription": {"text": title}, "help": {"text": hint}}
        for code, (title, hint) in _RULES.items()
    ]
    driver: dict[str, Any] = {"name": "lineage", "rules": rules}
    # No result of its own: it would need a place, and an accept is of a model and not of a line.
    properties = {"verdict": plan.verdict, "accepted": [one._asdict() for one in plan.accepted]}
    run = {"tool": {"driver": driver}, "results": results, "properties": properties}
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(plan: Plan, model: ModelPlan, due: Due) -> dict[str, Any]:
    level = _LEVELS[due.action] if due.is_new or plan.base is None else "note"
    file, _, line = due.where.rpartition(":") if due.where.rpartition(":")[2].isdigit() else (due.where, "", "1")
    uri = quote((file or model.manifest).replace("\\", "/"), errors="surrogateescape")
    fingerprint = "\0".join((model.name, due.action, due.subject))
    return {
        "ruleId": due.action,
        "ruleIndex": list(_RULES).index(due.action),
        "level": level,
        "message": {"text": printable(f"{model.name}: {due.message}")},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": max(int(line), 1)}}}
        ],
        "partialFingerprints": {
            "lineage/v1": hashlib.sha256(fingerprint.encode("utf-8", "surrogateescape")).hexdigest()
        },
    }


CI_FORMS: Mapping[str, Callable[[Plan, Style], str]] = {"github": _github, "junit": _junit, "sarif": _sarif}
