"""``lineage accept``: shown wherever it counts, told when it ends, and nothing lost of a log that others write too."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.manifest.log import read_log
from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit, git
from tests.support.projects import Ended, command_line, run_lineage, surroundings

MANIFEST, LOG = "models/fraud.pkl.lineage.toml", "models/fraud.pkl.lineage-log.toml"
BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1").replace(b"joblib==1.4.2", b"joblib==2.0")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = fraud(tmp_path / "fraud")
    commit(root, {"requirements.txt": BUMPED})
    return root


def words(subject: str, because: str = "only plots", *more: str) -> tuple[str, ...]:
    return "accept", "models/fraud", subject, "--because", because, *more


def accept(root: Path, subject: str, because: str = "only plots", *more: str) -> Ended:
    return run_lineage(*words(subject, because, *more), cwd=root)


def stale(root: Path) -> list[str]:
    shown = run_lineage("show", MANIFEST, "--problems", cwd=root).stdout
    return [" ".join(line.split()[2:]) for line in shown.splitlines() if " accept." in line]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", "accepted   package:numpy 1.26.4 → 2.0.1: only plots"),
        ("json", '"reason": "only plots",'),
        ("markdown", "- accepted: package:numpy 1.26.4 → 2.0.1: only plots"),
        ("github", "::notice title=accepted%3A package%3Anumpy::only plots"),
        ("junit", '<testcase classname="lineage check" name="package:numpy"><skipped message="accepted: only plots">'),
        ("sarif", '"reason": "only plots",'),
    ],
)
def test_every_format_shows_it(root: Path, form: str, expected: str) -> None:
    accept(root, "package:numpy")
    commit(root, {})

    ended = run_lineage("check", "--format", form, cwd=root)
    assert (ended.code, ended.stdout.count(expected)) == (1, 1)  # joblib is due


def test_several_at_once_are_refused_with_what_is_for_many(root: Path) -> None:
    hint = "one difference at a time: [[tool.lineage.waive]] is for many"
    message = f"package:*: is not due of models/fraud: due is package:joblib, package:numpy\n  {hint}"

    assert accept(root, "package:*") == Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")


def test_what_several_write_at_once_is_all_kept(root: Path) -> None:
    reasons = {("package:numpy", str(number)) for number in range(3)}
    reasons |= {("package:joblib", str(number)) for number in range(3)}
    started = [
        subprocess.Popen(command_line(*words(*one)), cwd=root, env=surroundings(), stderr=subprocess.DEVNULL)
        for one in sorted(reasons)
    ]

    assert [one.wait() for one in started] == [0] * 6
    found = read_log((root / LOG).read_bytes(), LOG)
    assert (len(found), {(one.subject, one.because) for one in found}) == (6, reasons)


@pytest.mark.parametrize(
    ("before", "place"),
    [
        (b"[[accept]\n", f"{LOG}:1:9: is not TOML: Expected ']]' at the end of an array declaration"),
        (
            b"<<<<<<< HEAD\n=======\n>>>>>>> other\n",
            f"{LOG}:1:1: is not TOML: Invalid statement\n"
            "  it holds conflict markers: take one side whole, or capture again",
        ),
    ],
)
def test_a_broken_log_is_named_and_left_as_it_is(root: Path, before: bytes, place: str) -> None:
    (root / LOG).write_bytes(before)

    assert accept(root, "package:numpy") == Ended(code=2, stdout="", stderr=f"lineage: error: {place}\n")
    assert (root / LOG).read_bytes() == before
    assert stale(root)[0].startswith(f"{LOG} is not TOML: ")
    commit(root, {})
    assert run_lineage("check", cwd=root).code == 3


def test_an_accept_of_what_moved_on_or_back_is_stale(root: Path) -> None:
    accept(root, "package:numpy")
    accept(root, "package:numpy", "and another reason")
    assert stale(root) == []

    reason = "package:numpy accepts 1.26.4 → 2.0.1, and that is not what differs now"
    for content in (BUMPED.replace(b"2.0.1", b"2.0.2"), LOCK):
        commit(root, {"requirements.txt": content})
        assert stale(root) == [reason]
    commit(root, {"requirements.txt": BUMPED})
    assert stale(root) == []


def test_the_last_day_counts(root: Path) -> None:
    today = datetime.now(UTC).date().isoformat()

    assert accept(root, "package:numpy", "only plots", "--until", today).code == 0
    assert accept(root, "package:joblib", "only plots", "--until", today).code == 0
    commit(root, {})
    if datetime.now(UTC).date().isoformat() == today:  # not over midnight
        assert run_lineage("check", cwd=root).code == 0


def test_two_branches_that_accept_are_merged_by_hand(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "other")
    accept(root, "package:joblib")
    commit(root, {})
    git(root, "checkout", "--quiet", "main")
    accept(root, "package:numpy")
    commit(root, {})

    merge = subprocess.run(["git", "merge", "--quiet", "other"], cwd=root, capture_output=True)
    assert (merge.returncode, run_lineage("check", "--staged", cwd=root).code) == (1, 3)
    sides = [subprocess.check_output(["git", "show", f":{side}:{LOG}"], cwd=root) for side in (2, 3)]
    (root / LOG).write_bytes(b"\n".join(sides))
    git(root, "add", LOG)
    assert run_lineage("check", "--staged", cwd=root).code == 0
