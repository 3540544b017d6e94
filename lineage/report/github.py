"""A report or a plan as GitHub workflow commands: one annotation a finding or reason, on its file.

Source: "Workflow commands for GitHub Actions". Data escapes ``%``, CR and LF; properties also ``:`` and ``,``.
"""

from lineage.model.plan import Plan
from lineage.model.report import Report
from lineage.portable.judge import Finding, rule_of
from lineage.report import plan as plans
from lineage.report.text import Style, concerns, describe_side, printable, verdict_line

_LEVELS = {"retrain": "error", "undecided": "error", "verify": "warning"}


def render(report: Report, style: Style) -> str:
    """Annotations on the manifest's file, then the verdict as a notice (pass) or an error."""
    file = report.recorded.location if report.recorded.kind == "manifest" else ""
    lines = [_annotation(one, file) for one in report.findings if concerns(report, one)]
    lines += [
        _command("error", f"could not be seen: {one.subject}", f"{one.subject}: {one.reason}", file)
        for one in report.unknown
        if not one.accepted
    ]
    level = "notice" if report.verdict == "pass" or report.command == "diff" else "error"
    summary = f"{verdict_line(report)} (observed: {describe_side(report.observed)})"
    lines.append(_command(level, f"lineage {report.command}", summary, file))
    return "".join(f"{line}\n" for line in lines)


def render_plan(plan: Plan, style: Style) -> str:
    """One annotation a reason, at the line of the change; older ones only as notices."""
    lines = []
    for model in plan.models:
        for due in model.reasons:
            level = _LEVELS[due.action] if due.is_new or plan.base is None else "notice"
            place = plans.place_of(due.where or model.manifest)
            lines.append(_command(level, f"{due.action} {model.name}", due.message, *place))
    lines += [_command("warning", f"could not be read: {one.subject}", one.reason) for one in plan.unknown]
    lines += [_command("notice", f"accepted: {one.subject}", one.reason) for one in plan.accepted]
    level = "notice" if plan.verdict == "pass" else "error"
    lines.append(_command(level, "lineage check", plans.verdict_line(plan)))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, file: str) -> str:
    level = "error" if finding.severity == "fail" else "notice"
    return _command(level, rule_of(finding.change.code).title, finding.message, file)


def _command(level: str, title: str, message: str, file: str = "", line: str = "") -> str:
    named = {"file": file, "line": line, "title": title}
    properties = ",".join(f"{key}={_property(value)}" for key, value in named.items() if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
