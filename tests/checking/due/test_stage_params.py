"""Parameters of the DVC stage that makes the weights: recorded against what the files of HEAD give."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lineage.checking.assess import assess
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.model.manifest import Manifest, freeze
from lineage.model.plan import Due
from lineage.portable.policy import Policy, RetrainPolicy
from lineage.system.blobcache import BlobCache
from tests.checking.test_check import TODAY
from tests.support.checked import manifest, repository
from tests.support.gitrepos import commit, git

STAGES = b"""
stages:
  prepare:
    cmd: python prepare.py
    outs: [models]
  train:
    cmd: python train.py
    params: [lr, deep.er, gone]
    outs: [models/fraud.pkl]
  other:
    cmd: python other.py
    outs: [other.pkl]
"""
RECORDED = {"lr": 0.1, "deep": {"er": [1, 2]}, "epochs": 5}
PARAMS = b"lr: 0.1\ndeep: {er: [1, 2]}\nepochs: 6\n"


def due(root: Path, files: dict[str, bytes], policy: Policy | None = None, params: Any = None) -> list[Due]:
    repository(root, files={"dvc.yaml": STAGES, "params.yaml": PARAMS})
    model: Manifest = manifest("models/fraud", {}, base=git(root, "rev-parse", "HEAD"))
    model = replace(model, params=freeze(RECORDED if params is None else params))
    git(root, "rm", "--quiet", "dvc.yaml", "params.yaml")
    commit(root, {"README.md": b"", **files})
    with GitObjects(root) as objects:
        revision = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, BlobCache(None, "")))
        return list(assess(model, revision, policy or Policy(), TODAY).due)


def one(message: str, recorded: str, observed: str | None, where: str = "params.yaml") -> list[Due]:
    key = message.partition(" ")[0]
    shown = f"{message}, a parameter of the training"
    return [
        Due(
            subject=f"params:{key}",
            action="retrain",
            message=shown,
            recorded=recorded,
            observed=observed,
            step="unknown" if observed else "removed",
            where=where,
        )
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"dvc.yaml": STAGES, "params.yaml": PARAMS}, [], id="same"),
        pytest.param(
            {"dvc.yaml": STAGES, "params.yaml": PARAMS.replace(b"0.1", b"0.2")},
            one("lr 0.1 → 0.2", "0.1", "0.2"),
            id="changed",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "params.yaml": PARAMS.replace(b"[1, 2]", b"[1]")},
            one("deep.er [1, 2] → [1]", "[1, 2]", "[1]"),
            id="a list",
        ),
        pytest.param(
            {
                "dvc.yaml": STAGES.replace(b"[lr, deep.er, gone]", b"[all.toml: null]"),
                "all.toml": b"lr = 0.1\nepochs = 6\n",
            },
            [
                *one("deep.er [1, 2] → nothing", "[1, 2]", None, "all.toml"),
                *one("epochs 5 → 6", "5", "6", "all.toml"),
            ],
            id="a whole file",
        ),
        pytest.param(
            {"dvc.yaml": STAGES},
            [
                *one("lr 0.1 → nothing", "0.1", None, "dvc.yaml"),
                *one("deep.er [1, 2] → nothing", "[1, 2]", None, "dvc.yaml"),
            ],
            id="no file",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "params.yaml": b"deep: {er: [1, 2]}\n"},
            one("lr 0.1 → nothing", "0.1", None),
            id="one is gone",
        ),
        pytest.param(
            {"dvc.yaml": STAGES.replace(b"[lr, deep.er, gone]", b"[deep.er]"), "params.yaml": PARAMS},
            one("lr 0.1 → nothing", "0.1", None),
            id="one is named no more",
        ),
        pytest.param({"params.yaml": b"lr: 3\n"}, [], id="no stage"),
        pytest.param(
            {"dvc.yaml": STAGES.replace(b"fraud.pkl", b"a.pkl"), "params.yaml": PARAMS.replace(b"lr: 0.1", b"lr: 3")},
            one("lr 0.1 → 3", "0.1", "3"),
            id="the stage makes another file now",
        ),
        pytest.param(
            {"dvc.yaml": STAGES.replace(b"  train:", b"  fit:"), "params.yaml": PARAMS.replace(b"lr: 0.1", b"lr: 3")},
            one("lr 0.1 → 3", "0.1", "3"),
            id="the stage has another name now",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "params.yaml": b"- lr\n"},
            [
                Due(
                    subject="params",
                    action="undecided",
                    message="params.yaml: must be a table of names and values",
                    where="params.yaml",
                )
            ],
            id="no table",
        ),
    ],
)
def test_the_parameters_of_the_stage(tmp_path: Path, files: dict[str, bytes], expected: list[Due]) -> None:
    assert due(tmp_path / "a", files) == expected


def test_without_parameters_and_where_any_are_tolerated(tmp_path: Path) -> None:
    files = {"dvc.yaml": STAGES, "params.yaml": b"- lr\n"}

    assert due(tmp_path / "a", files, params={}) == []
    assert due(tmp_path / "b", files, Policy(retrain=RetrainPolicy(params="any"))) == []
