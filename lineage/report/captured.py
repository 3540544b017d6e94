"""What a capture did, as text, JSON and Markdown."""

from collections.abc import Callable, Mapping

from lineage.model.manifest import StoredManifest
from lineage.report.json_document import SCHEMA, dump
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import printable


def render_captured(stored: StoredManifest, changed: bool, entry: str, form: str) -> str:
    """The manifest that now stands, in one of ``FORMS``; ``changed`` tells whether the file was written."""
    return FORMS[form](stored, changed, entry)


def _text(stored: StoredManifest, changed: bool, entry: str) -> str:
    return f"{printable(stored.path)}\n"


def _json(stored: StoredManifest, changed: bool, entry: str) -> str:
    return dump(
        {
            "schema": SCHEMA,
            "command": "capture",
            "manifest": {"path": stored.path, "id": stored.id, "name": stored.manifest.name},
            "changed": changed,
            "entry": entry,
            "problems": [problem._asdict() for problem in stored.manifest.problems],
        }
    )


def _markdown(stored: StoredManifest, changed: bool, entry: str) -> str:
    lines = [f"### lineage capture: {escape(stored.manifest.name)}", ""]
    lines += [f"- manifest: {escape(stored.path)}", f"- id: {stored.id}", f"- entry: {escape(entry)}", ""]
    problems = [tuple(problem) for problem in stored.manifest.problems]
    return "\n".join([*lines, *markdown_table(("problem", "subject", "detail"), problems), ""] if problems else lines)


FORMS: Mapping[str, Callable[[StoredManifest, bool, str], str]] = {"text": _text, "json": _json, "markdown": _markdown}
"""The same names as ``formats.BASIC_FORMATS``."""
