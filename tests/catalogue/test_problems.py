"""``lineage show``: the manifest for reading, and what is not reproducible about it, looked up live."""

import json
from pathlib import Path

import pytest

from lineage.catalogue.problems import problems_now
from lineage.manifest.files import read_manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, git, run_lineage


@pytest.fixture
def captured(tracked: Path, environment: Path, tmp_path: Path) -> Path:
    """A project whose code, weights pointer and manifest are committed and pushed."""
    projects.commit(tracked, "Track the weights")
    taken = run_lineage("capture", MODEL, "--from", projects.python_of(environment), "--label", "line=A", cwd=tracked)
    assert taken.code == 0, taken.stderr
    projects.commit(tracked, "Record the model")
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    git(tracked, "remote", "set-url", "origin", str(tmp_path / "remote"))
    git(tracked, "push", "--quiet", "origin", "main")
    return tracked


def now(root: Path) -> tuple[Problem, ...]:
    return problems_now(read_manifest(root / MANIFEST)).now


def test_a_model_that_is_all_there_has_no_problem(captured: Path) -> None:
    assert now(captured) == ()
    ended = run_lineage("show", "--problems", cwd=captured)
    assert ended.code == 0
    assert ended.stdout.endswith("\nno problem: everything that was looked up is reproducible\n")


def test_every_fact_is_shown(captured: Path) -> None:
    stored = read_manifest(captured / MANIFEST)
    shown = run_lineage("show", "models/fraud", cwd=captured)
    lines = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert shown.code == 0
    assert lines["model"] == f"models/fraud ({MANIFEST})"
    assert lines["id"] == stored.id
    assert lines["code"] == f"{stored.manifest.code.commit} of https://example.org/acme/fraud"
    assert lines["imported"] == "numpy 1.26.4, scikit-learn 1.5.0"
    assert lines["required"] == "joblib 1.4.2"
    assert lines["labels"] == "line = A"
    assert "problem" not in lines


def test_json_holds_the_document_and_the_problems(captured: Path) -> None:
    (captured / MODEL).unlink()
    shown = run_lineage("show", "--problems", "--format", "json", cwd=captured)
    answer = json.loads(shown.stdout)
    assert shown.code == 1
    assert answer["manifest"] == {
        "path": MANIFEST,
        "id": read_manifest(captured / MANIFEST).id,
        "name": "models/fraud",
    }
    assert answer["document"]["environment"]["packages"]["numpy"]["version"] == "1.26.4"
    detail = "are not in the work tree: dvc pull may bring them"
    assert answer["problems"] == [{"when": "now", "code": "weights.missing", "subject": MODEL, "detail": detail}]


def test_an_unpushed_commit_comes_with_the_command(captured: Path) -> None:
    git(captured, "update-ref", "-d", "refs/remotes/origin/main")
    commit = read_manifest(captured / MANIFEST).manifest.code.commit or ""
    detail = "is on no remote branch known here: git push origin main"
    assert now(captured) == (Problem("code.not-pushed", commit, detail),)


def test_without_a_remote_nobody_can_get_the_commit(captured: Path) -> None:
    git(captured, "remote", "remove", "origin")
    commit = read_manifest(captured / MANIFEST).manifest.code.commit or ""
    detail = "the repository has no remote: nobody else can get the commit"
    assert now(captured) == (Problem("code.no-remote", commit, detail),)


def test_changed_weights_and_their_pointer(captured: Path) -> None:
    (captured / MODEL).unlink()
    (captured / MODEL).write_bytes(b"other weights")
    assert now(captured) == (Problem("weights.changed", MODEL, "are not the bytes that were recorded"),)
    projects.dvc(captured, "add", "--quiet", MODEL)
    detail = f"{MODEL}.dvc tracks other bytes: dvc add {MODEL}, or capture again"
    assert now(captured)[-1] == Problem("weights.pointer-differs", MODEL, detail)


def test_weights_that_nothing_tracks(captured: Path) -> None:
    (captured / f"{MODEL}.dvc").unlink()
    detail = f"by neither DVC nor git: dvc add {MODEL}"
    assert now(captured) == (Problem("weights.not-tracked", MODEL, detail),)


def test_weights_in_git_are_tracked(captured: Path) -> None:
    (captured / f"{MODEL}.dvc").unlink()
    git(captured, "add", "--force", MODEL)
    assert now(captured) == ()


def test_an_empty_cache_is_told(captured: Path) -> None:
    for file in (captured / ".dvc" / "cache").rglob("*"):
        if file.is_file():
            file.unlink()
    detail = "DVC tracks them, but has no copy in its cache here"
    assert now(captured) == (Problem("weights.not-in-cache", MODEL, detail),)


def test_a_manifest_that_is_not_committed(captured: Path) -> None:
    path = captured / MANIFEST
    path.write_text(path.read_text() + "# a comment\n")
    assert now(captured) == (Problem("manifest.not-committed", MANIFEST, "differs from what is committed"),)
    git(captured, "rm", "--quiet", "--cached", MANIFEST)
    git(captured, "commit", "--quiet", "-m", "Forget the model")
    detail = f"git add {MANIFEST}, then commit"
    assert now(captured)[-1] == Problem("manifest.not-committed", MANIFEST, detail)


def test_a_commit_of_another_repository(captured: Path, tmp_path: Path) -> None:
    other = projects.make_repository(tmp_path / "other", {"a": b"a"})
    (other / "x.lineage.toml").write_bytes((captured / MANIFEST).read_bytes())
    commit = read_manifest(captured / MANIFEST).manifest.code.commit or ""
    found = problems_now(read_manifest(other / "x.lineage.toml")).now
    assert Problem("code.commit-missing", commit, "is not in this repository: git fetch may bring it") in found


def test_outside_a_repository_nothing_can_be_looked_up(captured: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    path = tmp_path / "alone" / "x.lineage.toml"
    path.write_bytes((captured / MANIFEST).read_bytes())
    hint = "run git init at the root of the project and commit the code"
    detail = f"nothing can be looked up: not in a git repository; {hint}"
    assert problems_now(read_manifest(path)).now == (Problem("code.unknown", "code", detail),)


def test_looking_changes_nothing(captured: Path) -> None:
    before = projects.snapshot(captured)
    assert run_lineage("show", "--problems", cwd=captured).code == 0
    after = projects.snapshot(captured)
    assert {path: seen for path, seen in after.items() if seen != before.get(path)} == {}
