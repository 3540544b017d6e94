"""A report as JUnit XML: one test case a finding, as CI systems show it.

Form: the ``junit-10`` schema of Jenkins' xUnit plug-in, which GitLab, Azure and CircleCI read too. A difference that
fails is a ``failure``, what could not be seen an ``error``, what a policy or a waiver lets through ``skipped``.
"""

from xml.sax.saxutils import escape, quoteattr

from lineage.model.report import Report
from lineage.portable.judge import Finding
from lineage.report.rules import hint_of, title_of
from lineage.report.text import Style, describe_side, printable, verdict_line


def render(report: Report, style: Style) -> str:
    """One suite, its last case the verdict itself, so that a pass is a test that passed."""
    cases = [_finding(report, one) for one in report.findings]
    cases += [
        _case(report, one.subject, "skipped" if one.accepted else "error", one.reason, "") for one in report.unknown
    ]
    bad = report.verdict != "pass" and report.command != "diff"
    outcome = "" if not bad else "failure" if report.verdict == "fail" else "error"
    cases.append(_case(report, "verdict", outcome, verdict_line(report), ""))
    kinds = {kind: sum(f"<{kind} " in case for case in cases) for kind in ("failure", "error", "skipped")}
    name = quoteattr(f"lineage {report.command}")
    counts = f'tests="{len(cases)}" failures="{kinds["failure"]}" errors="{kinds["error"]}"'
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={name} {counts}>",
        f'  <testsuite name={name} {counts} skipped="{kinds["skipped"]}">',
    ]
    return "\n".join([*head, *cases, "  </testsuite>", "</testsuites>"]) + "\n"


def _finding(report: Report, finding: Finding) -> str:
    outcome = "failure" if finding.severity == "fail" else "skipped"
    title = title_of(finding.change.code)
    return _case(report, f"{finding.change.subject} ({title})", outcome, finding.message, hint_of(finding.change.code))


def _case(report: Report, name: str, outcome: str, message: str, hint: str) -> str:
    suite = report.recorded.name or describe_side(report.recorded)
    attributes = f"classname={_attribute(suite)} name={_attribute(name)}"
    if not outcome:
        return f"    <testcase {attributes}/>"
    body = f"<{outcome} message={_attribute(message)}>{escape(printable(hint))}</{outcome}>"
    return f"    <testcase {attributes}>{body}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
