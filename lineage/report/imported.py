"""What an import did, as text, JSON and Markdown."""

from collections.abc import Callable, Mapping, Sequence

from lineage.model.manifest import StoredManifest
from lineage.report.json_document import SCHEMA, dump
from lineage.report.markdown import escape
from lineage.report.text import printable


def render_imported(stored: StoredManifest, changed: bool, ref: str | None, weights: Sequence[str], form: str) -> str:
    """The manifest that now stands, in one of ``FORMS``.

    ``changed`` tells whether the file was written, ``ref`` what keeps its commit, ``weights`` which were written.
    """
    return FORMS[form](stored, changed, ref, weights)


def _text(stored: StoredManifest, changed: bool, ref: str | None, weights: Sequence[str]) -> str:
    return f"{printable(stored.path)}\n"


def _json(stored: StoredManifest, changed: bool, ref: str | None, weights: Sequence[str]) -> str:
    return dump(
        {
            "schema": SCHEMA,
            "command": "import",
            "manifest": {"path": stored.path, "id": stored.id, "name": stored.manifest.name},
            "changed": changed,
            "commit": stored.manifest.code.commit or stored.manifest.code.base,
            "ref": ref,
            "weights": list(weights),
        }
    )


def _markdown(stored: StoredManifest, changed: bool, ref: str | None, weights: Sequence[str]) -> str:
    lines = [f"### lineage import: {escape(stored.manifest.name)}", "", f"- manifest: {escape(stored.path)}"]
    lines += [f"- id: {stored.id}", f"- commit: {stored.manifest.code.commit or stored.manifest.code.base}"]
    return "\n".join([*lines, *(f"- weights: {escape(path)}" for path in weights), ""])


_Form = Callable[[StoredManifest, bool, str | None, Sequence[str]], str]
FORMS: Mapping[str, _Form] = {"text": _text, "json": _json, "markdown": _markdown}
"""The same names as ``formats.BASIC_FORMATS``."""
