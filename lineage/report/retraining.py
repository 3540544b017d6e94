"""What came of a retraining, as text, JSON and Markdown."""

import shlex
from typing import Any

from lineage.model.retraining import MetricMove, Outcome, Retraining
from lineage.report.formats import by_form
from lineage.report.json_document import SCHEMA, dump
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import Style, painted, printable, table

_NO_METRICS = "no metrics on either side: what changed is not known"
_KINDS = {"retrained": "pass", "due": "fail", "beyond": "fail", "failed": "fail"}


def render_retraining(answer: Retraining, form: str, style: Style) -> str:
    """The answer in one of ``BASIC_FORMATS``."""
    return _FORMS[form](answer, style)


def _text(answer: Retraining, style: Style) -> str:
    if answer.script:
        return "".join(f"{printable(line) if line.startswith('#') else line}\n" for line in answer.script)
    lines = []
    for one in answer.outcomes:
        lines.append(painted(f"{one.state:<10} {printable(one.name)}", _KINDS.get(one.state, ""), style))
        lines += [f"{'':<10} {line}" for line in _about(one)]
    lines += [f"unknown    no model has the metric {printable(one)}" for one in answer.unjudged]
    if lines:
        lines.append("")
    return "\n".join([*lines, painted(summary(answer), answer.verdict, style)]) + "\n"


def _about(one: Outcome) -> list[str]:
    lines = [printable(reason) for reason in one.reasons]
    if one.detail:
        lines.append(printable(one.detail))
    if one.id is None:
        return lines
    lines.append(f"{printable(one.manifest)}  {one.id[:19]}, parent {one.parent[:19] if one.parent else 'none'}")
    return lines + (table([_cells(move) for move in one.metrics]) or [_NO_METRICS])


def _cells(move: MetricMove) -> list[str]:
    return [printable(move.name), f"{_side(move.recorded)} → {_side(move.observed)}", _change(move), _judged(move)]


def _side(text: str | None) -> str:
    return "unknown" if text is None else printable(text)


def _change(move: MetricMove) -> str:
    return "" if move.change is None else f"{move.change.normalize():+f}"


def _judged(move: MetricMove) -> str:
    return "" if move.tolerance is None else f"{move.state}: tolerance {move.tolerance}"


def summary(answer: Retraining) -> str:
    """The verdict in one line."""
    if not answer.outcomes:
        return f"{answer.verdict}: no model is due"
    counted: dict[str, int] = {}
    for one in answer.outcomes:
        counted[one.state] = counted.get(one.state, 0) + 1
    words = {"beyond": "with metrics beyond the tolerance", "due": "still due", "skipped": "not begun"}
    return f"{answer.verdict}: " + ", ".join(f"{number} {words.get(state, state)}" for state, number in counted.items())


def _json(answer: Retraining, style: Style) -> str:
    document: dict[str, Any] = {"schema": SCHEMA, "command": "retrain", "verdict": answer.verdict}
    document["place"] = answer.place
    document["models"] = [_document(one) for one in answer.outcomes]
    document["unknown"] = [
        {"subject": f"metrics:{one}", "reason": "no model has this metric"} for one in answer.unjudged
    ]
    return dump(document)


def _document(one: Outcome) -> dict[str, Any]:
    return {
        "name": one.name,
        "manifest": one.manifest,
        "state": one.state,
        "reasons": list(one.reasons),
        "command": list(one.command),
        "directory": one.directory or ".",
        "detail": one.detail,
        "id": one.id,
        "parent": one.parent,
        "metrics": [
            {
                "name": move.name,
                "recorded": move.recorded,
                "observed": move.observed,
                "change": _change(move) or None,
                "tolerance": move.tolerance,
                "state": move.state,
            }
            for move in one.metrics
        ],
    }


def _markdown(answer: Retraining, style: Style) -> str:
    lines = [f"### lineage retrain: {escape(summary(answer))}", ""]
    for one in answer.outcomes:
        lines.append(f"- {escape(one.name)}: {one.state}")
        lines += [f"  - {escape(text)}" for text in (*one.reasons, one.detail) if text]
        if one.command:
            lines.append(f"  - run: {escape(shlex.join(one.command))}")
    rows = [[one.name, *_plain_cells(move)] for one in answer.outcomes for move in one.metrics]
    if rows:
        lines += ["", *markdown_table(("model", "metric", "change", "by", "judged"), rows)]
    return "\n".join([*lines, ""])


def _plain_cells(move: MetricMove) -> list[str]:
    change = f"{move.recorded or 'unknown'} → {move.observed or 'unknown'}"
    return [move.name, change, _change(move), _judged(move)]


_FORMS = by_form(_text, _json, _markdown)
