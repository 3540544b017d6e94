"""``lineage hook run`` as it is typed: it ends well whatever it finds, but with ``--block`` as check does."""

from pathlib import Path

import pytest

from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import git
from tests.support.hooked import ALL, BUMPED, LINE, STOPPED, TRAILER, staged
from tests.support.projects import Ended, run_lineage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def run(root: Path, *words: str, env: dict[str, str] | None = None) -> Ended:
    return run_lineage("hook", "run", *words, cwd=root, env=env)


def test_what_is_staged_is_told(root: Path) -> None:
    assert run(root, "pre-commit") == Ended(code=0, stdout="", stderr="")
    staged(root, {"requirements.txt": BUMPED})
    assert run(root, "pre-commit") == Ended(code=0, stdout="", stderr=LINE)
    assert run(root, "--block", "pre-commit") == Ended(code=1, stdout="block\n", stderr=LINE + STOPPED)


def test_what_cannot_be_judged_is_undecided(root: Path) -> None:
    staged(root, {"requirements.txt": b"-r gone.txt\n" + LOCK})

    ended = run(root, "--block", "pre-commit")

    assert (ended.code, ended.stdout) == (3, "block\n")


def test_a_range_that_the_framework_tells_is_judged(root: Path) -> None:
    staged(root, {"requirements.txt": BUMPED})
    git(root, "commit", "--quiet", "-m", "Bump")
    sides = {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}

    assert run(root, "--block", "pre-commit", env=sides).code == 1
    assert run(root, "--block", "pre-commit", env=sides | {"PRE_COMMIT_FROM_REF": "0" * 40}).code == 0
    assert run(root, "--block", "pre-commit").code == 0


def test_a_message_in_a_file(root: Path) -> None:
    staged(root, {"requirements.txt": BUMPED})
    message = root / ".git" / "MESSAGE"
    message.write_bytes(b"Bump \xff\n")

    assert run(root, "prepare-commit-msg", ".git/MESSAGE", "merge").code == 0
    assert message.read_bytes() == b"Bump \xff\n"
    assert run(root, "prepare-commit-msg", ".git/MESSAGE") == Ended(code=0, stdout="", stderr="")
    assert message.read_bytes() == b"Bump \xff\n\n" + TRAILER.encode() + b"\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("pre-push",),
            "pre-push: nothing is judged: pre-push is given the name and the address of the remote; git calls it",
        ),
        (
            ("prepare-commit-msg",),
            "prepare-commit-msg: nothing is judged: prepare-commit-msg is given the file of the message; git calls it",
        ),
        (
            ("prepare-commit-msg", "gone"),
            "prepare-commit-msg: nothing is judged: gone: the message cannot be read: No such file or directory",
        ),
        (
            ("--since", "gone", "pre-commit"),
            "pre-commit: nothing is judged: gone: there is no such revision here; "
            "git log lists the revisions; git fetch gets those of others",
        ),
        (
            ("--trailers", "gone", "prepare-commit-msg", "train.py"),
            "prepare-commit-msg: nothing is judged: gone: the trailers cannot be read: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(root: Path, words: tuple[str, ...], told: str) -> None:
    assert run(root, "--block", *words) == Ended(code=0, stdout="", stderr=f"lineage: {told}\n")


@pytest.mark.parametrize("name", ["pre-commit", "post-checkout"])
def test_where_there_is_no_repository(tmp_path: Path, name: str) -> None:
    ended = run(tmp_path, "--block", name)

    assert (ended.code, ended.stdout, ended.stderr.count("\n")) == (0, "", 1)
    assert ended.stderr.startswith(f"lineage: {name}: nothing is judged: {tmp_path}: not in a git repository; ")


def test_an_unknown_hook_is_a_mistake(root: Path) -> None:
    ended = run(root, "commit-msg")

    assert (ended.code, all(one in ended.stderr for one in ALL)) == (2, True)
