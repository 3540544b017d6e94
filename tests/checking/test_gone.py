"""Manifests of the base that HEAD lacks: what is told beside the ways of ``test_nothing_disappears``."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit, at_index, at_worktree
from lineage.git.objects import GitObjects
from lineage.model.manifest import freeze
from lineage.portable.policy import Policy, Waiver
from lineage.system.blobcache import BlobCache
from tests.checking.test_check import STRICT, TODAY, plan_of, told
from tests.support.checked import LOCK, TRAIN, fraud, manifest, record
from tests.support.gitrepos import commit, git
from tests.support.ways import GONE, LINKED, M, ground

UNTRACKED = f"{M} is gone, and whether models/fraud.pkl went too is not known here"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def newly_due(root: Path, is_staged: bool) -> list[str]:
    """What the index, else the work tree, makes newly due."""
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        base = at_commit(objects, objects.commit("HEAD"), readings)
        head = at_index(objects, readings) if is_staged else at_worktree(objects, readings)
        plan = check(base, head, Judges(policies=((STRICT, "defaults"),), today=TODAY))
    return [one.message for model in plan.models for one in model.reasons]


def test_weights_that_nothing_tracks_may_still_be_there(root: Path) -> None:
    (root / M).unlink()
    commit(root, {})

    plan = plan_of(root, "HEAD~1")
    assert told(plan) == ("undecided", [("models/fraud", "undecided", True, [UNTRACKED])])
    assert plan.models[0].reasons[0].where == M


def test_weights_that_git_has_are_told_or_went(root: Path) -> None:
    commit(root, {"models/fraud.pkl": b"weights\n"})
    (root / M).unlink()
    commit(root, {})
    assert told(plan_of(root, "HEAD~1")) == ("undecided", [("models/fraud", "undecided", True, [GONE])])
    (root / "models/fraud.pkl").unlink()
    commit(root, {})
    assert told(plan_of(root, "HEAD~2")) == ("undecided", [])  # no model is left


def test_another_manifest_records_the_weights(root: Path) -> None:
    (root / M).unlink()
    other = replace(manifest("models/fraud", {"requirements.txt": LOCK}, {"train.py": TRAIN}), metrics=freeze({"a": 1}))
    record(root, other)
    (root / M).rename(root / "fraud.lineage.toml")
    commit(root, {})

    assert told(plan_of(root, "HEAD~1")) == ("pass", [("models/fraud", "none", False, [])])


def test_a_manifest_that_nobody_could_read_is_missed_too(root: Path) -> None:
    commit(root, {M: b"[\n", "models/fraud.pkl": b"weights\n"})
    (root / M).unlink()
    commit(root, {})

    assert told(plan_of(root, "HEAD~1")) == ("undecided", [("models/fraud", "undecided", True, [GONE])])


def test_a_manifest_that_came_after_a_branch_went_its_way_is_not_missed(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "work")
    commit(root, {"notes.md": b"a\n"})
    git(root, "checkout", "--quiet", "main")
    record(root, manifest("models/spam", {"requirements.txt": LOCK}))
    commit(root, {})

    assert told(plan_of(root, "main", "work")) == ("pass", [("models/fraud", "none", False, [])])
    git(root, "checkout", "--quiet", "work")
    (root / M).unlink()
    commit(root, {})
    assert told(plan_of(root, "main", "work"))[1] == [("models/fraud", "undecided", True, [UNTRACKED])]


def test_a_waiver_of_every_policy_lets_a_manifest_go(root: Path) -> None:
    (root / M).unlink()
    commit(root, {})
    waived = Policy(waivers=(Waiver(f"manifest:{M}", (), "served elsewhere", date(2027, 1, 1)),))

    plan = plan_of(root, "HEAD~1", policies=(waived,))
    assert (plan.models, [one.reason for one in plan.accepted]) == ((), ["served elsewhere"])
    plan = plan_of(root, "HEAD~1", policies=(waived, STRICT))
    assert ([one.action for one in plan.models], plan.accepted) == (["undecided"], ())


@pytest.mark.parametrize("is_staged", [True, False])
def test_the_index_and_the_work_tree_lack_it_too(tmp_path: Path, is_staged: bool) -> None:
    root = ground(tmp_path / "fraud")
    (root / M).unlink()
    git(root, "add", "--all")
    assert newly_due(root, is_staged) == [GONE]
    (root / M).symlink_to("nowhere.toml")
    git(root, "add", "--all")
    assert newly_due(root, is_staged) == [LINKED]
    (root / M).unlink()
    (root / M).symlink_to("../kept.lineage.toml")
    (root / "kept.lineage.toml").write_bytes(git(root, "show", f"HEAD:{M}").encode() + b"\n")
    git(root, "add", "--all")
    assert newly_due(root, is_staged) == []
