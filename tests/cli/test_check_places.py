"""``lineage check`` in the places where it runs: hooks, shallow clones, linked work trees, a closed pipe."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.checked import LOCK, TRAIN, fraud, manifest, record
from tests.support.gitrepos import commit, git, write
from tests.support.projects import Ended, command_line, run_lineage, script, surroundings

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
DUE = "fail: 1 of 1 models newly due for retraining, 1 change"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def last(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.stdout.splitlines()[-1]


def shallow(root: Path, place: Path, *options: str) -> Path:
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(root.parent, "clone", "--quiet", "--depth=1", *options, f"file://{root}", str(place))
    return place


def test_a_hook_judges_what_is_about_to_be_committed(root: Path, tmp_path: Path) -> None:
    words = " ".join(f"'{word}'" for word in command_line("check", "--staged"))
    script(root / ".git" / "hooks" / "pre-commit", f"PYTHONPATH='{surroundings()['PYTHONPATH']}' {words}")
    write(root, {"requirements.txt": BUMPED, "README.md": b"More.\n"})
    git(root, "add", "--all")

    whole = subprocess.run(["git", "commit", "-m", "All"], cwd=root, capture_output=True, text=True)
    partial = subprocess.run(["git", "commit", "-m", "Partial", "README.md"], cwd=root, capture_output=True, text=True)

    assert (whole.returncode, DUE in whole.stdout + whole.stderr) == (1, True)
    assert (partial.returncode, partial.stderr) == (0, partial.stderr)
    assert "pass: 0 of 1 models newly due for retraining, 0 changes" in partial.stdout + partial.stderr
    assert git(root, "show", "--name-only", "--format=") == "README.md"


def test_a_shallow_clone_names_what_is_missing_and_fetches_it_when_asked(root: Path, tmp_path: Path) -> None:
    base = git(root, "rev-parse", "HEAD")
    commit(root, {"requirements.txt": BUMPED})
    clone = shallow(root, tmp_path / "shallow")

    ended = run_lineage("check", f"{base}..HEAD", cwd=clone)
    hint = "this clone is shallow: --fetch gets what is missing, or git fetch --unshallow"
    assert ended == Ended(
        code=2, stdout="", stderr=f"lineage: error: {base}: there is no such revision here\n  {hint}\n"
    )

    fetched = run_lineage("check", f"{base}..HEAD", "--fetch", cwd=clone)
    assert (last(fetched), fetched.stderr) == ((1, DUE), f"fetching {base} from origin\n")
    assert git(clone, "rev-parse", "--is-shallow-repository") == "true"


def test_the_branch_of_a_pull_request_is_fetched_with_the_history_that_joins_it(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "topic")
    commit(root, {"requirements.txt": BUMPED})
    clone = shallow(root, tmp_path / "shallow", "--branch=topic")
    pull = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "GITHUB_SHA": git(root, "rev-parse", "topic")}

    refused = run_lineage("check", cwd=clone, env=pull)
    assert (refused.code, refused.stderr.splitlines()[1]) == (
        2,
        "lineage: error: origin/main: there is no such revision here",
    )
    assert last(run_lineage("check", "--fetch", cwd=clone, env=pull)) == (1, DUE)


def test_what_a_model_was_made_from_is_fetched_when_asked(root: Path, tmp_path: Path) -> None:
    made = git(root, "rev-parse", "HEAD")
    record(root, manifest("models/fraud", {"requirements.txt": LOCK}, {"train.py": TRAIN}, base=made))
    commit(root, {})
    git(root, "branch", "made")
    commit(root, {"train.py": TRAIN + b"# the end\n"})
    clone = shallow(root, tmp_path / "shallow")
    still = shallow(root, tmp_path / "still", "--branch=made")
    git(still, "remote", "set-url", "origin", "file:///nowhere")
    assert run_lineage("check", "--fetch", cwd=still).stderr == ""  # nothing is missing, so nothing is asked for

    message = "train.py changed, and what it was is not in this clone: nothing tells whether only its layout did"
    missing = run_lineage("check", cwd=clone)
    assert (missing.code, missing.stdout.splitlines()[4].strip()) == (3, message)
    fetched = run_lineage("check", "--fetch", cwd=clone)
    assert (last(fetched), fetched.stderr) == (
        (0, "pass: 0 of 1 models due for retraining"),
        "fetching 1 commit that models were made from\n",
    )


def test_a_server_that_is_not_there_is_an_error(root: Path, tmp_path: Path) -> None:
    clone = shallow(root, tmp_path / "shallow")
    git(clone, "remote", "set-url", "origin", f"file://{tmp_path}/gone")

    ended = run_lineage("check", "origin/none..HEAD", "--fetch", cwd=clone)
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[1].startswith("lineage: error: origin: git fetch failed: ")


def test_no_transport_that_runs_a_command_is_used(root: Path, tmp_path: Path) -> None:
    clone = shallow(root, tmp_path / "shallow")
    git(clone, "remote", "set-url", "origin", f"ext::touch {tmp_path}/ran")
    git(clone, "config", "protocol.ext.allow", "always")
    git(clone, "config", "remote.origin.uploadpack", f"touch {tmp_path}/ran;git-upload-pack")

    ended = run_lineage("check", "origin/none..HEAD", "--fetch", cwd=clone)
    assert (ended.code, "; remote.origin.url, remote.origin.uploadpack of the" in ended.stderr) == (3, True)
    git(clone, "remote", "set-url", "origin", f"file://{root}")
    assert run_lineage("check", "origin/main..HEAD", "--fetch", cwd=clone).code == 0
    assert run_lineage("check", "origin/none..HEAD", "--fetch", cwd=clone).code == 2
    assert not (tmp_path / "ran").exists()


def test_a_linked_work_tree_a_subdirectory_and_a_sparse_checkout(root: Path, tmp_path: Path) -> None:
    commit(root, {"requirements.txt": BUMPED})
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "--quiet", "--detach", str(linked))

    assert last(run_lineage("check", "HEAD~1..HEAD", cwd=linked)) == (1, DUE)
    assert last(run_lineage("check", "HEAD~1..HEAD", cwd=linked / "models")) == (1, DUE)
    git(linked, "sparse-checkout", "set", "--no-cone", "/train.py")
    assert last(run_lineage("check", "--worktree", cwd=linked)) == (
        0,
        "pass: 0 of 1 models newly due for retraining, 1 already due, 0 changes",
    )


def test_a_reader_that_went_away_and_an_answer_in_a_file(root: Path) -> None:
    commit(root, {"requirements.txt": BUMPED})
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        command_line("check", "HEAD~1..HEAD"), cwd=root, env=surroundings(), stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (3, b"")

    written = run_lineage("check", "HEAD~1..HEAD", "--output", "plan.txt", cwd=root)
    assert (written.code, written.stdout, (root / "plan.txt").read_text().splitlines()[-1]) == (1, "", DUE)
