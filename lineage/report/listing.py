"""Lists of models and the history of one, as text, JSON and Markdown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lineage.model.listing import HistoryRow, ModelRow
from lineage.model.manifest import StoredManifest
from lineage.report.jsondoc import SCHEMA, dump
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import Style, printable, table

_MODEL_HEAD = ("model", "created", "evidence", "python", "commit", "problems", "manifest")
_HISTORY_HEAD = ("date", "commit", "id", "changes")
_MOST_CHANGES = 3


def day(moment: datetime) -> str:
    """A UTC day and minute for people."""
    return moment.strftime("%Y-%m-%d %H:%M")


def render_models(rows: Sequence[ModelRow], form: str, style: Style) -> str:
    """All models in one of ``FORMS``."""
    cells = [_model_cells(row) for row in rows]
    return FORMS[form](_MODEL_HEAD, cells, "log", {"models": [_model_document(row) for row in rows]})


def render_history(rows: Sequence[HistoryRow], name: str, form: str, style: Style) -> str:
    """The history of one model in one of ``FORMS``; with ``-v`` every change, else the first few."""
    cells = [_history_cells(row, style.verbose) for row in rows]
    document = {"name": name, "history": [_history_document(row) for row in rows]}
    return FORMS[form](_HISTORY_HEAD, cells, "log", document)


def _model_cells(row: ModelRow) -> list[str]:
    if row.stored is None:
        return ["?", "", "", "", "", f"cannot be read: {row.error}", row.path]
    manifest = row.stored.manifest
    state = " + changes" if manifest.is_compared else ", not compared"
    commit = manifest.code.commit[:12] if manifest.code.commit else f"{manifest.code.base[:12]}{state}"
    python = manifest.environment.python or "unknown"
    problems = str(len(manifest.problems)) if manifest.problems else "none"
    return [manifest.name, day(manifest.created), manifest.evidence, python, commit, problems, row.path]


def _model_document(row: ModelRow) -> dict[str, Any]:
    if row.stored is None:
        return {"manifest": row.path, "error": row.error}
    manifest = row.stored.manifest
    return {
        "manifest": row.path,
        "name": manifest.name,
        **_summary(row.stored),
        "base": manifest.code.base,
        "problems": [problem._asdict() for problem in manifest.problems],
    }


def _summary(stored: StoredManifest) -> dict[str, Any]:
    manifest = stored.manifest
    return {
        "id": stored.id,
        "created": manifest.created.isoformat(),
        "evidence": manifest.evidence,
        "python": manifest.environment.python,
        "commit": manifest.code.commit,
    }


def _history_cells(row: HistoryRow, verbose: bool) -> list[str]:
    if row.stored is None:
        return [day(row.when), row.commit[:12], "", row.error]
    shown = row.changes if verbose else row.changes[:_MOST_CHANGES]
    text = "; ".join(shown) or "captured"
    if len(row.changes) > len(shown):
        text += f"; and {len(row.changes) - len(shown)} more (-v shows them)"
    return [day(row.when), row.commit[:12], row.stored.id[7:19], text]


def _history_document(row: HistoryRow) -> dict[str, Any]:
    document: dict[str, Any] = {"revision": row.commit, "when": row.when.isoformat(), "summary": row.summary}
    if row.stored is None:
        return document | {"error": row.error}
    return document | _summary(row.stored) | {"changes": list(row.changes)}


Cells = Sequence[Sequence[str]]


def _text(head: Sequence[str], cells: Cells, command: str, document: Mapping[str, Any]) -> str:
    rows = [[printable(cell) for cell in row] for row in cells]
    return "".join(f"{line}\n" for line in table([[one.upper() for one in head], *rows])) if rows else ""


def _json(head: Sequence[str], cells: Cells, command: str, document: Mapping[str, Any]) -> str:
    return dump({"schema": SCHEMA, "command": command, **document})


def _markdown(head: Sequence[str], cells: Cells, command: str, document: Mapping[str, Any]) -> str:
    title = f"### lineage {command}" + (f": {escape(document['name'])}" if "name" in document else "")
    return "\n".join([title, "", *markdown_table(head, cells), ""])


FORMS: Mapping[str, Callable[[Sequence[str], Cells, str, Mapping[str, Any]], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
}
"""The same names as ``formats.BASIC_FORMATS``."""
