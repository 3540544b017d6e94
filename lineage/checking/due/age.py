"""Whether a model is older than the policy allows; without a word of the policy, none is."""

from datetime import date

from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.policy import Policy


def due_age(manifest: Manifest, policy: Policy, today: date) -> list[Due]:
    """One, where a model was made more days before ``today`` (UTC) than are allowed, or after it."""
    allowed = policy.retrain.max_age
    made = manifest.created.date()
    days = (today - made).days
    if allowed is None or 0 <= days <= allowed:
        return []
    action, message = "retrain", f"made on {made}, {days} days ago, and {allowed} are allowed"
    if days < 0:
        action, message = "undecided", f"made on {made}, which is in the future: nothing tells how old it is"
    return [Due(subject="age", action=action, message=message, recorded=str(made), observed=f"{allowed}d")]
