"""Clones that have not everything: what is missing is told, got only when asked for, and never taken for unchanged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checked import LOCK, TRAIN, manifest, record, repository
from tests.support.gitrepos import commit, git, write
from tests.support.projects import Ended, run_lineage

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
Make = Callable[[str, Path], Path]


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A server's repository: trained, bumped, and one edit that changes nothing."""
    files = {"requirements.txt": LOCK, "train.py": TRAIN}
    root = repository(tmp_path / "origin", files=files)
    code = git(root, "rev-parse", "HEAD")
    record(root, manifest("models/fraud", {"requirements.txt": LOCK}, {"train.py": TRAIN}, base=code))
    commit(root, {})
    commit(root, {"requirements.txt": BUMPED})
    commit(root, {"train.py": b"# why\n" + TRAIN, "docs/a.md": b"A.\n"})
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return root


def _clone(*options: str) -> Make:
    def make(address: str, place: Path) -> Path:
        git(place.parent, "clone", "--quiet", *options, address, str(place))
        return place

    return make


def _sparse(*options: str) -> Make:
    def make(address: str, place: Path) -> Path:
        _clone("--no-checkout", *options)(address, place)
        git(place, "sparse-checkout", "set", "docs")
        git(place, "checkout", "--quiet", "main")
        return place

    return make


def _worktree(*options: str) -> Make:
    def make(address: str, place: Path) -> Path:
        git(_clone(*options)(address, place), "worktree", "add", "--quiet", "--detach", f"{place}-tree")
        return place.with_name(f"{place.name}-tree")

    return make


def _submodule(address: str, place: Path) -> Path:
    place.mkdir()
    git(place, "init", "--quiet")
    git(place, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", address, "inner")
    return place / "inner"


BLOBLESS, TREELESS = "--filter=blob:none", "--filter=tree:0"
CLONES: dict[str, Make] = {
    "whole": _clone(),
    "shallow": _clone("--depth=1"),
    "deeper": _clone("--depth=2"),
    "bare": _clone("--bare"),
    "worktree": _worktree(),
    "sparse": _sparse(),
    "submodule": _submodule,
    "blobless": _clone(BLOBLESS),
    "blobless-unchecked": _clone(BLOBLESS, "--no-checkout"),
    "blobless-shallow": _clone(BLOBLESS, "--depth=1"),
    "blobless-sparse": _sparse(BLOBLESS),
    "blobless-worktree": _worktree(BLOBLESS),
    "treeless": _clone(TREELESS),
    "treeless-unchecked": _clone(TREELESS, "--no-checkout"),
    "treeless-worktree": _worktree(TREELESS),
}


def check(root: Path, *arguments: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root)


def objects_in(root: Path) -> str:
    """What git has, counted without asking anybody for more."""
    return git(root, "count-objects", "-v")


def told(ended: Ended) -> list[str]:
    """The lines of an answer but those by which it says that something more cannot be told."""
    return [line for line in ended.stdout.splitlines() if "not in this clone" not in line]


def ranges(origin: Path) -> dict[str, tuple[str, ...]]:
    trained, bumped = (git(origin, "rev-parse", f"HEAD~{number}") for number in (2, 1))
    return {
        "none": (),
        "bump": (f"{trained}..HEAD",),
        "joined": (f"{trained}...HEAD",),
        "comment": (f"{bumped}..HEAD",),
        "staged": ("--staged",),
        "worktree": ("--worktree",),
    }


@pytest.mark.parametrize("name", ["blobless", "treeless", "blobless-worktree"])
def test_what_a_partial_clone_lacks_is_named_and_got_when_asked_for(origin: Path, tmp_path: Path, name: str) -> None:
    root = CLONES[name](f"file://{origin}", tmp_path / "clone")
    asked = ranges(origin)["bump"]
    before = objects_in(root)
    alone = check(root, *asked)

    assert (alone.code, alone.stdout, objects_in(root)) == (3, "", before)
    assert "not in this clone" in alone.stderr
    assert alone.stderr.endswith("lineage check --fetch gets what is missing\n")
    fetched = check(root, "--fetch", *asked)
    assert (fetched.code, fetched.stdout) == (1, check(origin, *asked).stdout)
    assert fetched.stderr == "fetching from origin what this partial clone lacks\n"
    assert check(root, *asked).stdout == fetched.stdout


def test_an_origin_that_is_gone_leaves_it_undecided(origin: Path, tmp_path: Path) -> None:
    root = CLONES["blobless"](f"file://{origin}", tmp_path / "clone")
    asked = ranges(origin)["bump"]
    origin.rename(tmp_path / "gone")

    ended = check(root, "--fetch", *asked)

    assert (ended.code, ended.stdout) == (3, "")
    assert ended.stderr.count("what is missing stays undecided") == 1
    assert "its object is not in this clone" in ended.stderr


def test_the_policy_of_a_base_that_is_not_here_is_not_passed_over(origin: Path, tmp_path: Path) -> None:
    commit(origin, {"pyproject.toml": b'[tool.lineage.retrain]\nimported = "none"\n'})
    commit(origin, {"pyproject.toml": b'[tool.lineage.retrain]\nimported = "any"\n'})
    root = CLONES["blobless"](f"file://{origin}", tmp_path / "clone")
    ended = check(root, f"{git(origin, 'rev-parse', 'HEAD~1')}..HEAD")

    assert (ended.code, ended.stderr.splitlines()[0]) == (
        3,
        "lineage: error: pyproject.toml: its object is not in this clone",
    )


def test_a_hook_that_is_to_stop_does_not_let_through_what_it_cannot_see(origin: Path, tmp_path: Path) -> None:
    root = CLONES["blobless"](f"file://{origin}", tmp_path / "clone")
    start, end = (git(origin, "rev-parse", one) for one in ("HEAD~2", "HEAD"))
    env = {"PRE_COMMIT_FROM_REF": start, "PRE_COMMIT_TO_REF": end}
    told, stopped = (
        run_lineage("hook", "run", *block, "pre-commit", cwd=root, env=env) for block in ((), ("--block",))
    )

    assert (told.code, stopped.code) == (0, 3)
    assert "nothing is judged: requirements.txt: its object is not in this clone" in told.stderr
    assert "stopped" in stopped.stderr


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["none", "bump", "joined", "comment", "staged", "worktree"])
@pytest.mark.parametrize("name", CLONES)
def test_every_clone_gives_the_answer_of_the_whole_one_or_says_that_it_cannot(
    origin: Path, tmp_path: Path, name: str, asked: str
) -> None:
    if asked in ("staged", "worktree") and (name == "bare" or name.endswith("unchecked")):
        pytest.skip("nothing is checked out, so nothing can be edited")
    whole = CLONES["whole"](f"file://{origin}", tmp_path / "whole")
    root = CLONES[name](f"file://{origin}", tmp_path / "clone")
    arguments = ranges(origin)[asked]
    if asked in ("staged", "worktree"):
        for one in (whole, root):
            edited = {"requirements.txt": LOCK.replace(b"numpy==1.26.4", b"numpy==3.0.0")}
            write(one, edited)
            git(one, "add", "--sparse", *edited)
    expected = check(whole, *arguments)
    before = objects_in(root)

    alone = check(root, *arguments)
    assert objects_in(root) == before, "something was fetched that nobody asked for"
    if alone.code not in (2, 3):
        assert (alone.code, told(alone)) == (expected.code, told(expected))
    assert alone.code != 2 or "--fetch" in alone.stderr

    fetched = check(root, "--fetch", *arguments)
    assert (fetched.code, fetched.stdout) == (expected.code, expected.stdout)
