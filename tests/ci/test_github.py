"""The workflows that ``lineage init --ci github`` writes, run job by job on real history."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.support.cimachine import Supplies
from tests.support.ciorigin import REQUIREMENTS, edited, merged, proposed
from tests.support.githubci import Event, Host, Job, run_workflow
from tests.support.gitrepos import commit
from tests.support.projects import SOURCE, git

WORKFLOW = ".github/workflows/lineage.yml"
VERIFY = ".github/workflows/lineage-verify.yml"

LINTER = REQUIREMENTS.replace(b"ruff==0.4.0", b"ruff==0.5.0")
NUMPY = REQUIREMENTS.replace(b"numpy==1.26.4", b"numpy==2.0.1")
BOTH = NUMPY.replace(b"joblib==1.4.2", b"joblib==1.5.0")


ADVICE = (WORKFLOW, b'          # exit "$status"\n', b'          exit "$status"\n')
"""the line of the template that makes it block, and the same uncommented"""

REASON = "numpy 1.26.4 → 2.0.1 (major), named in the weights"
ANNOTATED = (
    f"::error file=requirements.txt,line=2,title=retrain models/fraud::{REASON}\n"
    "::error title=lineage check::fail: 1 of 2 models newly due for retraining, 1 change\n"
)
SILENT = "::notice title=lineage check::pass: 0 of 2 models newly due for retraining, 1 change\n"
CHECKED = ("check --allow-empty --format github",)
COMMENTED = ("check --quiet --allow-empty --format markdown --output MACHINE/temp/plan.md",)


def host(root: Path, tmp_path: Path, supplies: Supplies, programs: Mapping[str, str] | None = None) -> Host:
    return Host(origin=root, place=tmp_path / "machines", supplies=supplies, programs=programs or {"gh": "exit 1"})


def pull_request(root: Path, where: Host) -> dict[str, Job]:
    payload = {"pull_request": {"number": 1}}
    event = Event(name="pull_request", sha=proposed(root), ref="refs/pull/1/merge", payload=payload, base_ref="main")
    return run_workflow((root / WORKFLOW).read_text(), event, where)


def push(root: Path, where: Host, branch: str = "main") -> dict[str, Job]:
    before, after = merged(root)
    event = Event(name="push", sha=after, ref=f"refs/heads/{branch}", payload={"before": before, "after": after})
    return run_workflow((root / WORKFLOW).read_text(), event, where)


def conclusions(jobs: Mapping[str, Job]) -> dict[str, str]:
    return {name: job.conclusion for name, job in jobs.items()}


def test_a_pull_request_that_bumps_a_linter_is_silent(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", LINTER)

    jobs = pull_request(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "success", "due": "skipped", "retrain": "skipped"}
    checked = jobs["check"].step("Check every model")
    assert (checked.code, checked.stdout) == (0, SILENT)
    assert jobs["check"].summary.startswith("### lineage check: pass\n")
    assert jobs["check"].typed == CHECKED + COMMENTED


def test_a_pull_request_that_bumps_numpy_is_advised(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)

    jobs = pull_request(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "success", "due": "skipped", "retrain": "skipped"}
    checked = jobs["check"].step("Check every model")
    assert (checked.code, checked.stdout) == (0, ANNOTATED)
    head = git(root, "rev-parse", "refs/pull/1/merge")
    assert checked.stderr == f"range: origin/main...{head}, from the variables of GitHub Actions\n"
    assert f"| retrain | models/fraud | {REASON} |\n" in jobs["check"].summary


def test_a_merge_queue_is_checked_as_a_pull_request_is(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    payload = {"merge_group": {"base_sha": git(root, "rev-parse", "main")}}
    event = Event(name="merge_group", sha=proposed(root), ref="refs/heads/gh-readonly-queue/main/1", payload=payload)

    jobs = run_workflow((root / WORKFLOW).read_text(), event, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "success", "due": "skipped", "retrain": "skipped"}
    assert (jobs["check"].step("Check every model").stdout, jobs["check"].typed) == (ANNOTATED, CHECKED)


def test_one_line_makes_it_block(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY, template=ADVICE)

    jobs = pull_request(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "failure", "due": "skipped", "retrain": "skipped"}
    checked = jobs["check"].step("Check every model")
    assert (checked.code, checked.stdout) == (1, ANNOTATED)


def test_what_cannot_be_decided_is_no_advice(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", b"numpy==\xff\n")

    jobs = pull_request(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "failure", "due": "skipped", "retrain": "skipped"}
    assert jobs["check"].step("Check every model").code == 3


GH = """\
comments="{comments}"
case "$2 $4" in
    "--paginate --jq") cat "$comments/number" 2>/dev/null ;;
    "--silent PATCH") test "$5" = repos/acme/models/issues/comments/7 || exit 1; {write} ;;
    "--silent POST") test "$5" = repos/acme/models/issues/1/comments || exit 1; {write}; echo 7 >"$comments/number" ;;
esac
"""


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_comment_is_written_only_where_it_is_allowed(
    is_allowed: bool, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    comments = tmp_path / "comments"
    comments.mkdir()
    write = 'cat "${7#body=@}" >"$comments/$4"' if is_allowed else "echo 403 >&2; exit 1"
    programs = {"gh": GH.format(comments=comments, write=write)}
    root = edited(origin, tmp_path / "root", NUMPY)

    first = pull_request(root, host(root, tmp_path / "first", supplies, programs))
    again = pull_request(root, host(root, tmp_path / "again", supplies, programs))

    told = "" if is_allowed else "no comment was written: is pull-requests: write given?\n"
    for jobs in (first, again):
        assert jobs["check"].conclusion == "success"
        assert jobs["check"].steps[-1].stdout == told
    written = {one.name: one.read_text().partition("\n")[0] for one in comments.iterdir() if one.name != "number"}
    assert written == (dict.fromkeys(("POST", "PATCH"), "### lineage check: fail") if is_allowed else {})


def test_the_permission_to_comment_is_off_and_one_line_away(origin: Path) -> None:
    text = (origin / WORKFLOW).read_text()
    allowed = text.replace("# pull-requests: write", "pull-requests: write")
    found = [yaml.safe_load(one)["jobs"]["check"]["permissions"] for one in (text, allowed)]
    assert found == [{"contents": "read"}, {"contents": "read", "pull-requests": "write"}]


def test_a_merge_retrains_the_model_that_is_due_and_no_other(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)

    jobs = push(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "skipped", "due": "success", "retrain (models/fraud)": "success"}
    assert jobs["due"].outputs == {"due": '["models/fraud"]'}
    retrained = jobs["retrain (models/fraud)"]
    assert retrained.typed == ("retrain models/fraud",)
    patch = retrained.artifacts["retrained-0"]
    git(root, "apply", "--check", str(_file(tmp_path / "made.patch", patch)))
    assert [line for line in patch.decode().splitlines() if line.startswith("diff --git")] == [
        "diff --git a/models/fraud.pkl b/models/fraud.pkl",
        "diff --git a/models/fraud.pkl.lineage.toml b/models/fraud.pkl.lineage.toml",
    ]
    assert '+numpy = {version = "2.0.1", use = "weights"' in patch.decode()


@pytest.mark.slow
def test_a_merge_that_makes_two_models_due_starts_two_jobs(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", BOTH)

    jobs = push(root, host(root, tmp_path, supplies))

    names = ("models/churn", "models/fraud")
    assert jobs["due"].outputs == {"due": '["models/churn", "models/fraud"]'}
    assert {name: jobs[f"retrain ({name})"].typed for name in names} == {name: (f"retrain {name}",) for name in names}
    assert [list(jobs[f"retrain ({name})"].artifacts) for name in names] == [["retrained-0"], ["retrained-1"]]


def test_a_merge_that_makes_nothing_due_starts_no_training(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", LINTER)

    jobs = push(root, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "skipped", "due": "success", "retrain": "skipped"}
    assert jobs["due"].outputs == {"due": "[]"}


def test_what_was_due_before_a_push_is_not_retrained_again(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    _, before = merged(root)
    after = commit(root, {"README.md": b"More.\n"}, "Tell more")

    event = Event(name="push", sha=after, ref="refs/heads/main", payload={"before": before, "after": after})
    jobs = run_workflow((root / WORKFLOW).read_text(), event, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"check": "skipped", "due": "success", "retrain": "skipped"}


@pytest.mark.slow
def test_started_by_hand_all_that_is_due_is_retrained(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    _, after = merged(root)

    event = Event(name="workflow_dispatch", sha=after, ref="refs/heads/main")
    jobs = run_workflow((root / WORKFLOW).read_text(), event, host(root, tmp_path, supplies))

    assert list(jobs) == ["check", "due", "retrain (models/fraud)"]


def test_a_push_to_another_branch_starts_nothing(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    assert push(root, host(root, tmp_path, supplies), branch="topic") == {}


@pytest.mark.parametrize(
    ("requirements", "code", "last"),
    [
        (
            LINTER.replace(b"0.5.0", b"0.4.0"),
            0,
            "::notice file=models/fraud.pkl.lineage.toml,title=lineage verify::pass",
        ),
        (NUMPY, 1, "::error file=models/fraud.pkl.lineage.toml,title=lineage verify::fail"),
    ],
)
def test_before_a_deploy_every_model_is_verified(
    requirements: bytes, code: int, last: str, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = edited(origin, tmp_path / "root", requirements)
    _, after = merged(root)

    event = Event(name="workflow_call", sha=after, ref="refs/heads/main")
    jobs = run_workflow((root / VERIFY).read_text(), event, host(root, tmp_path, supplies))

    assert conclusions(jobs) == {"verify": "failure" if code else "success"}
    verified = jobs["verify"].step("Verify every model")
    assert (verified.code, verified.stdout.splitlines()[-1].partition(":: ")[0].partition(": ")[0]) == (code, last)
    options = "--against python:MACHINE/temp/serving/bin/python --no-weights --format github"
    assert jobs["verify"].typed == tuple(
        f"verify models/{name}.pkl.lineage.toml {options}" for name in ("churn", "fraud")
    )


@pytest.mark.slow
def test_a_repository_without_a_manifest_is_no_good_deploy(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", LINTER)
    git(root, "rm", "--quiet", "models/*.lineage.toml")
    git(root, "commit", "--quiet", "--message", "Forget")

    event = Event(name="workflow_call", sha=git(root, "rev-parse", "HEAD"), ref="refs/heads/main")
    jobs = run_workflow((root / VERIFY).read_text(), event, host(root, tmp_path, supplies))

    verified = jobs["verify"].step("Verify every model")
    assert (verified.code, verified.stdout) == (3, "::error::no manifest is tracked\n")


def test_the_templates_of_the_checkout_are_what_runs(origin: Path) -> None:
    for path, name in ((WORKFLOW, "github.yml"), (VERIFY, "github-verify.yml")):
        assert (origin / path).read_bytes() == (SOURCE / "templates" / name).read_bytes()


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
