"""``lineage check`` as it is typed: ranges, exit codes, formats, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from tests.support.checked import LOCK, fraud, manifest, record
from tests.support.gitrepos import commit, git, write
from tests.support.projects import Ended, run_lineage, snapshot

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")

NO_SUCH = "there is no such revision here\n  git log lists the revisions; git fetch gets those of others"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def check(root: Path, *arguments: str, **env: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root, env=env)


def last(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.stdout.splitlines()[-1]


def test_a_bump_names_the_model_and_the_reason(root: Path) -> None:
    head = commit(root, {"requirements.txt": BUMPED})
    base = git(root, "rev-parse", "HEAD~1")

    assert check(root, "HEAD~1..HEAD") == Ended(
        code=1,
        stdout=f"base    {base[:12]}\nhead    {head[:12]}\npolicy  defaults\n\n"
        "retrain    models/fraud\n"
        "           numpy 1.26.4 → 2.0.1 (major), named in the weights  [requirements.txt:2]\n\n"
        "fail: 1 of 1 models newly due for retraining, 1 change\n",
        stderr="",
    )


def test_the_document_is_the_one_of_the_contract(root: Path) -> None:
    head = commit(root, {"requirements.txt": BUMPED})

    told = json.loads(check(root, "HEAD~1..HEAD", "--format", "json").stdout)

    message = "numpy 1.26.4 → 2.0.1 (major), named in the weights"
    sides = {"recorded": "1.26.4", "observed": "2.0.1", "step": "major", "where": "requirements.txt:2"}
    assert told == {
        "schema": "1.0",
        "command": "check",
        "verdict": "fail",
        "base": git(root, "rev-parse", "HEAD~1"),
        "head": head,
        "policy": ["defaults"],
        "changes": [{"kind": "package", "subject": "package:numpy", "group": "main", **sides}],
        "models": [
            {
                "name": "models/fraud",
                "manifest": "models/fraud.pkl.lineage.toml",
                "action": "retrain",
                "new": True,
                "reasons": [message],
                "details": [
                    {"subject": "package:numpy", "action": "retrain", "use": "weights", "new": True, **sides},
                ],
            }
        ],
        "unknown": [],
        "accepted": [],
    }


def test_what_is_due_already_does_not_fail_a_range_but_fails_without_one(root: Path) -> None:
    commit(root, {"requirements.txt": BUMPED})
    commit(root, {"README.md": b"More.\n"})

    due = "0 of 1 models newly due for retraining, 1 already due, 0 changes"
    assert last(check(root, "HEAD~1..HEAD")) == (0, f"pass: {due}")
    assert last(check(root)) == (1, "fail: 1 of 1 models due for retraining")
    assert last(check(root, "HEAD~2..HEAD")) == (
        1,
        "fail: 1 of 1 models newly due for retraining, 1 change",
    )


def test_the_index_and_the_work_tree_are_judged_apart(root: Path) -> None:
    write(root, {"requirements.txt": BUMPED})
    assert [check(root, one).code for one in ("--staged", "--worktree")] == [0, 1]

    git(root, "add", "requirements.txt")
    write(root, {"requirements.txt": LOCK})
    assert [check(root, one).code for one in ("--staged", "--worktree")] == [1, 0]


def test_before_the_first_commit_everything_staged_is_judged(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "--quiet")
    write(root, {"requirements.txt": BUMPED})
    record(root, manifest("models/fraud", {"requirements.txt": LOCK}))
    git(root, "add", "--all")

    assert last(check(root, "--staged")) == (1, "fail: 1 of 1 models due for retraining")
    assert check(root) == Ended(
        code=2,
        stdout="",
        stderr="lineage: error: HEAD: there is no such revision here\n"
        "  git log lists the revisions; git fetch gets those of others\n",
    )


def test_a_repository_without_manifests_lists_its_changes_and_is_undecided(root: Path) -> None:
    git(root, "rm", "--quiet", "models/fraud.pkl.lineage.toml")
    commit(root, {})
    commit(root, {"requirements.txt": BUMPED})

    ended = check(root, "HEAD~1..HEAD")
    assert (ended.code, ended.stdout.splitlines()[4:]) == (
        3,
        [
            "changes:",
            "  package:numpy  1.26.4 → 2.0.1  major  requirements.txt:2",
            "note: no manifest is tracked here: no model can be judged",
            "",
            "undecided: 0 of 0 models newly due for retraining, 1 change",
        ],
    )
    assert last(check(root, "HEAD~1..HEAD", "--allow-empty"))[0] == 0


def test_a_model_to_be_verified_fails_only_when_asked(root: Path) -> None:
    commit(root, {"requirements.txt": LOCK.replace(b"1.26.4", b"1.26.5")})

    assert last(check(root, "HEAD~1..HEAD")) == (
        0,
        "pass: 0 of 1 models newly due for retraining, 1 verify, 1 change",
    )
    assert check(root, "HEAD~1..HEAD", "--fail-on", "verify").code == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("main", "main: is not a range\n  BASE..HEAD, as main..HEAD"),
        ("gone..HEAD", f"gone: {NO_SUCH}"),
        ("HEAD..--output=x", "--output=x: is not a revision\n  write BASE..HEAD, as main..HEAD"),
        ("a..b..c", "b..c: is not a revision\n  write BASE..HEAD, as main..HEAD"),
        ("HEAD:train.py..HEAD", f"HEAD:train.py: {NO_SUCH}"),
    ],
)
def test_a_range_that_is_none_is_refused(root: Path, typed: str, message: str) -> None:
    assert check(root, typed) == Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")


def test_a_range_that_looks_like_an_option_is_none(root: Path) -> None:
    ended = check(root, "--", "--upload-pack=touch x..HEAD")
    assert (ended.code, ended.stderr.splitlines()[0]) == (
        2,
        "lineage: error: --upload-pack=touch x: is not a revision",
    )
    assert not (root / "x").exists()


def test_two_sources_of_edits_exclude_each_other(root: Path) -> None:
    ended = check(root, "HEAD~1..HEAD", "--staged")
    assert (ended.code, ended.stderr.splitlines()[-1]) == (
        2,
        "Error: BASE..HEAD, --staged and --worktree exclude each other",
    )


def test_outside_of_a_repository_nothing_can_be_checked(tmp_path: Path) -> None:
    ended = check(tmp_path)
    assert (ended.code, ended.stdout) == (2, "")
    assert "not in a git repository" in ended.stderr


def test_in_a_pull_request_the_range_is_found(root: Path, tmp_path: Path) -> None:
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    head = commit(root, {"requirements.txt": BUMPED})
    summary = tmp_path / "summary.md"

    ended = check(
        root,
        "--format",
        "github",
        GITHUB_ACTIONS="true",
        GITHUB_BASE_REF="main",
        GITHUB_SHA=head,
        GITHUB_STEP_SUMMARY=str(summary),
    )

    assert ended == Ended(
        code=1,
        stdout="::error file=requirements.txt,line=2,title=retrain models/fraud::"
        "numpy 1.26.4 → 2.0.1 (major), named in the weights\n"
        "::error title=lineage check::fail: 1 of 1 models newly due for retraining, 1 change\n",
        stderr=f"range: origin/main...{head}, from the variables of GitHub Actions\n",
    )
    assert summary.read_text().startswith("### lineage check: fail\n")


def test_the_push_that_github_tells_is_the_range(root: Path, tmp_path: Path) -> None:
    before, head = git(root, "rev-parse", "HEAD"), commit(root, {"requirements.txt": BUMPED})
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": before}))

    ended = check(root, GITHUB_ACTIONS="true", GITHUB_SHA="1" * 40, GITHUB_EVENT_PATH=str(event))

    assert (ended.code, ended.stderr, ended.stdout.splitlines()[1]) == (
        1,
        f"range: {before}...{'1' * 40}, from the variables of GitHub Actions\n"
        f"{'1' * 40} is not here: HEAD is judged in its place\n",
        f"head    {head[:12]}",
    )


def test_nothing_of_the_work_tree_or_the_references_changes(root: Path) -> None:
    commit(root, {"requirements.txt": BUMPED})
    before = snapshot(root)

    assert check(root, "HEAD~1..HEAD").code == 1

    after = snapshot(root)
    kept = {".git/lineage", ".git/lineage/manifest-rows.json", ".git/lineage/declared-rows.json"}
    assert set(after) - set(before) == kept
    assert {path for path in before if before[path] != after[path]} <= {".git"}
