"""A report for people: aligned, one line a finding with its reason, the verdict last.

Texts come from manifests and metadata that anyone may have written: what is not printable is shown escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lineage.model.report import Checked, Report, Side
from lineage.portable.judge import REASONS, Finding, movement
from lineage.report.printable import printable as printable

_COLOURS = {"fail": "31", "undecided": "33", "unknown": "33", "pass": "32", "note": "2"}


_NOT_LOOKED_AT = {
    "code": "first-party files, but for what is named above: --code DIR compares what is served",
    "start-up code": "what runs whenever Python starts: only an environment tells it",
    "compiled files": "what __pycache__ holds: serve with PYTHONPYCACHEPREFIX on an empty directory where that matters",
    "standard library": "the files of Python itself; its version was compared",
    "variables": "what a process is given when it starts: only an interpreter tells it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text is shown; decided by the caller."""

    colour: bool = False
    verbose: bool = False
    """also what is tolerated and does not concern the model"""


def render(report: Report, style: Style) -> str:
    """The report as lines, ending in a newline."""
    parts = [*_heading(report), "", *_rows(report, style)]
    parts += [f"note: {printable(note)}" for note in report.notes]
    if parts[-1]:
        parts.append("")
    parts += _not_looked_at(report, style)
    return "\n".join([*parts, painted(verdict_line(report), report.verdict, style)]) + "\n"


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Rows as aligned columns, two spaces apart; the last column is not padded."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def painted(text: str, kind: str, style: Style) -> str:
    """The text in the colour of its kind, when colour is wanted."""
    code = _COLOURS.get(kind)
    return f"\x1b[{code}m{text}\x1b[0m" if style.colour and code else text


def day(moment: datetime) -> str:
    """A UTC day and minute for people."""
    return moment.strftime("%Y-%m-%d %H:%M")


def _heading(report: Report) -> list[str]:
    rows = [["recorded", describe_side(report.recorded)], ["observed", describe_side(report.observed)]]
    files = report.checked.weights_files
    if files:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        rows.append(["weights", printable(files[0]) + more])
    if report.policy:
        rows.append(["policy", printable(report.policy)])
    return table(rows)


def describe_side(side: Side) -> str:
    """A side in one line: what it is, where, which Python."""
    if side.kind == "manifest":
        text = f"{side.name} ({side.location}, {(side.id or '')[:19]})" if side.name else side.location
    else:
        text = f"{side.kind}:{side.location}"
    if side.python:
        text += f", {side.implementation or 'Python'} {side.python}"
    return printable(text + (", executed" if side.executed else ""))


def _rows(report: Report, style: Style) -> list[str]:
    shown = [one for one in report.findings if style.verbose or concerns(report, one)]
    rows = [_row(one) for one in shown]
    rows += [
        ["unknown", printable(one.subject), printable(one.reason), "accepted by the policy" if one.accepted else ""]
        for one in report.unknown
        if style.verbose or not one.accepted
    ]
    lines = [painted(line, row[0], style) for line, row in zip(table(rows), rows, strict=True)]
    # What installers leave to run at the start differs from nothing.
    hidden = sum(one not in shown and one.change.code != "startup-code" for one in report.findings)
    if hidden:
        lines.append(
            f"{hidden} tolerated difference{'s' * (hidden > 1)} in what the model does not use (-v shows them)"
        )
    return lines


def concerns(report: Report, finding: Finding) -> bool:
    """Whether a finding is worth a line: all of a diff, and of a verdict what fails or concerns the model."""
    if report.command == "diff" or finding.severity == "fail":
        return True
    if finding.change.code in ("package-extra", "unowned-file", "startup-code"):
        return False
    return finding.reason not in (REASONS["present"], REASONS["extra"])


def _row(finding: Finding) -> list[str]:
    kind, _, name = finding.change.subject.partition(":")
    label = name if kind == "package" else finding.change.subject.replace(":", " ")
    return [finding.severity, printable(label), printable(movement(finding.change)), printable(finding.reason)]


def _not_looked_at(report: Report, style: Style) -> list[str]:
    """What a pass says nothing of, in one line; in full where more is asked for."""
    if report.verdict != "pass" or not report.not_looked_at:
        return []
    if not style.verbose:
        return [f"not looked at: {', '.join(report.not_looked_at)}"]
    return ["not looked at:", *table([[one, _NOT_LOOKED_AT[one]] for one in report.not_looked_at], "  ")]


def verdict_line(report: Report) -> str:
    """The verdict in one line, with how deep it looked."""
    if report.command == "diff":
        number = len(report.findings)
        return {
            "pass": f"no difference: {compared(report.checked)}",
            "fail": f"{number} difference{'s' * (number != 1)}; {compared(report.checked)}",
            "undecided": f"undecided: {len(report.unknown)} could not be compared; {compared(report.checked)}",
        }[report.verdict]
    failures = sum(one.severity == "fail" for one in report.findings)
    unseen = sum(not one.accepted for one in report.unknown)
    reason = {
        "pass": "",
        "fail": f"{failures} difference{'s' * (failures != 1)} that matter{'s' * (failures == 1)}; ",
        "undecided": f"{unseen} thing{'s' * (unseen != 1)} could not be seen; ",
    }[report.verdict]
    return f"{report.verdict}: {reason}{depth(report.checked)}"


def compared(checked: Checked) -> str:
    """How many packages were compared, and by what."""
    means = ", ".join(f"{number} by {key}" for key, number in checked.by if number)
    return f"{checked.packages} packages compared" + (f" ({means})" if means else "")


def depth(checked: Checked) -> str:
    """How deep a verdict looked."""
    weights = {
        "bytes": "weights read whole",
        "cached": "weights by known digests",
        "pointer": "weights by their DVC pointer only",
        "missing": "weights not found",
        "skipped": "weights not looked at",
    }[checked.weights]
    files = "" if checked.installed is None else f"{checked.installed:,} installed files hashed, "
    return f"{compared(checked)}, {files}{weights}, {_code_depth(checked)}"


def _code_depth(checked: Checked) -> str:
    if checked.code == "skipped":
        return "code not compared"
    number = checked.code_files
    by = {"ast": "", "bytes": " by their bytes", "any": ", any difference allowed"}[checked.code]
    return f"{number or 'no'} file{'s' * (number != 1)} of code compared{by}"
