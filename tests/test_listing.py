"""``lineage log``: all models, and what changed between the manifests of one."""

import json
import pickle
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, git, run_lineage


@pytest.fixture
def twice(project: Path, environment: Path, tmp_path: Path) -> Path:
    """A model captured and committed in two environments and with two weights."""
    other = projects.copy(environment, tmp_path / "other")
    projects.reinstall(projects.site_packages(other), "numpy", "2.0.1")
    for place, weights in ((environment, "first"), (other, "second")):
        (project / MODEL).write_bytes(pickle.dumps(weights))
        taken = run_lineage("capture", MODEL, "-q", "--from", projects.python_of(place), cwd=project)
        assert taken == Ended(code=0, stdout=f"{MANIFEST}\n", stderr="")
        git(project, "add", MANIFEST)
        git(project, "commit", "--quiet", "-m", f"Train with {weights} weights")
    return project


def test_all_models(twice: Path) -> None:
    base = git(twice, "rev-parse", "HEAD~1")[:12]
    ended = run_lineage("log", cwd=twice)
    head, row = ended.stdout.splitlines()
    assert (ended.code, ended.stderr) == (0, "")
    assert head.split() == ["MODEL", "CREATED", "EVIDENCE", "PYTHON", "COMMIT", "PROBLEMS", "MANIFEST"]
    assert [row.split()[0], *row.split()[3:4], *row.split()[5:]] == ["models/fraud", "asserted", base, "none", MANIFEST]


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
    assert lines[0].split() == ["DATE", "COMMIT", "ID", "CHANGES"]
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
    assert rows[0] == {"manifest": "broken.lineage.toml", "error": error}
    assert rows[1]["name"] == "models/fraud"


def test_a_repository_without_models(project: Path) -> None:
    said = "no manifest is tracked or staged here: capture a model, then git add its manifest\n"
    assert run_lineage("log", cwd=project) == Ended(code=0, stdout="", stderr=said)
    assert run_lineage("log", "-q", "--format", "json", cwd=project).stdout == (
        '{\n  "schema": "1.0",\n  "command": "log",\n  "models": []\n}\n'
    )


def test_markdown_is_a_table(twice: Path) -> None:
    lines = run_lineage("log", "--format", "markdown", cwd=twice).stdout.splitlines()
    assert lines[0] == "### lineage log"
    assert lines[2] == "| model | created | evidence | python | commit | problems | manifest |"
    assert lines[4].startswith("| models/fraud | ")
