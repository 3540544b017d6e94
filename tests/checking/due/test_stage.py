"""``lineage.checking.due.stage``: what the capture's commit has of a stage, and what is said where it has nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from lineage.checking.due.stage import due_stage
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.model.manifest import freeze
from lineage.model.plan import Due
from lineage.portable.policy import Policy, RetrainPolicy
from lineage.system.blobcache import BlobCache
from tests.support.checked import TRAIN, manifest
from tests.support.gitrepos import commit, git

PIPELINE = b"""stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [lr, gone]
    outs: [models/fraud.pkl]
"""
BROKEN = b"stages: [\n"
THEN = {"dvc.yaml": PIPELINE, "params.yaml": b"lr: 0.1\ngone: 1\n", "train.py": TRAIN}
NOW = {"dvc.yaml": PIPELINE.replace(b"train.py\n", b"train.py --fast\n", 1), "params.yaml": b"lr: 0.1\n"}


def due(
    root: Path, then: dict[str, bytes], now: dict[str, bytes], policy: RetrainPolicy | None = None, base: str = ""
) -> list[Due]:
    """What is due by its stage of a model that was captured with parameters on the first state."""
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    made = commit(root, then)
    commit(root, {**now})
    model = replace(manifest("models/fraud", {}, base=base or made), params=freeze({"lr": 0.1, "gone": 1}))
    with GitObjects(root) as objects:
        revision = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, BlobCache(None, "")))
        return due_stage(model, revision, Policy(retrain=policy or RetrainPolicy()))


def shown(found: list[Due]) -> list[tuple[str, str]]:
    return [(one.subject, one.action) for one in found]


def test_both_are_told_where_the_commit_has_the_stage(tmp_path: Path) -> None:
    assert shown(due(tmp_path / "a", THEN, NOW)) == [("code:dvc.yaml:train", "retrain"), ("params:gone", "retrain")]


def test_a_policy_that_asks_for_neither_reads_no_stage(tmp_path: Path) -> None:
    assert due(tmp_path / "a", THEN, {"dvc.yaml": BROKEN}, RetrainPolicy(code="any", params="any")) == []


@pytest.mark.parametrize(
    ("policy", "subject"),
    [
        pytest.param(RetrainPolicy(), "params", id="parameters"),
        pytest.param(RetrainPolicy(params="any"), "code:dvc.yaml", id="code alone"),
    ],
)
def test_a_pipeline_of_today_that_cannot_be_read(policy: RetrainPolicy, subject: str, tmp_path: Path) -> None:
    (found,) = due(tmp_path / "a", THEN, {"dvc.yaml": BROKEN}, policy)

    assert (found.subject, found.action, found.where.partition(":")[0]) == (subject, "undecided", "dvc.yaml")


@pytest.mark.parametrize("pipeline", [None, BROKEN], ids=["that is not there", "that cannot be read"])
def test_a_pipeline_of_the_capture(pipeline: bytes | None, tmp_path: Path) -> None:
    """Nothing is known of the stage as it was, so no edit of it is told; its parameters were none of a stage's."""
    then = {"params.yaml": b"lr: 0.1\n", "train.py": TRAIN} | ({} if pipeline is None else {"dvc.yaml": pipeline})

    assert due(tmp_path / "a", then, NOW) == []


def test_parameters_of_the_capture_that_cannot_be_read(tmp_path: Path) -> None:
    assert shown(due(tmp_path / "a", {**THEN, "params.yaml": b"lr: [\n"}, NOW))[1:] == [("params:gone", "undecided")]


def test_a_commit_that_is_not_here(tmp_path: Path) -> None:
    found = due(tmp_path / "a", THEN, NOW, base="1" * 40)

    assert shown(found) == [("code:dvc.yaml:train", "undecided"), ("params:gone", "undecided")]
