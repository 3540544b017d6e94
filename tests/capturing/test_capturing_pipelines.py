"""Models of DVC pipelines: inputs, parameters and metrics come by themselves."""

from pathlib import Path

from lineage.manifest.files import read_manifest
from lineage.model.inputs import RunFiles
from lineage.model.manifest import EMPTY, freeze, thaw
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, run_lineage
from tests.support.recording import captured, recorded

CLEAN = "md5:00f7d50ab4278a7899d7499481c9603a"
BASE = "models/base.pkl"
PARAMS = {"lr": 0.1, "train": {"depth": 3}, "epochs": 5, "sizes": {"hidden": 64}}


def test_a_stage_gives_inputs_parameters_and_metrics(pipeline: Path, environment: Path) -> None:
    stored = recorded(pipeline, environment)

    manifest = read_manifest(pipeline / MANIFEST).manifest
    assert manifest == stored.manifest
    inputs = thaw(manifest.inputs)
    assert inputs == {
        "data/clean.csv": CLEAN,
        BASE: "md5:35a5b1d85b7654229dfe85526c3f385f",
        "train.sh": inputs["train.sh"],
    }
    assert thaw(manifest.params) == PARAMS
    assert thaw(manifest.metrics) == {
        "metrics": {"auc": 0.9, "by": {"us": 0.8}},
        "scores": {"auc": 0.7, "n": 12},
    }
    assert manifest.problems == (("params.left-out", "params.yaml", "train.none: no value (null) cannot be recorded"),)


def test_a_model_made_from_another_names_its_manifest(pipeline: Path, environment: Path) -> None:
    base = recorded(pipeline, environment, BASE)

    fraud = recorded(pipeline, environment)

    assert fraud.manifest.inputs["models/base.pkl.lineage.toml"] == base.id
    assert BASE not in fraud.manifest.inputs


def test_what_is_given_wins_key_by_key(pipeline: Path, environment: Path) -> None:
    found = captured(
        pipeline, environment, params=freeze({"lr": 1, "seed": 7}), metrics=freeze({"metrics": {"auc": 0.5}})
    )

    assert thaw(found.manifest.params) == {**PARAMS, "lr": 1, "seed": 7}
    assert thaw(found.manifest.metrics)["metrics"] == {"auc": 0.5, "by": {"us": 0.8}}


def test_a_run_adds_what_it_read(pipeline: Path, environment: Path) -> None:
    # As `dvc repro` reads: the pipeline's first stage too, and what it made for the second.
    files = RunFiles(
        read=frozenset({"data/raw.csv", "data/clean.csv", "config.yaml", "params.yaml", MODEL}),
        written=frozenset({MODEL}),
        changed=frozenset({MODEL, "data/clean.csv", "metrics.json", "eval/scores.yaml", "dvc.lock"}),
    )

    alone = captured(pipeline, environment).manifest
    found = captured(pipeline, environment, files=files).manifest

    assert thaw(found.inputs) == {
        **thaw(alone.inputs),
        "data/raw.csv": CLEAN,
        "config.yaml": "sha256:a85124834bf38f5d743902e24d0dd7093c5b52ce593097f8d1d868d0ede4eccc",
    }
    assert (found.params, found.metrics, found.problems) == (alone.params, alone.metrics, alone.problems)


def test_one_state_has_one_id(pipeline: Path, environment: Path) -> None:
    first = recorded(pipeline, environment)

    assert recorded(pipeline, environment).id == first.id


def test_without_dvc_nothing_is_claimed(project: Path, environment: Path) -> None:
    manifest = captured(project, environment).manifest

    assert (manifest.inputs, manifest.params, manifest.metrics) == (EMPTY, EMPTY, EMPTY)


def test_show_and_diff_name_the_inputs(pipeline: Path, environment: Path) -> None:
    recorded(pipeline, environment)
    (pipeline / "old.lineage.toml").write_bytes((pipeline / MANIFEST).read_bytes())
    stored = recorded(pipeline, environment, BASE)
    recorded(pipeline, environment)

    shown = run_lineage("show", MANIFEST, cwd=pipeline)
    different = run_lineage("diff", "old.lineage.toml", MANIFEST, cwd=pipeline)

    lines = [line.split(maxsplit=1)[1] for line in shown.stdout.splitlines() if line.startswith("input ")]
    assert lines[:2] == ["data/clean.csv, md5:00f7d50ab427", f"{BASE}.lineage.toml, {stored.id[:19]}"]
    assert different.code == 1
    rows = [line.split() for line in different.stdout.splitlines() if " data " in f" {line} "]
    assert [row[row.index("data") :] for row in rows] == [
        ["data", BASE, "md5:35a5b1d85b76", "→", "nothing"],
        ["data", f"{BASE}.lineage.toml", "nothing", "→", stored.id[:19]],
    ]


def test_show_counts_what_it_does_not_list(project: Path, environment: Path) -> None:
    read = [f"{index:02}.csv" for index in range(21)]
    projects.write(project, dict.fromkeys(read, b""))
    nothing: frozenset[str] = frozenset()
    recorded(project, environment, files=RunFiles(read=frozenset(read), written=nothing, changed=nothing))

    shown = run_lineage("show", MANIFEST, cwd=project)

    lines = [line.split(maxsplit=1)[1] for line in shown.stdout.splitlines() if line.startswith("input ")]
    assert lines == [*(f"{path}, sha256:e3b0c44298fc" for path in read[:20]), "… and 1 more"]
