"""Lists of models and the history of one, as text, JSON and Markdown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lineage.model.manifest import StoredManifest
from lineage.model.report import HistoryRow, ModelRow
from lineage.report.formats import by_form
from lineage.report.json_document import SCHEMA, dump
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import Style, day, printable, table

_MODEL_HEAD = ("model", "action", "created", "evidence", "python", "commit", "problems", "manifest")
_HISTORY_HEAD = ("date", "commit", "id", "why", "changes")
_AGES = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_NOT_COMMITTED = "not committed"
_MOST_CHANGES = 3


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: ``12 d``."""
    seconds = max(0, int((now - moment).total_seconds()))
    size, unit = next((one for one in _AGES if seconds >= one[0]), _AGES[-1])
    return f"{seconds // size} {unit}"


def render_models(rows: Sequence[ModelRow], form: str, style: Style, *, is_checked: bool, now: datetime) -> str:
    """All models in one of ``BASIC_FORMATS``; actions only where they were asked for.

    How old a model is changes by itself, so only the text for people tells it.
    """
    head, cells = list(_MODEL_HEAD), [_model_cells(row) for row in rows]
    if form == "text":
        at = head.index("created") + 1
        head.insert(at, "age")
        for row, line in zip(rows, cells, strict=True):
            line.insert(at, "" if row.stored is None else age(row.stored.manifest.created, now))
    if not is_checked:
        cells = [[*line[:1], *line[2:]] for line in cells]
        head.remove("action")
    return _FORMS[form](head, cells, {"models": [_model_document(row, is_checked) for row in rows]})


def render_history(rows: Sequence[HistoryRow], name: str, form: str, style: Style) -> str:
    """The history of one model in one of ``BASIC_FORMATS``; with ``-v`` every change, else the first few."""
    cells = [_history_cells(row, style.verbose) for row in rows]
    document = {"name": name, "history": [_history_document(row) for row in rows]}
    return _FORMS[form](_HISTORY_HEAD, cells, document)


def _model_cells(row: ModelRow) -> list[str]:
    if row.stored is None:
        return ["?", row.action or _NOT_COMMITTED, "", "", "", "", f"cannot be read: {row.error}", row.path]
    manifest = row.stored.manifest
    state = " + changes" if manifest.is_compared else ", not compared"
    commit = manifest.code.commit[:12] if manifest.code.commit else f"{manifest.code.base[:12]}{state}"
    python = manifest.environment.python or "unknown"
    problems = str(len(manifest.problems)) if manifest.problems else "none"
    action = row.action or _NOT_COMMITTED
    return [manifest.name, action, day(manifest.created), manifest.evidence, python, commit, problems, row.path]


def _model_document(row: ModelRow, is_checked: bool) -> dict[str, Any]:
    asked = {"action": row.action, "reasons": list(row.reasons)} if is_checked else {}
    if row.stored is None:
        return {"manifest": row.path, "error": row.error, **asked}
    manifest = row.stored.manifest
    return {
        "manifest": row.path,
        "name": manifest.name,
        **_summary(row.stored),
        "base": manifest.code.base,
        "problems": [problem._asdict() for problem in manifest.problems],
        **asked,
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
        return [day(row.when), row.commit[:12], "", "", row.error]
    text = _some(row.changes, verbose) or "captured"
    return [day(row.when), row.commit[:12], row.stored.id[7:19], _some(row.reasons, verbose), text]


def _some(texts: Sequence[str], verbose: bool) -> str:
    shown = texts if verbose else texts[:_MOST_CHANGES]
    text = "; ".join(shown)
    return f"{text}; and {len(texts) - len(shown)} more (-v shows them)" if len(texts) > len(shown) else text


def _history_document(row: HistoryRow) -> dict[str, Any]:
    document: dict[str, Any] = {"revision": row.commit, "when": row.when.isoformat(), "summary": row.summary}
    if row.stored is None:
        return document | {"error": row.error}
    return document | _summary(row.stored) | {"reasons": list(row.reasons), "changes": list(row.changes)}


Cells = Sequence[Sequence[str]]


def _text(head: Sequence[str], cells: Cells, document: Mapping[str, Any]) -> str:
    rows = [[printable(cell) for cell in row] for row in cells]
    return "".join(f"{line}\n" for line in table([[one.upper() for one in head], *rows])) if rows else ""


def _json(head: Sequence[str], cells: Cells, document: Mapping[str, Any]) -> str:
    return dump({"schema": SCHEMA, "command": "log", **document})


def _markdown(head: Sequence[str], cells: Cells, document: Mapping[str, Any]) -> str:
    title = "### lineage log" + (f": {escape(document['name'])}" if "name" in document else "")
    return "\n".join([title, "", *markdown_table(head, cells), ""])


_FORMS = by_form(_text, _json, _markdown)
