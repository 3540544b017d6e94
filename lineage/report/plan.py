"""A plan as text, JSON and Markdown: what changed, and which models need what, with the reason in one line.

And what it tells the later steps and jobs of a CI pipeline: which models to retrain. Sources: "Workflow commands for
GitHub Actions" (outputs are ``NAME=VALUE`` lines), "artifacts:reports:dotenv" and "Code Quality" of GitLab's
documentation.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from lineage.model.plan import Due, ModelPlan, Plan, RevisionEdit
from lineage.portable.judge import Accepted
from lineage.report.formats import by_form
from lineage.report.json_document import SCHEMA, dump, fingerprint
from lineage.report.markdown import escape, markdown_table
from lineage.report.text import Style, painted, printable, table

_WORDS = {"retrain": "fail", "undecided": "undecided", "verify": "unknown", "none": "pass"}


_SEVERITIES = {"retrain": "major", "undecided": "major", "verify": "minor"}
_DOTENV_LIMIT = 4000
"""bytes of one value: GitLab refuses a file of more than 5 KB"""


def place_of(where: str) -> tuple[str, str]:
    """File and line of ``FILE:LINE``; without a line the whole is the file."""
    file, _, line = where.rpartition(":")
    return (file, line) if line.isdigit() else (where, "")


def verdict_line(plan: Plan) -> str:
    """The sum in one line."""
    due = [one for one in plan.models if one.action == "retrain"]
    fresh = [one for one in due if one.is_new]
    counts = {action: sum(one.action == action for one in plan.models) for action in ("verify", "undecided")}
    told = [f"{len(fresh)} of {len(plan.models)} models newly due for retraining" if plan.base else ""]
    if not plan.base:
        told = [f"{len(due)} of {len(plan.models)} models due for retraining"]
    elif len(due) > len(fresh):
        told.append(f"{len(due) - len(fresh)} already due")
    told += [f"{number} {action}" for action, number in counts.items() if number]
    if plan.base:
        told.append(f"{len(plan.changes)} change{'' if len(plan.changes) == 1 else 's'}")
    return f"{plan.verdict}: {', '.join(filter(None, told))}"


def _text(plan: Plan, style: Style) -> str:
    lines = [*_heading(plan), ""]
    for alike in _together(plan.models):
        one = alike[0]
        if one.action == "none" and not style.verbose:
            continue
        age = "" if one.is_new or plan.base is None or not one.reasons else " (already due)"
        shown = [f"{one.action:9}  {printable(each.name)}{age}" for each in alike]
        lines += [painted(each, _WORDS[one.action], style) for each in shown]
        lines += [f"           {printable(reason.message)}{_place(reason)}" for reason in one.reasons]
        lines += [f"           note: {printable(note)}" for note in one.notes if style.verbose or one.reasons]
    if plan.changes and (style.verbose or not plan.models):
        lines += ["changes:"] if not lines[-1] else ["", "changes:"]
        rows = [
            [one.subject, f"{_side(one.recorded)} → {_side(one.observed)}", one.step, one.where] for one in plan.changes
        ]
        lines += table([[printable(cell) for cell in row] for row in rows], indent="  ")
    lines += [f"unknown    {printable(one.subject)}  {printable(one.reason)}" for one in plan.unknown]
    lines += [f"accepted   {printable(_accepted(one))}" for one in plan.accepted]
    for note in plan.notes:
        first, *rest = note.split("\n")
        lines += [f"note: {printable(first)}", *(f"  {printable(one)}" for one in rest)]
    if lines[-1]:
        lines.append("")
    return "\n".join([*lines, painted(verdict_line(plan), plan.verdict, style)]) + "\n"


def _together(models: Sequence[ModelPlan]) -> list[list[ModelPlan]]:
    """The models, those together of which the very same is undecided: one question has one answer for all of them."""
    found: dict[object, list[ModelPlan]] = {}
    for one in models:
        is_asking = one.action == "undecided"
        found.setdefault((one.reasons, one.is_new, one.notes) if is_asking else one.manifest, []).append(one)
    return list(found.values())


def _side(value: str | None) -> str:
    """A side of an edit for people."""
    return "-" if value is None else value or "any"


def _accepted(one: Accepted) -> str:
    """``package:numpy 1.26.4 → 2.0.1: only plots, until 2027-01-31``."""
    until = f", until {one.until}" if one.until else ""
    return f"{one.subject} {one.recorded or 'nothing'} → {one.observed or 'nothing'}: {one.reason}{until}"


def _place(reason: Due) -> str:
    return f"  [{printable(reason.where)}]" if reason.where and reason.where not in reason.message else ""


def _heading(plan: Plan) -> list[str]:
    rows = [["base", plan.base[:12]]] if plan.base else []
    rows += [["head", plan.head[:12]], ["policy", printable(", ".join(plan.policies))]]
    return table(rows)


def _json(plan: Plan, style: Style) -> str:
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "check",
        "verdict": plan.verdict,
        "base": plan.base,
        "head": plan.head,
        "policy": list(plan.policies),
        "changes": [_edit(one) for one in plan.changes],
        "models": [_model(one) for one in plan.models],
        "unknown": [{"subject": one.subject, "reason": one.reason} for one in plan.unknown],
        "accepted": [one._asdict() for one in plan.accepted],
    }
    if plan.notes:
        document["notes"] = list(plan.notes)
    return dump(document)


def _edit(edit: RevisionEdit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "subject": edit.subject,
        "recorded": edit.recorded,
        "observed": edit.observed,
        "step": edit.step,
        "where": edit.where,
        "group": edit.group,
    }


def _model(model: ModelPlan) -> dict[str, Any]:
    details = [
        {
            "subject": one.subject,
            "action": one.action,
            "recorded": one.recorded,
            "observed": one.observed,
            "step": one.step,
            "use": one.use,
            "where": one.where,
            "new": one.is_new,
        }
        for one in model.reasons
    ]
    return {
        "name": model.name,
        "manifest": model.manifest,
        "action": model.action,
        "new": model.is_new,
        "reasons": [one.message for one in model.reasons],
        "details": details,
        **({"notes": list(model.notes)} if model.notes else {}),
    }


def _markdown(plan: Plan, style: Style) -> str:
    lines = [f"### lineage check: {plan.verdict}", "", escape(verdict_line(plan)), ""]
    rows = [
        (
            alike[0].action + ("" if alike[0].is_new or plan.base is None else " (already due)"),
            ", ".join(one.name for one in alike),
            reason.message,
        )
        for alike in _together(plan.models)
        for reason in alike[0].reasons
    ]
    if rows:
        lines += [*markdown_table(("action", "model", "reason"), rows), ""]
    if plan.changes:
        changed = [(one.subject, _side(one.recorded), _side(one.observed), one.step, one.where) for one in plan.changes]
        lines += ["<details><summary>changes</summary>", ""]
        lines += [*markdown_table(("subject", "base", "head", "step", "where"), changed), "", "</details>", ""]
    lines += [f"- unknown: {escape(one.subject)}: {escape(one.reason)}" for one in plan.unknown]
    lines += [f"- accepted: {escape(_accepted(one))}" for one in plan.accepted]
    for note in plan.notes:
        first, *rest = note.split("\n")
        lines.append(f"- {escape(first)}")
        lines += ["", "  ```toml", *(f"  {printable(one)}" for one in rest), "  ```", ""] if rest else []
    return "\n".join([*lines, ""])


FORMS: Mapping[str, Callable[[Plan, Style], str]] = by_form(_text, _json, _markdown)


def due_models(plan: Plan) -> tuple[str, ...]:
    """What ``lineage retrain`` is to be called with, one by one: names, or the manifest where two share a name.

    In a range only the models that are newly due: those of before were the job of an earlier pipeline.
    """
    counted = Counter(one.name for one in plan.models)
    return tuple(one.name if counted[one.name] == 1 else one.manifest for one in plan.models if _is_due(plan, one))


def github_outputs(plan: Plan) -> str:
    """Lines for ``$GITHUB_OUTPUT``: ``verdict``, and ``due`` as a JSON list for ``fromJSON``.

    JSON of ASCII alone has no line end whatever a model is called, so that no value needs a delimiter.
    """
    return f"verdict={plan.verdict}\ndue={json.dumps(due_models(plan))}\n"


def dotenv(plan: Plan) -> str:
    """Lines for ``artifacts:reports:dotenv``, which knows no quotes and no spaces.

    ``LINEAGE_DUE`` joins the models by commas, each percent-encoded; it is left out where there is none, and where it
    would be too long.
    """
    models = due_models(plan)
    joined = ",".join(quote(one, safe="/", errors="surrogateescape") for one in models)
    lines = [f"LINEAGE_VERDICT={plan.verdict}", f"LINEAGE_DUE_COUNT={len(models)}"]
    if joined and len(joined) <= _DOTENV_LIMIT:
        lines.append(f"LINEAGE_DUE={joined}")
    return "".join(f"{line}\n" for line in lines)


def code_quality(plan: Plan) -> str:
    """A Code Quality report: a list with one entry a reason, at the line of the change."""
    entries = [_entry(plan, model, due) for model in plan.models for due in model.reasons]
    return dump(entries)


def _is_due(plan: Plan, model: ModelPlan) -> bool:
    return any(one.action == "retrain" and (one.is_new or plan.base is None) for one in model.reasons)


def _entry(plan: Plan, model: ModelPlan, due: Due) -> dict[str, Any]:
    file, line = place_of(due.where)
    return {
        "description": printable(f"{due.action} {model.name}: {due.message}"),
        "check_name": f"lineage/{due.action}",
        "fingerprint": fingerprint(model.manifest, due.action, due.subject),
        "severity": _SEVERITIES[due.action] if due.is_new or plan.base is None else "info",
        "location": {"path": printable(file or model.manifest), "lines": {"begin": max(int(line or 1), 1)}},
    }
