"""The runs of stages that ``dvc.lock`` records, as DVC wrote them."""

import hashlib
from pathlib import Path

import pytest

from lineage.dvc.lock import locked_stages, stages_of_lock
from lineage.errors import InputError
from lineage.model.inputs import LockedStage, Tracked
from lineage.model.manifest import thaw

HINT = "DVC writes this file: restore it with git, or write it anew with `dvc add` or `dvc repro`"


def found(root: Path, *locks: str) -> dict[str, LockedStage]:
    def read(path: str) -> bytes | None:
        return (root / path).read_bytes() if (root / path).is_file() else None

    return {stage.name: stage for stage in locked_stages(locks, read)}


def of(root: Path, path: str, lock: str = "dvc.lock") -> Tracked:
    content = (root / path).read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Tracked(path=path, pointer=lock, digest=f"md5:{md5}", size=len(content))


def test_a_stage_whole(_pipeline: Path) -> None:
    stage = found(_pipeline, "dvc.lock")["train"]

    params = [(path, thaw(values)) for path, values in stage.params]
    assert params == [
        ("params.yaml", {"lr": 0.1, "train": {"depth": 3, "none": None}}),
        ("conf/extra.toml", {"epochs": 5, "sizes.hidden": 64}),
    ]
    assert stage == LockedStage(
        name="train",
        file="dvc.lock",
        deps=tuple(of(_pipeline, path) for path in ("data/clean.csv", "models/base.pkl", "train.py", "train.sh")),
        outs=tuple(of(_pipeline, path) for path in ("eval/scores.yaml", "metrics.json", "models/fraud.pkl")),
        metrics=("eval/scores.yaml", "metrics.json"),
        params=stage.params,
    )


def test_every_run_of_a_foreach_stage_knows_its_metrics(_pipeline: Path) -> None:
    stages = found(_pipeline, "dvc.lock", "params.yaml")

    assert list(stages) == ["prepare", "train", "line@us", "line@eu"]
    assert {name: stage.metrics for name, stage in stages.items() if "@" in name} == {
        "line@us": ("us.json",),
        "line@eu": ("eu.json",),
    }
    assert stages["line@us"].deps[0].is_directory


def test_a_matrix_stage_with_a_directory_of_its_own(_pipeline: Path) -> None:
    stage = found(_pipeline, "deep/dvc.lock")["sized@l"]

    assert [one.path for one in stage.deps] == ["config.yaml"]
    assert [one.path for one in stage.outs] == ["deep/work/m-l", "deep/work/out-l"]
    assert stage.metrics == ("deep/work/m-l",)
    assert [(path, thaw(values)) for path, values in stage.params] == [
        ("conf/extra.toml", {"epochs": 5, "sizes": {"hidden": 64}})
    ]


LOCK = b"""\
schema: '2.0'
stages:
  one:
    cmd: x
    deps:
    - {path: /data/raw.csv, md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
    - {path: s3://bucket/raw.csv, etag: abc}
    - {path: old.csv, md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, size: 3}
    - {path: later.csv}
    params: {params.yaml: {0: a}, ../up.yaml: {a: 1}, none.yaml: }
    outs:
    - {path: a.json, hash: sha, md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}
    - {path: b.json}
"""


def test_what_lies_outside_is_counted_and_what_has_no_digest_has_none() -> None:
    pipeline = b"stages:\n  one:\n    cmd: x\n    metrics: ['${a}.json']\n    outs: [b.json]\n"
    (stage,) = stages_of_lock("dvc.lock", LOCK, pipeline)

    assert stage.outside == 2
    assert [(one.path, one.digest) for one in (*stage.deps, *stage.outs)] == [
        ("old.csv", "md5-dos2unix:" + "b" * 32),
        ("later.csv", None),
        ("a.json", None),
        ("b.json", None),
    ]
    # `${a}.json` could be b.json too, but that is declared as an output.
    assert stage.metrics == ("a.json",)
    assert [(path, thaw(values)) for path, values in stage.params] == [("params.yaml", {"0": "a"})]


@pytest.mark.parametrize(
    "pipeline",
    [None, b"stages: {one: {cmd: x, metrics: ['${a}'], outs: ['${b}']}}\n", b"stages: {one: {cmd: x}}\n"],
    ids=["no dvc.yaml", "could be either", "none declared"],
)
def test_what_may_be_no_metric_is_none(pipeline: bytes | None) -> None:
    (stage,) = stages_of_lock("dvc.lock", LOCK, pipeline)

    assert stage.metrics == ()


def test_a_stage_that_is_gone_from_the_pipeline_made_nothing() -> None:
    assert stages_of_lock("dvc.lock", LOCK, b"stages: {two: {cmd: x}}\n") == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"schema: '2.0'\nstages: {a: {deps: x}}\n", "dvc.lock: stages.a.deps: must be a list"),
        (b"schema: '2.0'\nstages: {a: {deps: [{path: 3}]}}\n", "dvc.lock: stages.a.deps[0].path: must be text"),
        (b"schema: '2.0'\nstages: {a: {params: [x]}}\n", "dvc.lock: stages.a.params: must be a mapping of names"),
    ],
)
def test_a_malformed_lock_names_file_and_key(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        stages_of_lock("dvc.lock", content, None)
    assert str(caught.value) == f"{message}\n  {HINT}"
