"""Is a model's commit on a remote? Without the network as far as git knows; asked, for certain."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.catalogue.published import code_problems
from lineage.git.published import listed_refs
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import git

HERE = "is on no remote branch known here"
ASKED = "whether its ref is on a remote, --remote asks"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose commit is on its remote."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    root = projects.make_repository(tmp_path / "clone")
    git(root, "remote", "set-url", "origin", str(tmp_path / "remote.git"))
    git(root, "push", "--quiet", "--set-upstream", "origin", "main")
    return root


@pytest.fixture(autouse=True)
def _local_submodules() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_ALLOW_PROTOCOL", "file")
        yield


def head(root: Path) -> Code:
    commit = git(root, "rev-parse", "HEAD")
    return Code(base=commit, commit=commit)


def snapshot(root: Path) -> Code:
    """A commit beside HEAD that no branch has, kept as snapshots are."""
    commit = git(root, "commit-tree", "-p", "HEAD", "-m", "Snapshot", "HEAD^{tree}")
    git(root, "update-ref", f"refs/lineage/{commit}", commit)
    return Code(base=git(root, "rev-parse", "HEAD"), commit=commit)


def found(root: Path, code: Code, *, remote: bool) -> list[Problem]:
    with GitRepository.open(root) as repository:
        return code_problems(code, repository, remote=listed_refs if remote else None)


def typed(root: Path, problem: Problem) -> None:
    """Type the command that a problem ends with, in a shell."""
    command = "git " + problem.detail.partition(": git ")[2]
    subprocess.run(["sh", "-c", command], cwd=root, check=True, capture_output=True)


def test_a_published_commit_is_no_problem(clone: Path) -> None:
    assert found(clone, head(clone), remote=False) == []
    assert found(clone, head(clone), remote=True) == []


def test_a_new_commit_is_pushed_by_its_branch(clone: Path) -> None:
    projects.commit(clone)
    code = head(clone)
    assert found(clone, code, remote=False) == [Problem("code.not-pushed", code.base, f"{HERE}: git push origin main")]
    (problem,) = found(clone, code, remote=True)
    assert problem == Problem("code.not-pushed", code.base, "is not on the remote origin: git push origin main")
    typed(clone, problem)
    assert found(clone, code, remote=False) == found(clone, code, remote=True) == []


def test_of_a_snapshot_only_the_remote_knows(clone: Path) -> None:
    code = snapshot(clone)
    commit = str(code.commit)
    command = f"git push origin refs/lineage/{commit}"
    assert found(clone, code, remote=False) == [Problem("code.push-unknown", commit, f"{HERE}; {ASKED}: {command}")]
    (problem,) = found(clone, code, remote=True)
    assert problem == Problem("code.not-pushed", commit, f"is not on the remote origin: {command}")
    typed(clone, problem)
    assert found(clone, code, remote=True) == []
    assert [one.code for one in found(clone, code, remote=False)] == ["code.push-unknown"]


def test_a_snapshot_brings_its_base_with_it(clone: Path) -> None:
    projects.commit(clone)
    code = snapshot(clone)
    git(clone, "push", "--quiet", "origin", f"refs/lineage/{code.commit}")
    assert found(clone, code, remote=True) == []
    # The base alone is there by that as well.
    assert found(clone, Code(base=code.base), remote=True) == []


def test_refs_that_are_fetched_tell_without_asking(clone: Path) -> None:
    code = snapshot(clone)
    git(clone, "config", "--add", "remote.origin.fetch", "+refs/lineage/*:refs/remotes/origin/lineage/*")
    git(clone, "push", "--quiet", "origin", f"refs/lineage/{code.commit}")
    assert found(clone, code, remote=False) == []


@pytest.mark.parametrize("case", ["detached", "diverged", "gone"])
def test_a_commit_that_no_branch_can_bring(case: str, clone: Path) -> None:
    commit = projects.commit(clone, "Mine")
    if case == "diverged":
        git(clone, "push", "--quiet", "origin", "main")
        git(clone, "commit", "--quiet", "--amend", "-m", "Amended")
        commit = git(clone, "rev-parse", "HEAD")
    else:
        git(clone, "checkout", "--quiet", "--detach")
        git(clone, "branch", "--quiet", "--force", "main", "HEAD~1")
        git(clone, "checkout", "--quiet", "main" if case == "gone" else "HEAD")
    code = Code(base=commit, commit=commit)
    (problem,) = found(clone, code, remote=True)
    command = f"git push origin {commit}:refs/lineage/{commit}"
    assert problem == Problem("code.not-pushed", commit, f"is not on the remote origin: {command}")
    typed(clone, problem)
    assert found(clone, code, remote=True) == []


def test_a_branch_that_was_deleted_on_the_remote(clone: Path) -> None:
    projects.commit(clone)
    git(clone, "push", "--quiet", "origin", "main:feature")
    code = head(clone)
    git(Path(git(clone, "remote", "get-url", "origin")), "update-ref", "-d", "refs/heads/feature")
    assert found(clone, code, remote=False) == []
    assert [one.code for one in found(clone, code, remote=True)] == ["code.not-pushed"]


def test_a_branch_that_others_moved_is_unknown_until_fetched(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "remote.git", "other")
    projects.commit(tmp_path / "other", "Theirs")
    git(tmp_path / "other", "push", "--quiet")
    code = head(clone)
    detail = "was on origin, whose branches have moved since: git fetch origin, then ask again"
    (problem,) = found(clone, code, remote=True)
    assert problem == Problem("code.push-unknown", code.base, detail)
    git(clone, "fetch", "--quiet", "origin")
    assert found(clone, code, remote=True) == []


def test_a_remote_that_does_not_answer(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "away")
    code = head(clone)
    detail = "is on no remote that was asked, and origin does not answer: git ls-remote origin tells why"
    assert found(clone, code, remote=True) == [Problem("code.push-unknown", code.base, detail)]


def test_any_remote_will_do(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "away")
    git(clone, "remote", "add", "backup's", str(tmp_path / "away"))
    assert found(clone, head(clone), remote=True) == []


def test_nothing_that_a_configuration_names_is_run(clone: Path, tmp_path: Path) -> None:
    canary = projects.script(tmp_path / "canary", f"touch '{tmp_path}/ran'")
    git(clone, "config", "remote.origin.uploadpack", str(canary))
    git(clone, "config", "core.askPass", str(canary))
    assert found(clone, head(clone), remote=True) == []
    git(clone, "config", "protocol.ext.allow", "always")
    git(clone, "remote", "set-url", "origin", f"ext::{canary}")
    assert [one.code for one in found(clone, head(clone), remote=True)] == ["code.remote-unreached"]
    assert not (tmp_path / "ran").exists()


def test_a_password_in_an_address_is_not_shown(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "https://ada:hunter2@localhost:9/acme/fraud.git")
    (problem,) = found(clone, head(clone), remote=True)
    assert "hunter2" not in str(problem)


def test_commits_of_submodules_are_named_too(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "inner.git")
    git(clone, "submodule", "--quiet", "add", "--branch", "main", str(tmp_path / "inner.git"), "libs/my inner")
    projects.commit(clone)
    git(clone, "push", "--quiet", "origin", "main")
    assert found(clone, head(clone), remote=True) == []

    inner = clone / "libs" / "my inner"
    kept = str(snapshot(inner).commit)
    git(inner, "checkout", "--quiet", kept)
    outer = snapshot_of_worktree(clone)
    subject = f"libs/my inner@{kept}"
    command = f"git -C 'libs/my inner' push origin refs/lineage/{kept}"
    problems = found(clone, outer, remote=True)
    assert problems[1:] == [Problem("code.not-pushed", subject, f"is not on the remote origin: {command}")]
    for problem in problems:
        typed(clone, problem)
    assert found(clone, outer, remote=True) == []
    inner.joinpath(".git").unlink()
    detail = "is a commit of a submodule that is not checked out here: git submodule update --init"
    assert found(clone, outer, remote=True) == [Problem("code.commit-missing", subject, detail)]
    assert found(clone, replace(outer, commit=outer.base), remote=True) == []


def snapshot_of_worktree(root: Path) -> Code:
    base = git(root, "rev-parse", "HEAD")
    git(root, "add", "--all")
    commit = git(root, "commit-tree", "-p", "HEAD", "-m", "Snapshot", git(root, "write-tree"))
    git(root, "update-ref", f"refs/lineage/{commit}", commit)
    git(root, "reset", "--quiet")
    return Code(base=base, commit=commit)
