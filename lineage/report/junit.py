"""A report or a plan as JUnit XML: one test case a finding or a model, as CI systems show it.

Form: the ``junit-10`` schema of Jenkins' xUnit plug-in, which GitLab, Azure and CircleCI read too. A difference that
fails is a ``failure``, what could not be seen an ``error``, what a policy or a waiver lets through ``skipped``.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lineage.model.plan import ModelPlan, Plan
from lineage.model.report import Report
from lineage.portable.judge import Finding, rule_of
from lineage.report import plan as plans
from lineage.report.text import Style, describe_side, printable, verdict_line


def render(report: Report, style: Style) -> str:
    """One suite, its last case the verdict itself, so that a pass is a test that passed."""
    suite = report.recorded.name or describe_side(report.recorded)
    cases = [_finding(suite, one) for one in report.findings]
    cases += [_case(suite, one.subject, "skipped" if one.accepted else "error", one.reason) for one in report.unknown]
    bad = report.verdict != "pass" and report.command != "diff"
    outcome = "" if not bad else "failure" if report.verdict == "fail" else "error"
    cases.append(_case(suite, "verdict", outcome, verdict_line(report)))
    return _suite(f"lineage {report.command}", cases)


def render_plan(plan: Plan, style: Style) -> str:
    """One case a model; a model without reasons is a test that passed."""
    suite = "lineage check"
    cases = [_model(suite, plan, one) for one in plan.models]
    cases += [_case(suite, one.subject, "skipped", one.reason) for one in plan.unknown]
    cases += [_case(suite, one.subject, "skipped", f"accepted: {one.reason}") for one in plan.accepted]
    outcome = {"pass": "", "fail": "failure"}.get(plan.verdict, "error")
    cases.append(_case(suite, "verdict", outcome, plans.verdict_line(plan)))
    return _suite(suite, cases)


def _finding(suite: str, finding: Finding) -> str:
    outcome = "failure" if finding.severity == "fail" else "skipped"
    rule = rule_of(finding.change.code)
    return _case(suite, f"{finding.change.subject} ({rule.title})", outcome, finding.message, rule.hint)


def _model(suite: str, plan: Plan, model: ModelPlan) -> str:
    counted = {one.action for one in model.reasons if one.is_new or plan.base is None}
    outcome = "skipped" if model.reasons else ""
    outcome = "failure" if "retrain" in counted else "error" if "undecided" in counted else outcome
    return _case(suite, model.name, outcome, "; ".join(one.message for one in model.reasons))


def _suite(name: str, cases: Sequence[str]) -> str:
    kinds = {kind: sum(f"<{kind} " in case for case in cases) for kind in ("failure", "error", "skipped")}
    counts = f'tests="{len(cases)}" failures="{kinds["failure"]}" errors="{kinds["error"]}"'
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={quoteattr(name)} {counts}>",
        f'  <testsuite name={quoteattr(name)} {counts} skipped="{kinds["skipped"]}">',
    ]
    return "\n".join([*head, *cases, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(suite: str, name: str, outcome: str, message: str, hint: str = "") -> str:
    attributes = f"classname={_attribute(suite)} name={_attribute(name)}"
    if not outcome:
        return f"    <testcase {attributes}/>"
    body = f"<{outcome} message={_attribute(message)}>{escape(printable(hint))}</{outcome}>"
    return f"    <testcase {attributes}>{body}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
