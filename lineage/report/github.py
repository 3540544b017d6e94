"""A report as GitHub workflow commands: one annotation a finding, on the manifest's file.

Source: "Workflow commands for GitHub Actions". Data escapes ``%``, CR and LF; properties also ``:`` and ``,``.
"""

from lineage.model.report import Report
from lineage.portable.judge import Finding
from lineage.report.rules import title_of
from lineage.report.text import Style, concerns, describe_side, printable, verdict_line


def render(report: Report, style: Style) -> str:
    """Annotations, then the verdict as a notice (pass) or an error."""
    lines = [_annotation(report, one) for one in report.findings if concerns(report, one)]
    lines += [
        _command("error", report, f"could not be seen: {one.subject}", f"{one.subject}: {one.reason}")
        for one in report.unknown
        if not one.accepted
    ]
    level = "notice" if report.verdict == "pass" or report.command == "diff" else "error"
    summary = f"{verdict_line(report)} (observed: {describe_side(report.observed)})"
    lines.append(_command(level, report, f"lineage {report.command}", summary))
    return "".join(f"{line}\n" for line in lines)


def _annotation(report: Report, finding: Finding) -> str:
    level = "error" if finding.severity == "fail" else "notice"
    return _command(level, report, title_of(finding.change.code), finding.message)


def _command(level: str, report: Report, title: str, message: str) -> str:
    properties = f"title={_property(title)}"
    if report.recorded.kind == "manifest":
        properties = f"file={_property(report.recorded.location)},{properties}"
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
