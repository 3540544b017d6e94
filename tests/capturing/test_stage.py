"""What the DVC stage that made some weights tells of them: its run, parameters and metrics."""

from pathlib import Path

import pytest

from lineage.capturing.stage import StageRecord, describe_stage
from lineage.code.state import describe_repository
from lineage.git.repository import GitRepository
from lineage.model.inputs import RunFiles
from lineage.portable.environment import Problem
from lineage.weights.measure import measure
from tests.support import projects
from tests.support.projects import MODEL

NULL = Problem("params.left-out", "params.yaml", "train.none: no value (null) cannot be recorded")
PARAMS = {"lr": 0.1, "train": {"depth": 3}, "epochs": 5, "sizes": {"hidden": 64}}
METRICS = {"metrics": {"auc": 0.9, "by": {"us": 0.8}}, "scores": {"auc": 0.7, "n": 12}}
OTHER = Problem(
    "stage.other-weights",
    "dvc.lock",
    "has the stage train with other weights: parameters and metrics are those of the files as they stand, "
    "inputs are not known",
)


def described(root: Path, *paths: str, files: RunFiles | None = None) -> StageRecord:
    with GitRepository.open(root) as repository:
        state = describe_repository(repository, [])
    return describe_stage(state, [measure(root, path) for path in paths or (MODEL,)], files)


def wrote(*paths: str) -> RunFiles:
    return RunFiles(read=frozenset(), written=frozenset(), changed=frozenset(paths))


def test_the_run_that_gave_the_weights_tells_all(pipeline: Path) -> None:
    found = described(pipeline)

    assert found.run is not None
    assert found.run.name == "train"
    assert (dict(found.params), dict(found.metrics), found.problems) == (PARAMS, METRICS, (NULL,))
    assert found.files == {"params.yaml", "conf/extra.toml", "metrics.json", "eval/scores.yaml"}


def test_parameters_are_those_of_the_run_not_of_the_files_now(pipeline: Path) -> None:
    projects.write(pipeline, {"params.yaml": b"lr: 9\ntrain: 9\n", "conf/extra.toml": b""})

    assert described(pipeline).params == PARAMS


def test_metrics_that_are_not_those_of_the_run_are_left_out(pipeline: Path) -> None:
    projects.write(pipeline, {"metrics.json": b'{"auc": 1.0}'})

    found = described(pipeline)

    assert found.metrics == {"auc": 0.7, "n": 12}
    detail = "is not what dvc.lock has of the run: not recorded"
    assert found.problems == (NULL, Problem("metrics.other-run", "metrics.json", detail))


def test_other_weights_get_the_files_as_they_stand(pipeline: Path) -> None:
    projects.write(
        pipeline, {MODEL: b"\x80\x04K\x07.", "params.yaml": b"lr: 9\ntrain: {depth: 4}\n", "conf/extra.toml": b""}
    )

    found = described(pipeline)

    assert (found.run, found.params, found.metrics) == (None, {"lr": 9, "train": {"depth": 4}}, METRICS)
    assert found.problems == (
        Problem("params.missing", "conf/extra.toml", "epochs is not there"),
        Problem("params.missing", "conf/extra.toml", "sizes.hidden is not there"),
        OTHER,
    )


def test_a_watched_run_gets_the_metrics_that_it_wrote(pipeline: Path) -> None:
    projects.write(pipeline, {MODEL: b"\x80\x04K\x07."})

    found = described(pipeline, files=wrote(MODEL, "metrics.json"))

    assert (found.params, found.metrics) == (PARAMS, {"auc": 0.9, "by": {"us": 0.8}})
    detail = "the run did not write it: not recorded"
    assert found.problems == (NULL, Problem("metrics.other-run", "eval/scores.yaml", detail))


@pytest.mark.parametrize("line", ["us", "eu"])
def test_a_stage_that_dvc_fills_in(pipeline: Path, line: str) -> None:
    found = described(pipeline, f"models/{line}.pkl")

    assert found.run is not None
    assert (found.run.name, found.params, found.metrics) == (f"line@{line}", {"lr": 0.1}, {"auc": 1})
    assert found.problems == ()


def test_a_stage_that_dvc_fills_in_and_other_weights(pipeline: Path) -> None:
    projects.write(pipeline, {"models/us.pkl": b"\x80\x04K\x07."})
    detail = (
        "DVC fills in the stage line@us, and dvc.lock has it with other weights: "
        "its parameters and metrics are not known"
    )

    assert described(pipeline, "models/us.pkl") == StageRecord(problems=(Problem("stage.unknown", "dvc.lock", detail),))


def test_weights_inside_an_output(pipeline: Path) -> None:
    found = described(pipeline, "deep/work/out-l/a.pkl")

    assert found.run is not None
    assert (found.run.name, found.params) == ("sized@l", {"epochs": 5, "sizes": {"hidden": 64}})
    detail = "must be .json, .toml or .yaml"
    assert found.problems == (Problem("metrics.unreadable", "deep/work/m-l", detail),)

    projects.write(pipeline, {"deep/work/out-l/b.pkl": b"one more"})
    assert described(pipeline, "deep/work/out-l/a.pkl").run is None


def test_weights_that_no_stage_makes(pipeline: Path) -> None:
    assert described(pipeline, "models/base.pkl") == StageRecord()


def test_several_weights_of_which_one_is_other(pipeline: Path) -> None:
    projects.write(pipeline, {"models/vocabulary.txt": b"a\n"})

    assert described(pipeline, "models/vocabulary.txt", MODEL).params == PARAMS


def test_a_stage_that_dvc_never_ran(pipeline: Path) -> None:
    (pipeline / "dvc.lock").unlink()

    found = described(pipeline)

    assert (found.run, found.params, found.metrics, found.problems) == (None, PARAMS, METRICS, (NULL,))


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"params.yaml": b"a: 'b"},
            ("params.unreadable", "params.yaml:1", "unusable YAML: found unexpected end of stream"),
        ),
        ({"params.yaml": b"- 1\n"}, ("params.unreadable", "params.yaml", "must be a table of names and values")),
        ({"metrics.json": b"0.9"}, ("metrics.unreadable", "metrics.json", "must be a table of names and values")),
        ({"metrics.json": b"{"}, ("metrics.unreadable", "metrics.json:1:2", None)),
        (
            {"params.yaml": b"lr: &a [" + b"1234567890, " * 9000 + b"1]\ntrain: {a: *a, b: *a, c: *a}\n"},
            ("params.unreadable", "params.yaml", "is larger than 262144 bytes: not recorded"),
        ),
        (
            {"metrics.json": b'{"auc": 1' + b" " * 262144 + b"}"},
            ("metrics.unreadable", "metrics.json", "is larger than 262144 bytes: not recorded"),
        ),
        (
            {"metrics.json": b'{"auc": NaN, "token": "ghp_' + b"a" * 36 + b'"}'},
            ("metrics.left-out", "metrics.json", "token: looks like a GitHub token"),
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    pipeline: Path, files: dict[str, bytes], problem: tuple[str, str, str | None]
) -> None:
    projects.write(pipeline, {MODEL: b"\x80\x04K\x07.", **files})

    found = [one for one in described(pipeline).problems if one not in (NULL, OTHER) and one.code != "params.missing"]

    assert [(one.code, one.subject) for one in found] == [problem[:2]]
    assert problem[2] in (None, found[0].detail)


def test_a_file_that_is_gone_is_a_problem(pipeline: Path) -> None:
    (pipeline / "metrics.json").unlink()

    found = described(pipeline)

    assert found.problems == (NULL, Problem("metrics.unreadable", "metrics.json", "there is no such file"))
