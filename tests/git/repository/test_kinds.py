"""Every question is answered in every kind of repository."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.git.repository import CommitInfo, GitRepository, Head
from lineage.model.code import FileChange
from tests.support.gitrepos import UNKNOWN, git, git_id, make, submodule, write

Layout = Callable[[Path], tuple[Path, Path, str]]
"""Makes a repository: (a path in it, its root, its object format)."""


def plain(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "plain")
    return root, root, "sha1"


def from_a_file(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "file")
    return root / "train.py", root, "sha1"


def from_a_file_not_written_yet(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "file")
    return root / "src/not-yet.pkl", root, "sha1"


def from_a_subdirectory(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "below")
    return root / "src", root, "sha1"


def through_a_link(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "real")
    (tmp_path / "link").symlink_to(root)
    return tmp_path / "link" / "src", root, "sha1"


def odd_path(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "zwei Wörter $HOME ~ 模型\n")
    return root, root, "sha1"


def sha256(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "sha256", "--object-format=sha256")
    return root, root, "sha256"


def detached(tmp_path: Path) -> tuple[Path, Path, str]:
    root = make(tmp_path / "detached")
    git(root, "checkout", "--quiet", "--detach")
    return root, root, "sha1"


def worktree(tmp_path: Path) -> tuple[Path, Path, str]:
    main = make(tmp_path / "main")
    git(main, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    return tmp_path / "linked", (tmp_path / "linked").resolve(), "sha1"


def worktree_of_a_bare_repository(tmp_path: Path) -> tuple[Path, Path, str]:
    main = make(tmp_path / "main")
    git(tmp_path, "clone", "--quiet", "--bare", str(main), "bare")
    git(tmp_path / "bare", "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    return tmp_path / "linked", (tmp_path / "linked").resolve(), "sha1"


LAYOUTS = [
    plain,
    from_a_file,
    from_a_file_not_written_yet,
    from_a_subdirectory,
    through_a_link,
    odd_path,
    sha256,
    detached,
    worktree,
    worktree_of_a_bare_repository,
    submodule,
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_question_is_answered_in_every_kind_of_repository(layout: Layout, tmp_path: Path) -> None:
    path, root, object_format = layout(tmp_path)
    train, features = (git_id(c, object_format) for c in (b"import features\n", b"SIZE = 3\n"))
    head = git(root, "rev-parse", "HEAD")
    write(root, {"src/new.py": b"NEW\n", "train.py": b"changed\n"})
    with GitRepository.open(path) as repository:
        assert repository.root == root
        assert repository.object_format == object_format
        assert repository.head() == Head(commit=head, tree=git(root, "rev-parse", "HEAD^{tree}"))
        assert repository.branch() == (git(root, "branch", "--show-current") or None)
        assert repository.index() == {"src/features.py": features, "train.py": train}
        assert repository.tracked(".py") == ("src/features.py", "train.py")
        assert repository.changes() == (
            FileChange(path="src/new.py", status="untracked"),
            FileChange(path="train.py", status="modified"),
        )
        assert repository.read_at("HEAD", "train.py") == b"import features\n"
        assert repository.blob_id("src/features.py") == features
        assert repository.blob_id("train.py") == git_id(b"changed\n", object_format)
        assert repository.history("train.py") == (
            CommitInfo(commit=head, when=datetime(2026, 11, 20, 19, 33, 5, tzinfo=UTC), summary="Train"),
        )
        assert repository.exists(head)
        assert not repository.exists(UNKNOWN)


@pytest.mark.parametrize(
    ("layout", "branch"), [(plain, "main"), (worktree, "side"), (detached, None), (sha256, "main")]
)
def test_the_branch_is_none_only_when_head_is_detached(layout: Layout, branch: str | None, tmp_path: Path) -> None:
    with GitRepository.open(layout(tmp_path)[0]) as repository:
        assert repository.branch() == branch


def test_a_branch_keeps_its_whole_name_beside_a_tag_of_that_name(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "heads/fraud")
    git(root, "tag", "heads/fraud")
    with GitRepository.open(root) as repository:
        assert repository.branch() == "heads/fraud"
