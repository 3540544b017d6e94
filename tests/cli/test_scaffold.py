"""``lineage init``: what is missing is written, what stands there stays byte for byte."""

from pathlib import Path

import pytest

from lineage.cli.init import CI_FILES
from lineage.config import load_policy
from lineage.portable.policy import Policy
from lineage.system.resources import resource
from tests.support.projects import Ended, git, run_lineage, snapshot, write

TRAIN = "next: train, then lineage capture WEIGHTS, then git add the manifest\n"
NEXT = TRAIN + "also: lineage init --schedule writes a job that checks every day, for what no commit tells\n"


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "--quiet")
    return root


def test_a_new_repository_gets_all_files(bare_project: Path) -> None:
    ended = run_lineage("init", cwd=bare_project)
    listed = (
        "written  lineage.toml\n"
        "written  .github/workflows/lineage.yml\n"
        "written  .github/workflows/lineage-verify.yml\n"
        "written  .gitattributes\n"
    )
    assert ended == Ended(code=0, stdout=listed, stderr=NEXT)
    assert (bare_project / "lineage.toml").read_bytes() == resource("templates", "lineage.toml")
    for path, name in CI_FILES["github"].items():
        assert (bare_project / path).read_bytes() == resource("templates", name)
    assert (bare_project / ".gitattributes").read_bytes() == resource("templates", "gitattributes")


def test_the_first_configuration_states_the_defaults(bare_project: Path) -> None:
    run_lineage("init", cwd=bare_project)
    assert load_policy(bare_project) == (Policy(), "lineage.toml")


def test_a_second_time_changes_nothing(bare_project: Path) -> None:
    run_lineage("init", cwd=bare_project)
    before = snapshot(bare_project)
    ended = run_lineage("init", "-q", cwd=bare_project)
    listed = (
        "kept  lineage.toml                          already there\n"
        "kept  .github/workflows/lineage.yml         already there\n"
        "kept  .github/workflows/lineage-verify.yml  already there\n"
        "kept  .gitattributes                        it has a line for *.lineage.toml\n"
    )
    assert ended == Ended(code=0, stdout=listed, stderr="")
    assert snapshot(bare_project) == before


def test_what_stands_there_is_kept(bare_project: Path) -> None:
    files = {
        "pyproject.toml": b'[tool.lineage.verify]\npython = "minor"\n',
        ".gitlab-ci.yml": b"test: {script: [true]}\n",
        ".gitattributes": b"*.png binary",
    }
    write(bare_project, files)
    ended = run_lineage("init", cwd=bare_project)
    included = "add to it: include: [{local: .gitlab/lineage.gitlab-ci.yml}]"
    listed = (
        "kept      pyproject.toml                 it has [tool.lineage]\n"
        "written   .gitlab/lineage.gitlab-ci.yml\n"
        f"kept      .gitlab-ci.yml                 {included}\n"
        "extended  .gitattributes\n"
    )
    assert ended == Ended(code=0, stdout=listed, stderr=NEXT)
    attributes = b"*.png binary\n" + resource("templates", "gitattributes")
    now = {path: (bare_project / path).read_bytes() for path in files}
    assert now == files | {".gitattributes": attributes}
    assert not (bare_project / "lineage.toml").exists()


def test_a_pipeline_of_gitlab_is_included_by_a_file_that_is_new(bare_project: Path) -> None:
    first, again = (run_lineage("init", "--ci", "gitlab", "-q", cwd=bare_project) for _ in range(2))
    assert first.stdout == (
        "written  lineage.toml\n"
        "written  .gitlab/lineage.gitlab-ci.yml\n"
        "written  .gitlab-ci.yml\n"
        "written  .gitattributes\n"
    )
    assert again.stdout.splitlines()[2] == "kept  .gitlab-ci.yml                 it includes ours"
    for path, name in CI_FILES["gitlab"].items():
        assert (bare_project / path).read_bytes() == resource("templates", name)


def test_jobs_by_the_clock_are_written_where_asked(bare_project: Path) -> None:
    first, again = (run_lineage("init", "--schedule", cwd=bare_project) for _ in range(2))
    listed = (
        "written  lineage.toml\n"
        "written  .github/workflows/lineage.yml\n"
        "written  .github/workflows/lineage-verify.yml\n"
        "written  .github/workflows/lineage-schedule.yml\n"
        "written  .github/workflows/lineage-rebuild.yml   nothing pins the environment\n"
        "written  .gitattributes\n"
    )
    assert first == Ended(code=0, stdout=listed, stderr=TRAIN)
    assert {line.partition(" ")[0] for line in again.stdout.splitlines()} == {"kept"}
    assert run_lineage("init", cwd=bare_project).stderr == TRAIN


def test_a_pinned_environment_is_not_built_anew(bare_project: Path) -> None:
    write(bare_project, {"requirements.txt": b"numpy==1.26.4\n"})
    git(bare_project, "add", "requirements.txt")
    ended = run_lineage("init", "--schedule", cwd=bare_project)
    told = "left out  .github/workflows/lineage-rebuild.yml   the environment is pinned: requirements.txt"
    assert (ended.code, ended.stdout.splitlines()[4]) == (0, told)
    assert not (bare_project / ".github/workflows/lineage-rebuild.yml").exists()


def test_gitlab_is_told_what_to_include_and_to_schedule(bare_project: Path) -> None:
    run_lineage("init", "--ci", "gitlab", cwd=bare_project)
    kept = run_lineage("init", "--schedule", cwd=bare_project)
    (bare_project / ".gitlab-ci.yml").unlink()
    write(bare_project, {"requirements.txt": b"numpy==1.26.4\n"})
    git(bare_project, "add", "requirements.txt")
    new, again = (run_lineage("init", "--ci", "gitlab", "--schedule", cwd=bare_project) for _ in range(2))

    schedule = ".gitlab/lineage-schedule.gitlab-ci.yml"
    assert f"add to it: include: [{{local: {schedule}}}]\n" in kept.stdout
    daily = "on GitLab add a schedule (Build > Pipeline schedules): every day with the variable LINEAGE_CHECK = true\n"
    weekly = "nothing pins the environment: add one for every week with the variable LINEAGE_VERIFY = true\n"
    assert (kept.stderr, new.stderr) == (TRAIN + daily + weekly, TRAIN + daily)
    included = (bare_project / ".gitlab-ci.yml").read_text()
    assert included == f"include:\n  - local: .gitlab/lineage.gitlab-ci.yml\n  - local: {schedule}\n"
    assert "it includes ours" in again.stdout


def test_no_ci_system_has_no_clock(bare_project: Path) -> None:
    ended = run_lineage("init", "--ci", "none", "--schedule", cwd=bare_project)
    assert (ended.code, ended.stdout) == (2, "")
    assert "--schedule writes jobs for a CI system" in ended.stderr
    assert run_lineage("init", "--ci", "none", cwd=bare_project).stderr == TRAIN


def test_from_a_subdirectory_it_is_the_root_that_is_set_up(bare_project: Path) -> None:
    (bare_project / "src").mkdir()
    assert run_lineage("init", "--ci", "none", cwd=bare_project / "src").code == 0
    assert sorted(path.name for path in bare_project.iterdir()) == [".git", ".gitattributes", "lineage.toml", "src"]


def test_manifests_are_not_spliced_by_git(bare_project: Path) -> None:
    run_lineage("init", "--ci", "none", cwd=bare_project)
    attributes = git(bare_project, "check-attr", "merge", "text", "eol", "--", "models/a.lineage.toml")
    assert [line.rpartition(": ")[2] for line in attributes.splitlines()] == ["unset", "set", "lf"]


def test_outside_a_repository_it_says_so(tmp_path: Path) -> None:
    ended = run_lineage("init", cwd=tmp_path)
    message = f"lineage: error: {tmp_path}: not in a git repository\n  run git init at the root of the project\n"
    assert ended == Ended(code=2, stdout="", stderr=message)
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_pyproject_stops_it_before_anything_is_written(bare_project: Path) -> None:
    write(bare_project, {"pyproject.toml": b"[tool\n"})
    ended = run_lineage("init", cwd=bare_project)
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"lineage: error: {bare_project / 'pyproject.toml'}:1:6: is not TOML: ")
    assert sorted(path.name for path in bare_project.iterdir()) == [".git", "pyproject.toml"]
