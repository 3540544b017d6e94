"""The pipeline that ``lineage init --ci gitlab`` writes, run job by job on real history."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.cimachine import Supplies
from tests.support.ciorigin import REQUIREMENTS, edited, merged
from tests.support.gitlabci import Job, Pipeline, run_pipeline
from tests.support.gitrepos import commit
from tests.support.projects import SOURCE, git

TEMPLATE = ".gitlab/lineage.gitlab-ci.yml"

LINTER = REQUIREMENTS.replace(b"ruff==0.4.0", b"ruff==0.5.0")
NUMPY = REQUIREMENTS.replace(b"numpy==1.26.4", b"numpy==2.0.1")
BOTH = NUMPY.replace(b"joblib==1.4.2", b"joblib==1.5.0")


ADVICE = (TEMPLATE, b"  # allow_failure: false\n", b"  allow_failure: false\n")
"""the line of the template that makes it block, and the same uncommented"""

FETCHED = ("check --fetch --allow-empty",)
PLANNED = ("check --fetch --allow-empty --format json --output plan.json",)
RETRAINED = "lineage-retrain / retrain models/"
ZEROS = "0" * 40


def merge_request(root: Path, tmp_path: Path, supplies: Supplies, depth: int = 20) -> dict[str, Job]:
    variables = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_DEFAULT_BRANCH": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(root, "rev-parse", "main"),
        "CI_COMMIT_BEFORE_SHA": ZEROS,
    }
    return _run(root, git(root, "rev-parse", "bump"), variables, tmp_path, supplies, depth)


def pushed(root: Path, tmp_path: Path, supplies: Supplies, source: str = "push") -> dict[str, Job]:
    before, after = merged(root)
    variables = {
        "CI_PIPELINE_SOURCE": source,
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_BEFORE_SHA": before if source == "push" else ZEROS,
    }
    return _run(root, after, variables, tmp_path, supplies)


def _run(
    root: Path, commit: str, variables: Mapping[str, str], tmp_path: Path, supplies: Supplies, depth: int = 20
) -> dict[str, Job]:
    start = Pipeline(
        origin=root,
        commit=commit,
        variables={"CI_COMMIT_SHA": commit, **variables},
        place=tmp_path / "machines",
        supplies=supplies,
        depth=depth,
    )
    return run_pipeline(start)


def statuses(jobs: Mapping[str, Job]) -> dict[str, str]:
    return {name: job.status for name, job in jobs.items()}


def test_a_merge_request_that_bumps_a_linter_is_silent(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", LINTER)

    jobs = merge_request(root, tmp_path, supplies)

    assert statuses(jobs) == {"lineage-check": "success"}
    checked = jobs["lineage-check"]
    assert checked.typed == FETCHED
    assert checked.dotenv == {"LINEAGE_VERDICT": "pass", "LINEAGE_DUE_COUNT": "0"}
    assert json.loads(checked.artifacts["gl-code-quality-report.json"]) == []


@pytest.mark.parametrize("depth", [20, 1])
def test_a_merge_request_that_bumps_numpy_is_advised(
    depth: int, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)

    jobs = merge_request(root, tmp_path, supplies, depth)

    assert statuses(jobs) == {"lineage-check": "warning"}
    checked = jobs["lineage-check"]
    assert checked.script is not None
    assert (checked.script.code, checked.script.stdout.splitlines()[-1]) == (
        1,
        "fail: 1 of 2 models newly due for retraining, 1 change",
    )
    assert checked.dotenv == {"LINEAGE_VERDICT": "fail", "LINEAGE_DUE_COUNT": "1", "LINEAGE_DUE": "models/fraud"}
    (told,) = json.loads(checked.artifacts["gl-code-quality-report.json"])
    assert told == {
        "description": "retrain models/fraud: numpy 1.26.4 → 2.0.1 (major), named in the weights",
        "check_name": "lineage/retrain",
        "fingerprint": told["fingerprint"],
        "severity": "major",
        "location": {"path": "requirements.txt", "lines": {"begin": 2}},
    }


def test_one_line_makes_it_block(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY, template=ADVICE)
    assert statuses(merge_request(root, tmp_path, supplies)) == {"lineage-check": "failed"}


def test_what_cannot_be_decided_is_no_advice(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", b"numpy==\xff\n")
    jobs = merge_request(root, tmp_path, supplies)
    assert statuses(jobs) == {"lineage-check": "failed"}
    assert jobs["lineage-check"].dotenv == {"LINEAGE_VERDICT": "undecided", "LINEAGE_DUE_COUNT": "0"}


def test_a_merge_retrains_the_model_that_is_due_and_no_other(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)

    jobs = pushed(root, tmp_path, supplies)

    child = f"{RETRAINED}fraud.pkl"
    assert statuses(jobs) == {"lineage-due": "success", "lineage-retrain": "success", child: "success"}
    assert (jobs["lineage-due"].typed, jobs[child].typed) == (PLANNED, ("retrain models/fraud.pkl.lineage.toml",))
    patch = jobs[child].artifacts["retrained.patch"].decode()
    assert [line for line in patch.splitlines() if line.startswith("diff --git")] == [
        "diff --git a/models/fraud.pkl b/models/fraud.pkl",
        "diff --git a/models/fraud.pkl.lineage.toml b/models/fraud.pkl.lineage.toml",
    ]
    assert '+numpy = {version = "2.0.1", use = "weights"' in patch


@pytest.mark.slow
def test_a_merge_that_makes_two_models_due_starts_two_jobs(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", BOTH)

    jobs = pushed(root, tmp_path, supplies)

    assert list(jobs)[2:] == [f"{RETRAINED}churn.pkl", f"{RETRAINED}fraud.pkl"]
    typed = {name: job.typed for name, job in jobs.items() if name.startswith(RETRAINED)}
    assert typed == {
        f"{RETRAINED}{name}.pkl": (f"retrain models/{name}.pkl.lineage.toml",) for name in ("churn", "fraud")
    }


def test_a_merge_that_makes_nothing_due_has_a_child_that_says_so(
    origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = edited(origin, tmp_path / "root", LINTER)

    jobs = pushed(root, tmp_path, supplies)

    child = "lineage-retrain / nothing is due"
    assert statuses(jobs) == {"lineage-due": "success", "lineage-retrain": "success", child: "success"}
    said = jobs[child].script
    assert said is not None
    assert (said.stdout, jobs[child].typed) == ("no model is due for retraining\n", ())


def test_what_was_due_before_a_push_is_not_retrained_again(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    _, before = merged(root)
    after = commit(root, {"README.md": b"More.\n"}, "Tell more")
    variables = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}

    jobs = _run(root, after, {**variables, "CI_COMMIT_BEFORE_SHA": before}, tmp_path, supplies)

    assert list(jobs) == ["lineage-due", "lineage-retrain", "lineage-retrain / nothing is due"]


@pytest.mark.slow
def test_started_by_hand_all_that_is_due_is_retrained(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    assert list(pushed(root, tmp_path, supplies, "web"))[2:] == [f"{RETRAINED}fraud.pkl"]


def test_a_push_to_another_branch_has_no_job_of_ours(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    variables = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "bump", "CI_DEFAULT_BRANCH": "main"}
    with pytest.raises(ValueError, match="without a job"):
        _run(root, git(root, "rev-parse", "bump"), variables, tmp_path, supplies)


@pytest.mark.parametrize("variables", [{"CI_COMMIT_TAG": "v1"}, {"LINEAGE_VERIFY": "true"}], ids=["tag", "variable"])
@pytest.mark.parametrize(("requirements", "code", "verdict"), [(NUMPY, 1, "fail"), (REQUIREMENTS + b"\n", 0, "pass")])
def test_before_a_deploy_every_model_is_verified(
    variables: dict[str, str],
    requirements: bytes,
    code: int,
    verdict: str,
    origin: Path,
    tmp_path: Path,
    supplies: Supplies,
) -> None:
    root = edited(origin, tmp_path / "root", requirements)
    _, after = merged(root)

    jobs = _run(root, after, {"CI_PIPELINE_SOURCE": "api", **variables}, tmp_path, supplies)

    assert statuses(jobs) == {"lineage-verify": "failed" if code else "success"}
    verified = jobs["lineage-verify"].script
    assert verified is not None
    assert (verified.code, verified.stdout.splitlines()[-1].partition(":")[0]) == (code, verdict)
    assert len(jobs["lineage-verify"].typed) == 2


def test_the_template_of_the_checkout_is_what_runs(origin: Path) -> None:
    assert (origin / TEMPLATE).read_bytes() == (SOURCE / "templates" / "gitlab.yml").read_bytes()
