"""The jobs of ``lineage init --schedule``: what no commit tells is noticed by the clock."""

import re
from pathlib import Path

import pytest

from lineage.cli.init import REBUILDING, SCHEDULED
from tests.support.cimachine import Supplies
from tests.support.ciorigin import REQUIREMENTS
from tests.support.githubci import Event, Host, Job, run_workflow
from tests.support.gitlabci import Pipeline, run_pipeline
from tests.support.projects import SOURCE, commit, copy, git, run_lineage, write

(DAILY,) = SCHEDULED["github"]
(WEEKLY,) = REBUILDING["github"]
(GITLAB,) = SCHEDULED["gitlab"]
CRONS = {DAILY: "17 5 * * *", WEEKLY: "47 5 * * 1"}
RANGES = b"joblib==1.4.2\nnumpy>=1.26\n"
"""numpy 2.0.1 is what pip knows"""


def aged(origin: Path, place: Path) -> Path:
    """A copy whose policy has a ``max-age``, and whose models/fraud was made before it."""
    root = copy(origin, place)
    manifest = root / "models/fraud.pkl.lineage.toml"
    old = re.sub(rb"(?m)^created = .*$", b"created = 2020-01-01T00:00:00Z", manifest.read_bytes())
    policy = (root / "lineage.toml").read_bytes() + b'\n[tool.lineage.retrain]\nmax-age = "90d"\n'
    write(root, {"models/fraud.pkl.lineage.toml": old, "lineage.toml": policy})
    commit(root, "Wait")
    return root


def unpinned(origin: Path, place: Path, requirements: bytes = RANGES) -> Path:
    """A copy that asks for ranges, set up after that."""
    root = copy(origin, place)
    write(root, {"requirements.txt": requirements})
    assert run_lineage("init", "--ci", "github", "--schedule", cwd=root).code == 0
    commit(root, "Ask for ranges")
    return root


def by_clock(path: str, root: Path, place: Path, supplies: Supplies) -> dict[str, Job]:
    event = Event(
        name="schedule", sha=git(root, "rev-parse", "HEAD"), ref="refs/heads/main", payload={"schedule": CRONS[path]}
    )
    return run_workflow((root / path).read_text(), event, Host(origin=root, place=place, supplies=supplies))


@pytest.mark.parametrize("is_aged", [True, False])
def test_github_tells_every_day_of_a_model_that_became_too_old(
    is_aged: bool, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = (aged if is_aged else copy)(origin, tmp_path / "root")

    jobs = by_clock(DAILY, root, tmp_path / "machines", supplies)

    assert {name: job.conclusion for name, job in jobs.items()} == {"check": "failure" if is_aged else "success"}
    checked = jobs["check"].step("Check every model")
    assert jobs["check"].typed == ("check --allow-empty --format github",)
    assert ("title=retrain models/fraud" in checked.stdout, "models/churn" in checked.stdout) == (is_aged, False)
    assert "HEAD is judged by itself: all that is due counts" in checked.stderr


@pytest.mark.parametrize(
    "variables",
    [{}, {"LINEAGE_CHECK": "true"}, pytest.param({"LINEAGE_VERIFY": "true"}, marks=pytest.mark.slow)],
    ids=str,
)
def test_gitlab_does_what_its_schedule_says(
    variables: dict[str, str], origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = aged(origin, tmp_path / "root")
    told = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", **variables}
    start = Pipeline(
        origin=root,
        commit=git(root, "rev-parse", "HEAD"),
        variables={"CI_COMMIT_SHA": git(root, "rev-parse", "HEAD"), "CI_COMMIT_BEFORE_SHA": "0" * 40, **told},
        place=tmp_path / "machines",
        supplies=supplies,
        depth=1,
    )

    if not variables:
        with pytest.raises(ValueError, match="without a job"):
            run_pipeline(start)
        return
    jobs = run_pipeline(start)

    found = {name: (job.status, job.typed[0].partition(" ")[0]) for name, job in jobs.items()}
    if "LINEAGE_CHECK" in variables:
        script = jobs["lineage-schedule"].script
        assert found == {"lineage-schedule": ("failed", "check")}
        assert script is not None
        assert (script.code, "models/fraud" in script.stdout) == (1, True)
    else:
        assert found == {"lineage-verify": ("success", "verify")}


def test_where_nothing_pins_the_environment_it_is_built_anew_every_week(
    origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = unpinned(origin, tmp_path / "root")

    jobs = by_clock(WEEKLY, root, tmp_path / "machines", supplies)

    (verified,) = (job.step("Verify every model") for job in jobs.values())
    assert {name: job.conclusion for name, job in jobs.items()} == {"rebuild / verify": "failure"}
    assert [one.partition(" --")[0] for one in jobs["rebuild / verify"].typed] == [
        f"verify models/{name}.pkl.lineage.toml" for name in ("churn", "fraud")
    ]
    assert (verified.code, "numpy 1.26.4 → 2.0.1" in verified.stdout) == (1, True)


@pytest.mark.slow
def test_what_is_built_anew_as_it_was_is_silent(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = unpinned(origin, tmp_path / "root", b"joblib==1.4.2\nnumpy>=1.26,<2\n")
    jobs = by_clock(WEEKLY, root, tmp_path / "machines", supplies)
    assert {name: job.conclusion for name, job in jobs.items()} == {"rebuild / verify": "success"}


def test_the_jobs_of_a_pinned_environment_are_the_daily_ones(origin: Path) -> None:
    assert (origin / "requirements.txt").read_bytes() == REQUIREMENTS
    assert [(origin / path).exists() for path in (DAILY, GITLAB, WEEKLY)] == [True, True, False]
    for ci in SCHEDULED.values():
        for path, name in ci.items():
            assert (origin / path).read_bytes() == (SOURCE / "templates" / name).read_bytes()
