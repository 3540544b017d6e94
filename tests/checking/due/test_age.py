"""Models that are older than the policy allows."""

from datetime import date
from pathlib import Path

import pytest

from lineage.checking.due.age import due_age
from lineage.model.plan import Due
from lineage.portable.policy import Policy, RetrainPolicy
from tests.checking.test_check import TODAY, plan_of, told
from tests.support.checked import fraud
from tests.support.documents import FULL
from tests.support.gitrepos import commit

MADE = FULL.created.date()


def policy(days: int | None) -> Policy:
    return Policy(retrain=RetrainPolicy(max_age=days))


@pytest.mark.parametrize(
    ("today", "days", "found"),
    [
        (date(2099, 1, 1), None, None),
        (date(2026, 11, 30), 10, None),
        (date(2026, 11, 20), 0, None),
        (date(2026, 12, 1), 10, ("retrain", "made on 2026-11-20, 11 days ago, and 10 are allowed")),
        (
            date(2026, 11, 19),
            10,
            ("undecided", "made on 2026-11-20, which is in the future: nothing tells how old it is"),
        ),
    ],
)
def test_an_age_by_its_days(today: date, days: int | None, found: tuple[str, str] | None) -> None:
    expected = []
    if found is not None:
        expected = [
            Due(subject="age", action=found[0], message=found[1], recorded="2026-11-20", observed=f"{days}d"),
        ]
    assert due_age(FULL, policy(days), today) == expected


def test_in_a_range_an_old_model_was_due_before(tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    commit(root, {"notes.md": b"a\n"})
    assert MADE == TODAY
    aged = policy(10)

    later = date(2026, 12, 1)
    reason = "made on 2026-11-20, 11 days ago, and 10 are allowed"
    assert told(plan_of(root, None, policies=(aged,), today=later)) == (
        "fail",
        [("models/fraud", "retrain", True, [reason])],
    )
    assert told(plan_of(root, "HEAD~1", policies=(aged,), today=later)) == (
        "pass",
        [("models/fraud", "retrain", False, [reason])],
    )
