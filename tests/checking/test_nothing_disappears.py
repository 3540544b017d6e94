"""What is moved, renamed, linked, deleted or new beside a model is told, and what changes nothing is not."""

from pathlib import Path

import pytest

from tests.checking.test_check import plan_of
from tests.support.ways import WAYS, Way, ground, take

SAMPLE = (
    "a manifest deleted with a bump",
    "a manifest deleted, its pointer broken",
    "a manifest moved",
    "one moved, and ranges new",
    "one moved, and one that nobody can read new",
    "a new lock that nobody can read",
    "another Python",
    "a file of settings deleted",
)


def told(root: Path) -> tuple[str, list[str]]:
    """(verdict, what is newly due)."""
    plan = plan_of(root, "HEAD~1")
    return plan.verdict, [one.message for model in plan.models for one in model.reasons if one.is_new]


@pytest.mark.parametrize("way", [pytest.param(one, id=one.name) for one in WAYS if one.name in SAMPLE])
def test_a_sample_of_the_ways(tmp_path: Path, way: Way) -> None:
    root = ground(tmp_path / "fraud")
    take(root, way.steps)

    assert told(root) == (way.verdict if way.says else "pass", [way.says] if way.says else [])


@pytest.mark.slow
@pytest.mark.parametrize("way", [pytest.param(one, id=one.name) for one in WAYS if one.name not in SAMPLE])
def test_every_other_way(tmp_path: Path, way: Way) -> None:
    root = ground(tmp_path / "fraud")
    take(root, way.steps)

    assert told(root) == (way.verdict if way.says else "pass", [way.says] if way.says else [])
