"""Over random states of repositories: the snapshot is exactly the work tree, and what is the user's is as it was."""

from pathlib import Path

import pytest

from lineage.code.snapshots.take import Wish, describe_kept
from lineage.git.repository import GitRepository
from tests.support.randomtrees import RandomTree, left_out, of_user, restored, work_tree


def check(place: Path, seed: int) -> str:
    """The kind of state that was checked."""
    root = RandomTree(place / "repository", seed).root
    before, expected = of_user(root), {**left_out(root), **work_tree(root)}
    with GitRepository.open(root) as repository:
        state = describe_kept(repository, [], Wish(limit=50_000_000))
        again = describe_kept(repository, [], Wish(limit=50_000_000))
    assert state.problems == (), seed
    assert of_user(root) == before, seed
    assert state.code.commit is not None
    assert restored(root, state.code.commit, place / "restored") == expected, seed
    assert again.code == state.code, seed
    return "snapshot" if state.code.is_snapshot else "HEAD"


@pytest.mark.parametrize("start", range(0, 40, 10))
def test_the_snapshot_is_the_work_tree_and_the_repository_is_as_it_was(start: int, tmp_path: Path) -> None:
    kinds = [check(tmp_path / str(seed), seed) for seed in range(start, start + 10)]
    assert kinds.count("snapshot") > 5


@pytest.mark.slow
@pytest.mark.parametrize("start", range(40, 400, 20))
def test_the_same_of_many_more(start: int, tmp_path: Path) -> None:
    kinds = [check(tmp_path / str(seed), seed) for seed in range(start, start + 20)]
    assert kinds.count("snapshot") > 10
