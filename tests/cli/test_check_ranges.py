"""Which two states ``lineage check`` compares: what is typed, what CI tells, and repositories of every kind."""

from pathlib import Path

import pytest

from tests.support.checked import LOCK, TRAIN, fraud, manifest, record
from tests.support.gitrepos import commit, git
from tests.support.projects import Ended, run_lineage

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
DUE = "fail: 1 of 1 models newly due for retraining, 1 change"
ALL = "fail: 1 of 1 models due for retraining"
OLD = "pass: 0 of 1 models newly due for retraining, 1 already due, 0 changes"
ALONE = "HEAD is judged by itself: all that is due counts"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = fraud(tmp_path / "fraud")
    commit(root, {"requirements.txt": BUMPED})
    return root


def check(root: Path, *arguments: str, **env: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root, env=env)


def last(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.stdout.splitlines()[-1]


def refused(message: str) -> Ended:
    return Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("--output=x..HEAD", "--output=x: is not a revision\n  write BASE..HEAD, as main..HEAD"),
        ("-x..HEAD", "-x: is not a revision\n  write BASE..HEAD, as main..HEAD"),
        ("..HEAD", "..HEAD: names no base\n  BASE..HEAD, as main..HEAD"),
        ("...", "...: names no base\n  BASE..HEAD, as main..HEAD"),
        ("", "'': is not a range\n  BASE..HEAD, as main..HEAD"),
        (
            "both..HEAD",
            "both: is ambiguous\n  git has several of this name: write refs/heads/… or refs/tags/…, or more of the "
            "commit's id",
        ),
        ("main...other", "main...other: the two have no common commit that is known here\n  name BASE..HEAD instead"),
    ],
)
def test_a_range_that_cannot_be_compared_is_refused(root: Path, typed: str, message: str) -> None:
    git(root, "tag", "both", "HEAD~1")
    git(root, "branch", "both")
    git(root, "checkout", "--quiet", "--orphan", "other")
    commit(root, {"README.md": b"Other.\n"})

    assert check(root, "--", typed) == refused(message)
    assert not (root / "x").exists()


def test_a_full_name_is_not_ambiguous(root: Path) -> None:
    git(root, "tag", "both", "HEAD~1")
    git(root, "branch", "both")

    assert last(check(root, "refs/tags/both..refs/heads/both")) == (1, DUE)


def test_a_detached_head_and_a_merge_are_commits_as_any(root: Path) -> None:
    git(root, "checkout", "--quiet", "--detach", "HEAD~1")
    assert last(check(root, "HEAD..main")) == (1, DUE)
    commit(root, {"README.md": b"More.\n"})
    git(root, "merge", "--quiet", "main")

    assert last(check(root, "HEAD^1..HEAD")) == (1, DUE)
    assert check(root, "HEAD^2..HEAD").code == 0
    assert last(check(root, "main...HEAD")) == (0, OLD)


def test_a_bare_repository_has_commits_only(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(root), str(bare))

    assert last(check(bare, "HEAD~1..HEAD")) == (1, DUE)
    assert last(check(bare / "refs")) == (1, ALL)
    for option in ("--staged", "--worktree"):
        hint = "a bare repository has commits only: BASE..HEAD"
        assert check(bare, option) == refused(f"{bare}: there is no index and no work tree here\n  {hint}")


def test_what_a_shallow_bare_repository_lacks_is_fetched(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--bare", "--depth=1", f"file://{root}", str(bare))
    base = git(root, "rev-parse", "HEAD~1")

    assert last(check(bare, f"{base}..HEAD", "--fetch")) == (1, DUE)


def test_a_submodule_is_a_repository_of_its_own(root: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(root), "libs/fraud")
    record(outer, manifest("m", {"requirements.txt": LOCK}, {"train.py": TRAIN}))
    commit(outer, {"requirements.txt": LOCK, "train.py": TRAIN})

    assert last(check(outer / "libs" / "fraud", "HEAD~1..HEAD")) == (1, DUE)
    git(outer / "libs" / "fraud", "checkout", "--quiet", "HEAD~1")
    commit(outer, {})
    assert last(check(outer, "HEAD~1..HEAD")) == (0, "pass: 0 of 1 models newly due for retraining, 0 changes")


def test_a_provider_that_tells_no_base_leaves_head_alone(root: Path) -> None:
    hint = "its configuration knows one: lineage check << pipeline.git.base_revision >>..HEAD"

    circle = check(root, CIRCLECI="true")
    assert (last(circle), circle.stderr) == (
        (1, ALL),
        f"range: CircleCI tells none for this job, so {ALONE} ({hint})\n",
    )
    assert check(root, "-q", CIRCLECI="true").stderr == ""
    assert check(root, "HEAD~1..HEAD", CIRCLECI="true").stderr == ""


def test_a_push_that_rewrote_its_branch_leaves_head_alone(root: Path) -> None:
    gone = "1" * 40

    ended = check(root, GITLAB_CI="true", CI_COMMIT_BEFORE_SHA=gone)

    assert (last(ended), ended.stderr.splitlines()) == (
        (1, ALL),
        [
            f"range: {gone}...HEAD, from the variables of GitLab CI",
            f"{gone} is not here, and no part of the history that is: {ALONE}",
        ],
    )


def test_in_a_shallow_clone_the_base_of_a_push_is_asked_for(root: Path, tmp_path: Path) -> None:
    before = git(root, "rev-parse", "HEAD~1")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", str(clone))
    push = {"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": before}

    refusal = check(clone, **push)
    assert (refusal.code, refusal.stderr.splitlines()[1:]) == (
        2,
        [
            f"lineage: error: {before}: there is no such revision here",
            "  this clone is shallow: --fetch gets what is missing, or git fetch --unshallow",
        ],
    )
    fetched = check(clone, "--fetch", **push)
    assert (last(fetched), fetched.stderr.splitlines()[1:]) == (
        (1, DUE),
        [f"fetching {before} from origin", f"fetching the history of {before}...HEAD from origin"],
    )
    gone = check(clone, "--fetch", GITLAB_CI="true", CI_COMMIT_BEFORE_SHA="1" * 40)
    assert (last(gone), gone.stderr.splitlines()[-1][-len(ALONE) :]) == ((1, ALL), ALONE)
