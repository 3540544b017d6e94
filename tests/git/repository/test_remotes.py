"""The address of the remote that a user would mean."""

from pathlib import Path

from lineage.git.repository import GitRepository
from tests.support.gitrepos import git


def remote_after(root: Path, *settings: tuple[str, str]) -> str | None:
    for key, value in settings:
        git(root, "config", "--add", key, value)
    with GitRepository.open(root) as repository:
        return repository.remote()


def test_no_remote(root: Path) -> None:
    assert remote_after(root, ("remote.empty.fetch", "+refs/heads/*:refs/remotes/empty/*")) is None


def test_the_remote_that_the_branch_follows_comes_first(root: Path) -> None:
    assert (
        remote_after(
            root,
            ("remote.origin.url", "https://origin/x"),
            ("remote.fork.url", "https://user:pw@fork/x.git"),
            ("branch.main.remote", "fork"),
            ("branch.other.remote", "origin"),
        )
        == "https://user:pw@fork/x.git"
    )


def test_then_origin(root: Path) -> None:
    settings = (("remote.a.url", "https://a/x"), ("remote.origin.url", "https://origin/x"))
    assert remote_after(root, *settings, ("branch.main.remote", ".")) == "https://origin/x"


def test_then_the_first_by_name(root: Path) -> None:
    settings = (("remote.b.url", "https://b/x"), ('remote.a "odd] name.url', "git@a:x y#z"))
    assert remote_after(root, *settings) == "git@a:x y#z"


def test_of_several_addresses_the_one_that_git_fetches_from(root: Path) -> None:
    settings = (("remote.origin.url", "https://one/x"), ("remote.origin.url", "https://two/x"))
    assert remote_after(root, *settings, ("remote.origin.pushurl", "https://push/x")) == "https://one/x"


def test_an_address_is_not_rewritten(root: Path) -> None:
    settings = (
        ("remote.origin.url", "https://host/x"),
        ("url.https://token@host/.insteadOf", "https://host/"),
    )
    assert remote_after(root, *settings) == "https://host/x"


def test_a_detached_head_follows_nothing(root: Path) -> None:
    git(root, "checkout", "--quiet", "--detach")
    assert remote_after(root, ("remote.a.url", "https://a/x")) == "https://a/x"
