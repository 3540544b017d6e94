"""A stage that only DVC can fill in: what makes a model by it is undecided where its text or its values moved."""

from dataclasses import replace
from pathlib import Path

import pytest

from lineage.checking.due.unread_stage import due_unread_stage
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.model.manifest import freeze
from lineage.portable.policy import Policy, RetrainPolicy
from lineage.system.blobcache import BlobCache
from tests.checking.test_check_unread import told
from tests.support.checked import manifest, record
from tests.support.gitrepos import commit, git

EACH = b"""stages:
  train:
    foreach: ${countries}
    do:
      cmd: python train.py ${item}
      wdir: .
      params: [lr]
      outs: ["models/${item}.pkl"]
  report:
    cmd: python report.py
    outs: [report.txt]
"""
MATRIX = b"""vars: [more.yaml, {kind: big}]
stages:
  train:
    matrix: {country: [us, uk], size: [1]}
    cmd: python train.py ${item.country} ${kind}
    params: [{more.yaml: [depth], empty.yaml: }]
    outs: ["models/${item.country}.pkl"]
"""
PATH = b"stages:\n  train:\n    cmd: python train.py\n    outs: ['${place.models}/us.pkl']\n"
PARAMS = b"countries: [us, uk]\nlr: 0.1\nother: 1\nplace: {models: models}\n"
MORE = b"depth: 3\nunused: 1\n"
STAGE = ("code:dvc.yaml:train", "undecided", True)
PLAIN = b"stages:\n  train:\n    cmd: python train.py\n    outs: [models/us.pkl]\n"


def made(root: Path, pipeline: bytes) -> Path:
    git(root, "init", "--quiet", "--initial-branch=main")
    base = commit(root, {"dvc.yaml": pipeline, "params.yaml": PARAMS, "more.yaml": MORE})
    record(root, replace(manifest("models/us", {}, base=base), params=freeze({})))
    commit(root, {})
    return root


@pytest.mark.parametrize(
    ("pipeline", "edit", "is_due"),
    [
        (EACH, {"dvc.yaml": EACH.replace(b"train.py", b"fit.py")}, True),
        (EACH, {"params.yaml": PARAMS.replace(b"0.1", b"0.2")}, True),
        (EACH, {"params.yaml": PARAMS.replace(b"uk", b"fr")}, True),
        (EACH, {"params.yaml": PARAMS.replace(b"other: 1", b"other: 2")}, False),
        (EACH, {"dvc.yaml": EACH.replace(b"report.py", b"tell.py")}, False),
        (EACH, {"dvc.yaml": b"# why\n" + EACH.replace(b"      wdir: .\n", b"      wdir: '.'\n")}, False),
        (EACH, {"params.yaml": b"a: [\n"}, True),
        (EACH, {"dvc.yaml": PLAIN}, False),
        (EACH.replace(b"${item}.pkl", b"${item}.bin"), {"dvc.yaml": EACH.replace(b".pkl", b".bin") + b"# y"}, False),
        (MATRIX, {"dvc.yaml": MATRIX.replace(b"size: [1]", b"size: [2]")}, True),
        (MATRIX, {"dvc.yaml": MATRIX.replace(b"kind: big", b"kind: small")}, True),
        (MATRIX, {"more.yaml": MORE.replace(b"3", b"4")}, True),
        (MATRIX, {"more.yaml": MORE.replace(b"unused: 1", b"unused: 2")}, False),
        (PATH, {"dvc.yaml": PATH.replace(b"train.py", b"fit.py")}, True),
        (PATH, {"params.yaml": PARAMS.replace(b"models: models", b"models: m")}, True),
        (b"stages: [ # foreach", {"dvc.yaml": EACH}, True),
    ],
)
def test_it_is_undecided_where_its_text_moved(
    tmp_path: Path, pipeline: bytes, edit: dict[str, bytes], is_due: bool
) -> None:
    root = made(tmp_path, pipeline)
    commit(root, edit)

    expected = [STAGE] if is_due else []
    assert [one for one in told(root)[1] if one[0].startswith("code:")] == expected
    commit(root, {"README.md": b"x"})
    assert [one[2] for one in told(root)[1] if one[0].startswith("code:")] == [False] * is_due


def test_a_pipeline_that_is_malformed_is_told_once(tmp_path: Path) -> None:
    root = made(tmp_path, EACH)
    commit(root, {"dvc.yaml": b"stages: ["})

    assert told(root)[1] == [("code:dvc.yaml", "undecided", True)]
    commit(root, {"dvc.yaml": b"stages: [["})
    assert told(root)[1] == [("code:dvc.yaml", "undecided", True)]


def test_a_shallow_clone_cannot_tell(tmp_path: Path) -> None:
    root = tmp_path / "all"
    root.mkdir()
    made(root, EACH)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", str(tmp_path / "clone"))

    assert told(tmp_path / "clone", None)[1] == [STAGE]
    assert told(root, None)[1] == []


def test_where_code_does_not_count_neither_does_its_stage(tmp_path: Path) -> None:
    root = made(tmp_path, EACH)
    commit(root, {"dvc.yaml": EACH.replace(b"train.py", b"fit.py")})

    with GitObjects(root) as objects:
        head = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, BlobCache(None, "")))
        model = head.manifest("models/us.pkl.lineage.toml").manifest
        assert due_unread_stage(model, head, Policy(retrain=RetrainPolicy(code="any"))) == []
        assert [one.subject for one in due_unread_stage(model, head, Policy())] == [STAGE[0]]
