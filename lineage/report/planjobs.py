"""What a plan tells the later steps and jobs of a CI pipeline: which models to retrain.

Sources: "Workflow commands for GitHub Actions" (outputs are ``NAME=VALUE`` lines), "artifacts:reports:dotenv" and "Code
Quality" of GitLab's documentation.
"""

import hashlib
import json
from collections import Counter
from typing import Any
from urllib.parse import quote

from lineage.model.plan import Due, ModelPlan, Plan
from lineage.report.json_document import dump
from lineage.report.text import printable

_SEVERITIES = {"retrain": "major", "undecided": "major", "verify": "minor"}
_DOTENV_LIMIT = 4000
"""bytes of one value: GitLab refuses a file of more than 5 KB"""


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
    file, _, line = due.where.rpartition(":") if due.where.rpartition(":")[2].isdigit() else (due.where, "", "1")
    fingerprint = "\0".join((model.manifest, due.action, due.subject))
    return {
        "description": printable(f"{due.action} {model.name}: {due.message}"),
        "check_name": f"lineage/{due.action}",
        "fingerprint": hashlib.sha256(fingerprint.encode("utf-8", "surrogateescape")).hexdigest(),
        "severity": _SEVERITIES[due.action] if due.is_new or plan.base is None else "info",
        "location": {"path": printable(file or model.manifest), "lines": {"begin": max(int(line), 1)}},
    }
