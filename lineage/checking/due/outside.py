"""What makes a model due though nothing was edited: its age, what somebody says of it, its live metrics."""

from collections.abc import Sequence
from datetime import date

from lineage.checking.due.age import due_age
from lineage.checking.due.live import due_live
from lineage.model.manifest import Manifest
from lineage.model.outside import Called, Outside
from lineage.model.plan import Due
from lineage.portable.policy import Policy


def due_outside(manifest: Manifest, policy: Policy, today: date, outside: Outside) -> list[Due]:
    """What its age and others ask for."""
    return [*due_age(manifest, policy, today), *_due_called(outside.called), *due_live(manifest, policy, outside.live)]


def _due_called(calls: Sequence[Called]) -> list[Due]:
    return [
        Due(subject="due", action="retrain", message=f"called due on {one.made}: {one.because}", observed=one.because)
        for one in calls
    ]
