"""The stages of a ``dvc.yaml``, as far as they can be told without DVC."""

import pytest

from lineage.dvc.pointers import declared_stages, stages
from lineage.errors import InputError
from lineage.model.inputs import Stage

CORRECT = "correct the file; `dvc stage list` tells what DVC makes of it"


def test_a_stage_whole() -> None:
    content = b"""\
stages:
  train:
    wdir: ../src
    cmd:
    - python prepare.py
    - python train.py --rate ${rate}
    deps:
    - train.py
    - ../data/raw.csv
    - s3://bucket/x
    - ../../outside
    params: [rate]
    outs:
    - ../models/fraud.pkl:
        cache: true
        desc: the model
    - cache/
    metrics:
    - metrics.json: {cache: false}
    plots:
    - roc.csv:
        x: fpr
"""
    assert stages("pipe/dvc.yaml", content) == (
        Stage(
            name="train",
            file="pipe/dvc.yaml",
            commands=("python prepare.py", "python train.py --rate ${rate}"),
            directory="src",
            deps=("src/train.py", "data/raw.csv"),
            outs=("models/fraud.pkl", "src/cache", "src/metrics.json", "src/roc.csv"),
            params=(("src/params.yaml", ("rate",)),),
            metrics=("src/metrics.json",),
        ),
    )


def test_a_stage_at_the_root() -> None:
    content = b"stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [m.pkl]\n"
    assert stages("dvc.yaml", content) == (
        Stage(
            name="train",
            file="dvc.yaml",
            commands=("python train.py",),
            directory="",
            deps=("train.py",),
            outs=("m.pkl",),
        ),
    )


@pytest.mark.parametrize(
    "stage",
    [
        "foreach: [a]\n    do: {cmd: x}",
        "matrix: {a: [1]}\n    cmd: x ${item.a}",
        "cmd: x\n    deps: ['${data}']",
        "cmd: x\n    outs: [{'${out}': {cache: false}}]",
        "cmd: x\n    wdir: ${dir}",
        "cmd: x\n    wdir: ../..",
    ],
)
def test_a_stage_that_only_dvc_can_fill_in_is_left_out(stage: str) -> None:
    content = f"stages:\n  one:\n    {stage}\n  two:\n    cmd: y\n".encode()
    assert [each.name for each in stages("dvc.yaml", content)] == ["two"]


@pytest.mark.parametrize("content", [b"", b"stages:\n", b"vars: [a]\nplots: [x.csv]\n"])
def test_a_file_without_stages(content: bytes) -> None:
    assert stages("dvc.yaml", content) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a\n", "dvc.yaml: must be a mapping of names"),
        (b"stages: [a]\n", "dvc.yaml: stages: must be a mapping of names"),
        (b"stages: {a: x}\n", "dvc.yaml: stages.a: must be a mapping of names"),
        (b"stages: {a: {outs: []}}\n", "dvc.yaml: stages.a.cmd: must be text"),
        (b"stages: {a: {cmd: [x, 3]}}\n", "dvc.yaml: stages.a.cmd: must be text"),
        (b"stages: {a: {cmd: x, wdir: 3}}\n", "dvc.yaml: stages.a.wdir: must be text"),
        (b"stages: {a: {cmd: x, deps: y}}\n", "dvc.yaml: stages.a.deps: must be a list"),
        (b"stages: {a: {cmd: x, outs: [{a: {}, b: {}}]}}\n", "dvc.yaml: stages.a.outs[0]: must be text"),
        (b"stages: {a: {cmd: x, plots: [p, 3]}}\n", "dvc.yaml: stages.a.plots[1]: must be text"),
    ],
)
def test_a_malformed_pipeline_names_file_and_key(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        stages("dvc.yaml", content)
    assert str(caught.value) == f"{message}\n  {CORRECT}"


def test_every_pipeline_of_a_tree_is_read() -> None:
    files = {
        "b/dvc.yaml": b"stages: {x: {cmd: 'true'}}\n",
        "a.yaml": b"\xff",
        "dvc.yaml": b"stages: {y: {cmd: 'false'}}\n",
    }
    found = declared_stages([*files, "gone/dvc.yaml"], files.get)
    assert [(each.file, each.name) for each in found] == [("b/dvc.yaml", "x"), ("dvc.yaml", "y")]
