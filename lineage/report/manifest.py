"""A manifest as text, JSON and Markdown: for reading, with what is not reproducible about it; captured; imported."""

from collections.abc import Mapping, Sequence
from typing import Any

from lineage.manifest.document import to_document
from lineage.model.manifest import Manifest, StoredManifest, flat
from lineage.model.report import Shown
from lineage.portable.environment import USES, Problem
from lineage.report.formats import by_form
from lineage.report.json_document import SCHEMA, dump
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import Style, day, painted, printable, table

_SHOWN_INPUTS = 20


def render_manifest(shown: Shown, form: str, style: Style) -> str:
    """The manifest in one of ``BASIC_FORMATS``."""
    return _FORMS[form](shown, style)


def render_captured(found: Sequence[tuple[StoredManifest, bool, str]], form: str) -> str:
    """The manifests that a capture leaves, in one of ``BASIC_FORMATS``: what stands, whether the file was written, and
    how the entry was found. In JSON several are one document."""
    if form == "json" and len(found) != 1:
        models = [{"manifest": _named(one), **_captured(one, changed, entry)} for one, changed, entry in found]
        return dump({"schema": SCHEMA, "command": "capture", "models": models})
    texts = []
    for stored, changed, entry in found:
        lines = [f"- entry: {escape(entry)}", ""]
        if stored.manifest.problems:
            lines += [*markdown_table(("problem", "subject", "detail"), _rows(stored.manifest.problems)), ""]
        texts.append(_standing(stored, "capture", _captured(stored, changed, entry), lines)[form])
    return "".join(texts)


def _captured(stored: StoredManifest, changed: bool, entry: str) -> dict[str, Any]:
    problems = [problem._asdict() for problem in stored.manifest.problems]
    return {"changed": changed, "entry": entry, "problems": problems}


def render_imported(stored: StoredManifest, changed: bool, ref: str | None, weights: Sequence[str], form: str) -> str:
    """The manifest that an import leaves, in one of ``BASIC_FORMATS``.

    ``changed`` tells whether the file was written, ``ref`` what keeps its commit, ``weights`` which were written.
    """
    commit = stored.manifest.code.commit or stored.manifest.code.base
    document = {"changed": changed, "commit": commit, "ref": ref, "weights": list(weights)}
    lines = [f"- commit: {commit}", *(f"- weights: {escape(path)}" for path in weights), ""]
    return _standing(stored, "import", document, lines)[form]


def _standing(
    stored: StoredManifest, command: str, document: Mapping[str, Any], lines: Sequence[str]
) -> Mapping[str, str]:
    """What a command says of the manifest that now stands: for a script its path alone."""
    title = [f"### lineage {command}: {escape(stored.manifest.name)}", ""]
    return by_form(
        f"{printable(stored.path)}\n",
        dump({"schema": SCHEMA, "command": command, "manifest": _named(stored), **document}),
        "\n".join([*title, f"- manifest: {escape(stored.path)}", f"- id: {stored.id}", *lines]),
    )


def _named(stored: StoredManifest) -> dict[str, str]:
    return {"path": stored.path, "id": stored.id, "name": stored.manifest.name}


def _text(shown: Shown, style: Style) -> str:
    lines = table([[key, printable(value)] for key, value in _facts(shown)])
    problems = [["problem", *map(printable, row)] for row in _problems(shown)]
    if problems:
        lines += ["", *(painted(line, "undecided", style) for line in table(problems))]
    lines += [f"note: {printable(note)}" for note in shown.stored.notes]
    if shown.asked and not problems:
        lines += ["", painted("no problem: everything that was looked up is reproducible", "pass", style)]
    return "\n".join(lines) + "\n"


def _json(shown: Shown, style: Style) -> str:
    stored = shown.stored
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "show",
        "manifest": _named(stored),
        "document": _plain(to_document(stored.manifest)),
    }
    if shown.asked:
        document["problems"] = [
            {"when": when, **problem._asdict()}
            for when, problems in (("capture", stored.manifest.problems), ("now", shown.now))
            for problem in problems
        ]
    return dump(document)


def _plain(value: Any) -> Any:
    """The document with times as texts, as JSON has none."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _markdown(shown: Shown, style: Style) -> str:
    lines = [f"### {escape(shown.stored.manifest.name)}", "", *markdown_table(("", ""), _facts(shown)), ""]
    problems = _problems(shown)
    if problems:
        lines += [*markdown_table(("problem", "subject", "detail"), problems), ""]
    return "\n".join(lines)


_FORMS = by_form(_text, _json, _markdown)


def _problems(shown: Shown) -> list[Sequence[str]]:
    return _rows((*shown.stored.manifest.problems, *shown.now))


def _rows(problems: Sequence[Problem]) -> list[Sequence[str]]:
    return [[one.code, one.subject, one.detail] for one in problems]


def _facts(shown: Shown) -> list[tuple[str, str]]:
    manifest = shown.stored.manifest
    commit, remote = manifest.commit_text, manifest.code.remote
    facts = [
        ("model", f"{manifest.name} ({shown.stored.path})"),
        ("id", shown.stored.id),
        ("created", f"{day(manifest.created)} UTC, {manifest.evidence}"),
        ("code", f"{commit} of {remote}" if remote else commit),
    ]
    facts += [("weights", f"{one.path}, {one.size} bytes, sha256:{one.sha256[:12]}") for one in manifest.weights]
    facts += _held(manifest)
    facts += _environment(manifest)
    facts += _inputs(manifest)
    for title in ("labels", "params", "metrics"):
        facts += [(title, f"{key} = {value}") for key, value in flat(getattr(manifest, title))]
    return facts


def _held(manifest: Manifest) -> list[tuple[str, str]]:
    """The first files of code in a directory of weights."""
    own = dict(manifest.own_code)
    held = [("holds code", path) for path, _ in manifest.code.files if path not in own]
    left = len(held) - _SHOWN_INPUTS
    return [*held[:_SHOWN_INPUTS], ("holds code", f"… and {left} more")] if left > 0 else held


def _inputs(manifest: Manifest) -> list[tuple[str, str]]:
    """Path and digest of the first inputs; an upstream model by its manifest and id."""
    rows = []
    for path, digest in list(manifest.inputs.items())[:_SHOWN_INPUTS]:
        kind, _, digits = str(digest).partition(":")
        rows.append(("input", f"{path}, {kind}:{digits[:12]}"))
    left = len(manifest.inputs) - len(rows)
    return [*rows, ("input", f"… and {left} more")] if left else rows


def _environment(manifest: Manifest) -> list[tuple[str, str]]:
    environment = manifest.environment
    platform = " ".join(part for part in environment.platform if part)
    facts = [("python", f"{environment.implementation} {environment.python}, {environment.abi}, {platform}")]
    facts += [(key, value) for key, value in environment.accelerator]
    facts += [("variable", f"{key}={value}") for key, value in environment.variables]
    if manifest.declared:
        facts.append(("declared", ", ".join(path for path, _ in manifest.declared)))
    for use in USES:
        named = [f"{one.name} {one.version}" for one in environment.packages if one.use == use]
        if named:
            facts.append((use, ", ".join(named)))
    return facts
