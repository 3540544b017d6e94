"""Commands, parameters and data that were edited, whether or not a model is touched."""

from pathlib import Path

import pytest

from lineage.checking.revisions.edits import changes_between
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.portable.environment import Unknown
from lineage.system.blobcache import BlobCache
from tests.support.checked import manifest, record
from tests.support.gitrepos import commit, git, make

STAGE = b"""stages:
  train:
    cmd: python train.py
    deps: [data/d.csv, data/more, train.py]
    params: [lr]
    outs: [models/m.bin]
"""
POINTER = "outs:\n- md5: %s\n  size: 1\n  path: big.csv\n"
FIRST = {
    "dvc.yaml": STAGE,
    "params.yaml": b"lr: 0.1\nother: 1\n",
    "data/d.csv": b"d\n",
    "data/more/a.csv": b"a\n",
    "big.csv.dvc": (POINTER % ("a" * 32)).encode(),
    "notes.csv": b"1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make(tmp_path / "edited")
    commit(root, FIRST)
    return root


def told(root: Path) -> tuple[list[tuple[str, str, str | None, str | None, str, str]], list[Unknown]]:
    """(kind, subject, recorded, observed, step, where) of the last commit's edits, and what is unknown."""
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        base, head = (at_commit(objects, objects.commit(name), readings) for name in ("HEAD~1", "HEAD"))
        unknown: list[Unknown] = []
        found = changes_between(base, head, unknown)
    return [(one.kind, one.subject, one.recorded, one.observed, one.step, one.where) for one in found], unknown


def blob(root: Path, name: str) -> str:
    return git(root, "rev-parse", name)[:12]


def test_a_parameter_is_told_by_its_name(root: Path) -> None:
    commit(root, {"params.yaml": b"lr: 0.2\nother: 2\n"})

    assert told(root) == ([("params", "params:lr", "0.1", "0.2", "unknown", "params.yaml")], [])


def test_a_command_and_a_parameter_that_is_asked_for_now(root: Path) -> None:
    text = STAGE.replace(b"python train.py", b"python  -O train.py").replace(b"[lr]", b"[lr, other]")
    commit(root, {"dvc.yaml": text})

    assert told(root) == (
        [
            ("code", "code:dvc.yaml:train", "python train.py", "python  -O train.py", "unknown", "dvc.yaml"),
            ("params", "params:other", None, "1", "added", "params.yaml"),
        ],
        [],
    )


def test_a_stage_that_came_and_one_that_went(root: Path) -> None:
    commit(root, {"dvc.yaml": b"stages:\n  other:\n    cmd: ls\n"})

    assert told(root) == (
        [
            ("code", "code:dvc.yaml:other", None, "ls", "added", "dvc.yaml"),
            ("code", "code:dvc.yaml:train", "python train.py", None, "removed", "dvc.yaml"),
            ("params", "params:lr", "0.1", None, "removed", "params.yaml"),
        ],
        [],
    )


def test_data_of_a_stage_and_of_a_pointer(root: Path) -> None:
    commit(
        root,
        {
            "data/d.csv": b"e\n",
            "data/more/b.csv": b"b\n",
            "big.csv.dvc": (POINTER % ("b" * 32)).encode(),
            "notes.csv": b"2\n",
        },
    )
    found, unknown = told(root)

    assert unknown == []
    assert [one[:2] for one in found] == [("data", f"data:{path}") for path in ("big.csv", "data/d.csv", "data/more")]
    assert found[0][2:] == ("a" * 12, "b" * 12, "unknown", "big.csv")
    assert found[1][2:4] == (blob(root, "HEAD~1:data/d.csv"), blob(root, "HEAD:data/d.csv"))


def test_what_a_recorded_model_read_is_data_and_its_weights_are_none(root: Path) -> None:
    record(root, manifest("models/m", {}, {}, [], {"notes.csv": "sha256:" + "0" * 64}))
    commit(root, {"models/m.pkl.dvc": (POINTER.replace("big.csv", "m.pkl") % ("a" * 32)).encode()})
    commit(root, {"notes.csv": b"2\n", "models/m.pkl.dvc": (POINTER.replace("big.csv", "m.pkl") % ("b" * 32)).encode()})

    assert [one[:2] for one in told(root)[0]] == [("data", "data:notes.csv")]


def test_a_pipeline_that_cannot_be_read_is_told_where_it_was_edited(root: Path) -> None:
    commit(root, {"dvc.yaml": b"stages: 1\n"})
    found, unknown = told(root)
    commit(root, {"data/d.csv": b"f\n"})

    assert found == []
    assert [one.subject for one in unknown] == ["file:dvc.yaml"]
    assert told(root) == ([], [])
