"""Capture in a CI job that was given the code without ``.git``: by the command, then read by all the others."""

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, python_of, run_lineage

REMOTE = "https://example.org/acme/fraud"


@pytest.fixture
def job(project: Path, tmp_path: Path) -> Path:
    """The files of ``project`` at another path, without its repository."""
    root = projects.copy(project, tmp_path / "checkout")
    shutil.rmtree(root / ".git")
    return root


def variables(root: Path, commit: str) -> dict[str, str]:
    return {
        "GITLAB_CI": "true",
        "CI_COMMIT_SHA": commit,
        "CI_PROJECT_URL": f"https://gitlab-ci-token:glcbt-canary@{REMOTE.removeprefix('https://')}.git?key=canary",
        "CI_REPOSITORY_URL": "https://gitlab-ci-token:glcbt-canary@example.org/acme/fraud.git",
        "CI_PROJECT_DIR": str(root),
        "CI_JOB_TOKEN": "glcbt-canary",
    }


def capture(root: Path, environment: Path, env: dict[str, str], *arguments: str) -> Ended:
    target = f"python:{python_of(environment)}"
    return run_lineage("capture", MODEL, "--from", target, *arguments, cwd=root, env=env)


def document(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / MANIFEST).read_text())


def test_the_manifest_is_that_of_git_but_for_what_only_git_knows(project: Path, job: Path, environment: Path) -> None:
    commit = projects.git(project, "rev-parse", "HEAD")
    assert capture(project, environment, {}).code == 0
    taken = capture(job, environment, variables(job, commit))

    assert (taken.code, taken.stdout) == (0, f"{MANIFEST}\n")
    expected, found = document(project), document(job)
    detail = "named by GitLab CI: there is no git repository here, so nothing was compared with it"
    assert found.pop("problems") == [
        {"code": "code.no-repository", "subject": commit, "detail": detail},
        *expected.pop("problems"),
    ]
    assert expected["code"].pop("commit") == commit
    assert expected["code"].pop("tree") == projects.git(project, "rev-parse", "HEAD^{tree}")
    assert set(found["code"]["files"]) == {"train.py", "features.py"}
    for one in (expected, found):
        del one["created"], one["id"]
    assert found == expected


def test_no_credential_of_the_job_is_told(project: Path, job: Path, environment: Path) -> None:
    taken = capture(job, environment, variables(job, projects.git(project, "rev-parse", "HEAD")), "-v")

    assert taken.code == 0, taken.stderr
    assert "canary" not in taken.stdout + taken.stderr + (job / MANIFEST).read_text()
    assert document(job)["code"]["remote"] == REMOTE


def test_the_program_git_is_not_needed(job: Path, environment: Path, tmp_path: Path) -> None:
    env = variables(job, "3f786850e387550fdab836ed7e6dc881de23001b") | {"PATH": str(tmp_path / "nothing")}

    assert capture(job, environment, env).code == 0


def test_one_state_has_one_id_wherever_the_job_runs(job: Path, environment: Path, tmp_path: Path) -> None:
    other = projects.copy(job, tmp_path / "other")
    commit = "3f786850e387550fdab836ed7e6dc881de23001b"

    assert capture(job, environment, variables(job, commit)).code == 0
    assert capture(other, environment, variables(other, commit)).code == 0

    assert document(job)["id"] == document(other)["id"]


def test_verify_finds_weights_and_policy_in_the_job(job: Path, environment: Path) -> None:
    env = variables(job, "3f786850e387550fdab836ed7e6dc881de23001b")
    projects.write(job, {"lineage.toml": b'[tool.lineage.verify]\nfiles = "pointer"\n'})
    assert capture(job, environment, env, "-o", "fraud.lineage.toml").code == 0
    arguments = ("verify", "fraud.lineage.toml", "--against", f"python:{python_of(environment)}", "--format", "json")

    fits = run_lineage(*arguments, cwd=job, env=env)
    (job / MODEL).write_bytes(b"others")
    differs = run_lineage(*arguments, cwd=job, env=env)

    assert (fits.code, differs.code) == (0, 1), fits.stderr + differs.stderr
    report = json.loads(fits.stdout)
    assert (report["policy"], report["checked"]["weights"]) == ("lineage.toml", "bytes")
    assert [one["subject"] for one in json.loads(differs.stdout)["findings"] if one["severity"] == "fail"] == [
        f"weights:{MODEL}"
    ]


def test_show_looks_the_weights_up_and_names_what_it_cannot(job: Path, environment: Path) -> None:
    commit = "3f786850e387550fdab836ed7e6dc881de23001b"
    env = variables(job, commit)
    assert capture(job, environment, env).code == 0
    (job / MODEL).write_bytes(b"others")

    text = run_lineage("show", MANIFEST, cwd=job, env=env)
    shown = run_lineage("show", MANIFEST, "--problems", "--format", "json", cwd=job, env=env)

    assert (text.code, shown.code) == (0, 1)
    assert f"\ncode      files not compared with {commit} of {REMOTE}\n" in text.stdout
    named = "named by GitLab CI: there is no git repository here, so nothing was compared with it"
    hint = "run git init at the root of the project and commit the code"
    unknown = f"nothing but the weights can be looked up: not in a git repository; {hint}"
    assert [(one["code"], one["subject"], one["detail"]) for one in json.loads(shown.stdout)["problems"]] == [
        ("code.no-repository", commit, named),
        ("code.unknown", "code", unknown),
        ("weights.changed", MODEL, "are not the bytes that were recorded"),
    ]


def test_diff_tells_only_the_commit_apart(project: Path, job: Path, environment: Path) -> None:
    commit = projects.git(project, "rev-parse", "HEAD")
    assert capture(project, environment, {}).code == 0
    assert capture(job, environment, variables(job, commit)).code == 0

    found = run_lineage("diff", project / MANIFEST, job / MANIFEST, "--format", "json", cwd=job)

    changes = [(one["subject"], one["recorded"], one["observed"]) for one in json.loads(found.stdout)["findings"]]
    assert changes == [("code:commit", commit[:12], f"files not compared with {commit}")]


def test_log_tells_of_a_manifest_from_a_job_that_nothing_was_compared(
    project: Path, job: Path, environment: Path
) -> None:
    commit = projects.git(project, "rev-parse", "HEAD")
    assert capture(job, environment, variables(job, commit)).code == 0
    shutil.copy(job / MANIFEST, project / MANIFEST)
    projects.git(project, "add", "-f", MANIFEST)

    listed = run_lineage("log", cwd=project)

    assert (listed.code, f"  {commit[:12]}, not compared  " in listed.stdout) == (0, True)


def test_git_wins_where_there_is_a_repository(project: Path, environment: Path) -> None:
    assert capture(project, environment, {}).code == 0
    expected = (project / MANIFEST).read_text()
    lying = variables(project, "89e6c98d92887913cadf06b2adb97f26cde4849b")
    lying |= {"TF_BUILD": "True", "BUILD_SOURCEVERSION": "3f786850e387550fdab836ed7e6dc881de23001b"}

    again = capture(project, environment, lying)

    assert (again.code, (project / MANIFEST).read_text()) == (0, expected)
    assert "unchanged: " in again.stderr


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"GITLAB_CI": ""},
            "{job}/models: not in a git repository\n  run git init at the root of the project and commit the code; "
            "or, in a CI job without .git, pass on the variables of the provider: docs/manifest.md",
        ),
        ({"CI_COMMIT_SHA": ""}, "{job}/models: not in a git repository, and CI_COMMIT_SHA is not set\n  {hint}"),
        (
            {"CI_COMMIT_SHA": "main"},
            "{job}/models: not in a git repository, and CI_COMMIT_SHA is not the full id of a commit\n  {hint}",
        ),
        ({"CI_PROJECT_DIR": ""}, "{job}/models: not in a git repository, and CI_PROJECT_DIR is not set\n  {hint}"),
        (
            {"CI_PROJECT_DIR": "/nowhere"},
            "{job}/models: not in a git repository, and not below /nowhere, where GitLab CI has the code\n  {hint}",
        ),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "89e6c98d92887913cadf06b2adb97f26cde4849b"},
            "two CI providers name the commit, and differ: "
            "GitHub Actions 89e6c98d92887913cadf06b2adb97f26cde4849b, "
            "GitLab CI 3f786850e387550fdab836ed7e6dc881de23001b\n"
            "  unset the variable of the one that does not run this job: GITHUB_ACTIONS or GITLAB_CI",
        ),
    ],
    ids=["no provider", "no commit", "a branch", "no directory", "elsewhere", "contradictory"],
)
def test_what_the_job_does_not_tell_is_refused(
    changed: dict[str, str], message: str, job: Path, environment: Path
) -> None:
    job = job.resolve()
    before = projects.snapshot(job)
    hint = "check the code out with its .git, or pass on the variables of the CI provider: see docs/manifest.md"

    refused = capture(job, environment, variables(job, "3f786850e387550fdab836ed7e6dc881de23001b") | changed, "-q")

    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr == f"lineage: error: {message.format(job=job, hint=hint)}\n"
    assert projects.snapshot(job) == before
