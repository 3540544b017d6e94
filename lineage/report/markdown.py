"""A report as Markdown, for a pull request or a job summary; every text of others is escaped."""

from collections.abc import Sequence

from lineage.model.report import Report
from lineage.portable.judge import movement
from lineage.report.text import Style, compared, concerns, depth, describe_side, printable

_SPECIAL = frozenset("\\`*_[]<>#!|~&@")


def render(report: Report, style: Style) -> str:
    """The report as one section: verdict, sides, findings."""
    lines = [f"### lineage {report.command}: {report.verdict}", ""]
    lines += [f"- recorded: {escape(describe_side(report.recorded))}"]
    lines += [f"- observed: {escape(describe_side(report.observed))}"]
    if report.policy:
        lines.append(f"- policy: {escape(report.policy)}")
    looked = depth(report.checked) if report.command == "verify" else compared(report.checked)
    lines += [f"- looked at: {looked}", ""]
    rows = [
        [one.severity, one.change.subject, movement(one.change), one.reason]
        for one in report.findings
        if concerns(report, one)
    ]
    rows += [["unknown", one.subject, one.reason, ""] for one in report.unknown if not one.accepted]
    if rows:
        lines += [*markdown_table(("severity", "subject", "change", "reason"), rows), ""]
    return "\n".join(lines)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table with every cell escaped."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]


def escape(text: str) -> str:
    """The text with nothing in it that Markdown or HTML would act on, mentions and links included."""
    escaped = "".join(f"&#{ord(c)};" if c in _SPECIAL else c for c in printable(text))
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
