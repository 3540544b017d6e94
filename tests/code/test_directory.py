"""Where the code lies without a repository: what is recorded then, and when the variables of a job are not asked."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lineage.code.ci_build import Build
from lineage.code.directory import BuildDirectory, describe_directory
from lineage.code.state import blob_ids
from lineage.errors import LineageError
from lineage.model.code import Code
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MODEL, git
from tests.support.recording import captured

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
LONG = "6e3a5f0bc1b9f6f7f47a4c8c1b9d7a1f7b5ad1e3d51b5c1a7b4c7d8e9f0a1b2c"
NAMED = "named by Jenkins: there is no git repository here, so nothing was compared with it"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "job"
    projects.write(root, {**projects.FILES, MODEL: projects.WEIGHTS})
    return root


def builds(root: Path, commit: str = COMMIT) -> tuple[Build, ...]:
    return (Build(provider="Jenkins", mark="JENKINS_URL", commit=commit, directory=str(root)),)


def code_problems(found: Sequence[Problem]) -> list[Problem]:
    return [one for one in found if one.code.startswith("code.")]


@pytest.mark.parametrize(("commit", "object_format"), [(COMMIT, "sha1"), (LONG, "sha256")])
def test_files_have_the_ids_that_git_would_give_them(
    commit: str, object_format: str, job: Path, environment: Path
) -> None:
    manifest = captured(job, environment, builds=builds(job, commit)).manifest

    git(job, "init", "--quiet", f"--object-format={object_format}")
    ids = {path: git(job, "hash-object", path) for path in ("features.py", "train.py", "requirements.txt")}
    declared = (("requirements.txt", ids.pop("requirements.txt")),)
    assert manifest.code == Code(base=commit, files=tuple(sorted(ids.items())))
    assert manifest.declared == declared
    assert manifest.parent is None
    assert code_problems(manifest.problems) == [Problem("code.no-repository", commit, NAMED)]


def test_a_manifest_that_stands_there_is_no_parent(job: Path, environment: Path) -> None:
    projects.write(job, {projects.MANIFEST: b"<<<<<<< ours\n"})

    manifest = captured(job, environment, builds=builds(job), output=job / "m.lineage.toml").manifest

    assert manifest.parent is None
    assert [one for one in manifest.problems if one.code.startswith("manifest.")] == []


def test_what_dvc_says_there_is_read(job: Path, environment: Path) -> None:
    stage = b"stages:\n  fit:\n    cmd: python fit/go.py\n    outs: [models/fraud.pkl]\n"
    projects.write(job, {"dvc.yaml": stage, "fit/go.py": b"import sklearn\n"})

    found = captured(job, environment, builds=builds(job))

    assert found.entry == "fit/go.py (stage fit)"
    assert [path for path, _ in found.manifest.code.files] == ["fit/go.py"]


def test_an_environment_in_the_job_s_directory_is_no_code(job: Path, environment: Path) -> None:
    projects.write(job, {"venv/pyvenv.cfg": b"", "venv/train.py": b"import numpy\n"})
    (job / "train.py").unlink()
    options = {"builds": builds(job), "entry": job / "venv" / "train.py"}

    assert captured(job, environment, builds=builds(job)).entry == "not known"
    with pytest.raises(LineageError) as refused:
        captured(job, environment, **options)

    assert str(refused.value) == (
        f"{job}/venv/train.py: the entry script lies where no code of the project is looked for\n"
        "  name a script outside of environments, installed packages and caches"
    )


def test_a_provider_that_names_no_commit_is_a_problem_beside_one_that_does(job: Path, environment: Path) -> None:
    other = Build(provider="GitLab CI", mark="GITLAB_CI", no_commit="CI_COMMIT_SHA is not set")

    manifest = captured(job, environment, builds=(other, *builds(job))).manifest

    assert code_problems(manifest.problems) == [
        Problem("code.no-repository", COMMIT, NAMED),
        Problem("code.provider-unusable", "GitLab CI", "CI_COMMIT_SHA is not set"),
    ]


def test_files_that_could_not_be_listed_are_a_problem(job: Path) -> None:
    projects.write(job, {f"data/{number}.csv": b"" for number in range(9)})
    (build,) = builds(job)

    state = describe_directory(BuildDirectory(root=job, commit=COMMIT, build=build, most_entries=8))

    assert state.paths == {*projects.FILES, MODEL}
    assert state.problems == (
        Problem("code.no-repository", COMMIT, NAMED),
        Problem("code.unlisted", "code", "not every file could be listed: code or files of DVC may be missing here"),
    )


def test_only_listed_files_are_read(job: Path) -> None:
    projects.write(job, {"venv/pyvenv.cfg": b"", "venv/a.py": b"a"})
    (build,) = builds(job)
    directory = BuildDirectory(root=job, commit=COMMIT, build=build)
    state = describe_directory(directory)

    assert [state.read(path) for path in ("features.py", "venv/a.py", "../outside.py")] == [
        projects.FILES["features.py"],
        None,
        None,
    ]
    assert blob_ids(state, directory, ["features.py"]) == (("features.py", directory.blob_id("features.py")),)


BROKEN = (
    "{root}/.git: is no git repository, or leads to none\n"
    "  a linked work tree or submodule needs the repository that it belongs to: clone the code instead"
)


def broken_worktree(root: Path) -> str:
    (root / ".git").write_text("gitdir: /nowhere/.git/worktrees/fraud\n")
    return BROKEN.format(root=root)


def dangling_link(root: Path) -> str:
    (root / ".git").symlink_to("/nowhere/.git")
    return BROKEN.format(root=root)


def no_commit_yet(root: Path) -> str:
    git(root, "init", "--quiet")
    return (
        f"{root}: the repository has no commit yet\n"
        "  commit the code first: a manifest names the commit that a model was made from"
    )


@pytest.mark.parametrize("arrange", [broken_worktree, dangling_link, no_commit_yet], ids=lambda one: one.__name__)
def test_a_repository_that_cannot_be_read_is_not_the_same_as_none(
    arrange: Callable[[Path], str], job: Path, environment: Path
) -> None:
    message = arrange(job)

    with pytest.raises(LineageError) as refused:
        captured(job, environment, builds=builds(job))

    assert str(refused.value) == message
