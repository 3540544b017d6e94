"""Files, histories and commits of the past."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.repository import CommitInfo, GitRepository
from tests.support.gitrepos import UNKNOWN, commit, git, make, write


def test_bytes_of_the_past_are_exact(root: Path) -> None:
    content = {
        "binary": bytes(range(256)) * 4,
        "newlines": b"a\r\nb\n\n\n",
        "none": b"",
        "large": os.urandom(3 * 1024 * 1024),
    }
    write(root, {".gitattributes": b"* text=auto eol=crlf ident\nlarge binary\nbinary binary\nnewlines -text\n"})
    first = commit(root, content)
    commit(root, dict.fromkeys(content, b"later"))
    with GitRepository.open(root) as repository:
        assert {name: repository.read_at(first, name) for name in content} == content
        assert repository.read_at("HEAD~1", "binary") == content["binary"]


@pytest.mark.parametrize(
    "path",
    [
        "no.py",
        "src",
        "src/",
        "",
        ".",
        "../train.py",
        "/train.py",
        "train.py/",
        "./train.py",
        "a\0b",
        ":/train.py",
    ],
)
def test_a_path_that_the_past_does_not_have(root: Path, path: str) -> None:
    with GitRepository.open(root) as repository:
        assert repository.read_at("HEAD", path) is None


@pytest.mark.parametrize(
    "revision", ["no-such", "--output=x", "-1", "", "HEAD~9", "HEAD:train.py", UNKNOWN, "HEAD@{9}"]
)
def test_a_revision_that_does_not_exist(root: Path, revision: str) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.read_at(revision, "train.py")
    assert str(caught.value) == (
        f"{root}: no such revision: {revision!r}\n  git log and git branch --all list what there is"
    )


def test_a_revision_that_no_program_can_be_given(root: Path) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.read_at("a\0b", "train.py")
    assert str(caught.value) == "git rev-parse: not a name that git can hold: 'a\\x00b^{commit}'"


def test_a_history_is_newest_first_and_only_of_that_path(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit(root, {"src/features.py": b"SIZE = 4\n"})
    second = commit(root, {"train.py": b"2\n"}, "Grösser\nund besser\n\nBody", "2026-11-21T00:00:00+0000")
    with GitRepository.open(root) as repository:
        assert repository.history("train.py") == (
            CommitInfo(commit=second, when=datetime(2026, 11, 21, tzinfo=UTC), summary="Grösser und besser"),
            CommitInfo(commit=first, when=datetime(2026, 11, 20, 19, 33, 5, tzinfo=UTC), summary="Train"),
        )
        assert repository.history("no.py") == ()
        assert repository.history("*.py") == ()
        assert [revision.summary for revision in repository.history("-x")] == []


def test_a_commit_without_a_date_that_can_be_told(root: Path) -> None:
    commit(root, {"train.py": b"2\n"}, date="@99999999999999 +0000")
    head = git(root, "rev-parse", "HEAD")
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.history("train.py")
    record = f"commit {head}\n99999999999999\0Train"
    assert str(caught.value) == f"git rev-list: no date that can be told: {record!r}"


def test_only_full_ids_of_commits_exist(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    tree, blob = git(root, "rev-parse", "HEAD^{tree}"), git(root, "rev-parse", "HEAD:train.py")
    git(root, "tag", "-m", "annotated", "v1")
    tag = git(root, "rev-parse", "v1")
    asked = [head, head[:12], "HEAD", tree, blob, tag, UNKNOWN, "", "-x", head + "\n"]
    with GitRepository.open(root) as repository:
        assert [repository.exists(commit) for commit in asked] == [True] + [False] * 9


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_published_is_what_a_remote_tracking_branch_reaches(tmp_path: Path, object_format: str) -> None:
    make(tmp_path / "server", f"--object-format={object_format}")
    git(tmp_path, "clone", "--quiet", "server", "clone")
    root = tmp_path / "clone"
    shared = git(root, "rev-parse", "HEAD")
    own = commit(root, {"train.py": b"own\n"})
    with GitRepository.open(root) as repository:
        asked = [shared, own, UNKNOWN, "HEAD", "--all"]
        assert [repository.published(commit) for commit in asked] == [True, False, False, False, False]
        git(root, "update-ref", "refs/remotes/origin/main", own)
        assert repository.published(own)
