"""``lineage log``: all models, and what changed between the manifests of one."""

import json
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lineage.report.listing import age
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, git, python_of, run_lineage


@pytest.fixture
def twice(project: Path, environment: Path, tmp_path: Path) -> Path:
    """A model captured and committed in two environments and with two weights."""
    other = projects.copy(environment, tmp_path / "other")
    projects.reinstall(projects.site_packages(other), "numpy", "2.0.1")
    for place, weights in ((environment, "first"), (other, "second")):
        (project / MODEL).write_bytes(pickle.dumps(weights))
        taken = run_lineage("capture", MODEL, "-q", "--from", python_of(place), cwd=project)
        assert taken == Ended(code=0, stdout=f"{MANIFEST}\n", stderr="")
        git(project, "add", MANIFEST)
        git(project, "commit", "--quiet", "-m", f"Train with {weights} weights")
    return project


def test_all_models(twice: Path) -> None:
    base = git(twice, "rev-parse", "HEAD~1")[:12]
    ended = run_lineage("log", cwd=twice)
    head, row = ended.stdout.splitlines()
    assert (ended.code, ended.stderr) == (0, "")
    columns = ["MODEL", "ACTION", "CREATED", "AGE", "EVIDENCE", "PYTHON", "COMMIT", "PROBLEMS", "MANIFEST"]
    assert head.split() == columns
    name, action, _, _, _, unit, evidence, _, *rest = row.split()
    assert [name, action, evidence, *rest] == ["models/fraud", "none", "asserted", base, "none", MANIFEST]
    assert unit in ("s", "min")


@pytest.mark.usefixtures("measured_children")
def test_one_models_history_says_what_changed(twice: Path) -> None:
    ended = run_lineage("log", "models/fraud", "--format", "json", cwd=twice)
    document = json.loads(ended.stdout)
    assert (ended.code, document["command"], document["name"]) == (0, "log", "models/fraud")
    commits = git(twice, "log", "--format=%H", "--", MANIFEST).splitlines()
    assert [row["revision"] for row in document["history"]] == commits
    assert [row["summary"] for row in document["history"]] == ["Train with second weights", "Train with first weights"]
    newest, oldest = (row["changes"] for row in document["history"])
    assert oldest == []
    assert "numpy 1.26.4 → 2.0.1 (major), imported by the model's code" in newest
    assert [text.partition(" ")[0] for text in newest] == ["code", "numpy", "weights"]


def test_the_text_names_the_first_changes(twice: Path) -> None:
    lines = run_lineage("log", MANIFEST, cwd=twice).stdout.splitlines()
    assert lines[0].split() == ["DATE", "COMMIT", "ID", "WHY", "CHANGES"]
    assert "numpy 1.26.4 → 2.0.1 (major)" in lines[1]
    assert lines[2].endswith("captured")


def test_a_removed_manifest_stays_in_the_history(twice: Path) -> None:
    content = (twice / MANIFEST).read_bytes()
    git(twice, "rm", "--quiet", MANIFEST)
    git(twice, "commit", "--quiet", "-m", "Forget")
    (twice / MANIFEST).write_bytes(content)
    document = json.loads(run_lineage("log", MANIFEST, "--format", "json", cwd=twice).stdout)
    assert document["history"][0]["error"] == "removed"
    assert len(document["history"]) == 3


def test_a_manifest_that_cannot_be_read_is_listed_beside_the_others(twice: Path) -> None:
    (twice / "broken.lineage.toml").write_bytes(b"schema = 3\n")
    git(twice, "add", "broken.lineage.toml")
    ended = run_lineage("log", "--format", "json", cwd=twice)
    rows = json.loads(ended.stdout)["models"]
    error = 'schema: is missing or not a text like "1.0": this is no manifest'
    assert ended.code == 2
    assert rows[0] == {"manifest": "broken.lineage.toml", "error": error, "action": None, "reasons": []}
    assert rows[1]["name"] == "models/fraud"


def test_a_repository_without_models(project: Path) -> None:
    said = "no file *.lineage.toml is here that git does not ignore: capture a model, then git add its manifest\n"
    assert run_lineage("log", cwd=project) == Ended(code=0, stdout="", stderr=said)
    assert run_lineage("log", "-q", "--format", "json", cwd=project).stdout == (
        '{\n  "schema": "1.0",\n  "command": "log",\n  "models": []\n}\n'
    )


def test_markdown_is_a_table(twice: Path) -> None:
    lines = run_lineage("log", "--format", "markdown", cwd=twice).stdout.splitlines()
    assert lines[0] == "### lineage log"
    assert lines[2] == "| model | action | created | evidence | python | commit | problems | manifest |"
    assert lines[4].startswith("| models/fraud | none | ")


def test_what_head_asks_for(twice: Path) -> None:
    (twice / "requirements.txt").write_bytes(b"scikit-learn==1.6.0\n")
    git(twice, "commit", "--quiet", "--all", "-m", "Bump")
    (row,) = json.loads(run_lineage("log", "--format", "json", cwd=twice).stdout)["models"]
    reasons = ["scikit-learn 1.5.0 → 1.6.0 (minor), imported by the model's code"]
    assert (row["action"], row["reasons"]) == ("retrain", reasons)
    (unasked,) = json.loads(run_lineage("log", "--no-check", "--format", "json", cwd=twice).stdout)["models"]
    assert {**unasked, "action": "retrain", "reasons": reasons} == row
    head = run_lineage("log", "--no-check", cwd=twice).stdout.splitlines()[0].split()
    assert head == ["MODEL", "CREATED", "AGE", "EVIDENCE", "PYTHON", "COMMIT", "PROBLEMS", "MANIFEST"]


def test_a_manifest_that_is_only_staged_is_not_judged(twice: Path) -> None:
    other = "models/other.pkl.lineage.toml"
    (twice / other).write_bytes((twice / MANIFEST).read_bytes())
    git(twice, "add", other)
    rows = json.loads(run_lineage("log", "--format", "json", cwd=twice).stdout)["models"]
    assert [(row["manifest"], row["action"]) for row in rows] == [(MANIFEST, "none"), (other, None)]
    assert run_lineage("log", cwd=twice).stdout.splitlines()[2].split()[1:3] == ["not", "committed"]


def test_a_fresh_capture_is_found_before_it_is_added(project: Path, environment: Path) -> None:
    (project / ".git/info/exclude").write_text("/old/\n")
    run_lineage("capture", MODEL, "-q", "--from", python_of(environment), cwd=project)
    (project / "old").mkdir()
    (project / "old/m.lineage.toml").write_bytes((project / MANIFEST).read_bytes())
    assert git(project, "ls-files", "*.lineage.toml") == ""
    shown = run_lineage("show", MANIFEST, cwd=project)
    assert shown.code == 0
    assert run_lineage("show", cwd=project) == shown
    assert run_lineage("show", "models/fraud", cwd=project / "models").code == 0
    (row,) = json.loads(run_lineage("log", "--format", "json", cwd=project).stdout)["models"]
    assert (row["manifest"], row["action"]) == (MANIFEST, None)


def test_a_broken_policy_hides_no_model(twice: Path) -> None:
    (twice / "lineage.toml").write_bytes(b"nonsense = 1\n")
    git(twice, "add", "lineage.toml")
    git(twice, "commit", "--quiet", "-m", "Break")
    ended = run_lineage("log", cwd=twice)
    head = git(twice, "rev-parse", "HEAD")[:12]
    why = f"lineage: error: what is due is not known: {head}:lineage.toml: nonsense: not a known key\n"
    assert (ended.code, ended.stderr, len(ended.stdout.splitlines())) == (2, why, 2)


def test_lists_for_others_have_the_same_bytes_at_any_time(twice: Path) -> None:
    (row,) = json.loads(run_lineage("log", "--format", "json", cwd=twice).stdout)["models"]
    assert list(row) == [
        *("manifest", "name", "id", "created", "evidence", "python", "commit", "base", "problems", "action", "reasons")
    ]


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        ({"seconds": -5}, "0 s"),
        ({"seconds": 59}, "59 s"),
        ({"seconds": 60}, "1 min"),
        ({"minutes": 119}, "1 h"),
        ({"hours": 23}, "23 h"),
        ({"days": 400}, "400 d"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(ago: dict[str, int], shown: str) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert age(now - timedelta(**ago), now) == shown
