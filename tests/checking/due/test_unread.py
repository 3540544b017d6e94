"""``lineage.checking.due.packages.unread``: what could not be read in dependency files, beside single packages."""

import pytest

from lineage.checking.due.packages import unread
from lineage.checking.due.promises import Promises
from lineage.model.declarations import Declarations
from lineage.model.plan import Due
from lineage.portable.environment import Unknown
from lineage.portable.policy import Policy, RetrainPolicy


def promises(*unknown: tuple[str, str]) -> Promises:
    told = tuple(Unknown(*one) for one in unknown)
    return Promises([Declarations(path="Dockerfile", form="dockerfile", unknown=told)], {})


NAMELESS = ("packages", "Dockerfile:4 installs what it does not name")
MOVED = ("packages", "Dockerfile:9 installs what it does not name")
PYTHON = ("python", "Dockerfile:1 chooses 'system', which is no version")
IMAGE = ("system:image", "Dockerfile:1 is built from $A, where a variable has no value")


@pytest.mark.parametrize(
    ("then", "head", "retrain", "expected"),
    [
        ((), (NAMELESS,), RetrainPolicy(), (NAMELESS,)),
        ((NAMELESS,), (MOVED,), RetrainPolicy(), ()),
        (None, (MOVED, MOVED), RetrainPolicy(), (MOVED,)),
        ((), (("package:numpy", "x"),), RetrainPolicy(), ()),
        ((), (PYTHON, IMAGE), RetrainPolicy(), (PYTHON,)),
        ((), (PYTHON, IMAGE), RetrainPolicy(python="any", system="none"), (IMAGE,)),
    ],
)
def test_what_is_new_is_undecided(
    then: tuple[tuple[str, str], ...] | None,
    head: tuple[tuple[str, str], ...],
    retrain: RetrainPolicy,
    expected: tuple[tuple[str, str], ...],
) -> None:
    earlier = None if then is None else promises(*then)

    assert unread(promises(*head), earlier, Policy(retrain=retrain)) == [
        Due(subject=subject, action="undecided", message=reason) for subject, reason in expected
    ]
