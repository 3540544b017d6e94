"""What ``lineage check`` keeps: it only ever saves time, whoever else writes it, and whatever became of it."""

import hashlib
import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.checked import manifest, repository
from tests.support.gitrepos import commit, git
from tests.support.projects import Ended, command_line, run_lineage, snapshot, surroundings

MODELS = 40
LAST = f"fail: {MODELS} of {MODELS} models newly due for retraining, 1 change"
EDITED = tuple(b"joblib==1.4.2\nnumpy==%s\nscikit-learn==1.5.0\n" % one for one in (b"1.26.4", b"2.0.1", b"3.0.0"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Many models of one requirements file, which is edited twice."""
    models = [manifest(f"models/m{number}", {"requirements.txt": EDITED[0]}) for number in range(MODELS)]
    root = repository(tmp_path / "many", *models, files={"requirements.txt": EDITED[0]})
    for content in EDITED[1:]:
        commit(root, {"requirements.txt": content})
    return root


def check(root: Path, words: str = "HEAD~2..HEAD") -> Ended:
    return run_lineage("check", words, "--format", "json", cwd=root)


def kept(root: Path, kind: str) -> dict[str, Any]:
    """The rows that are kept, whole: with the digest that the first line tells."""
    head, _, body = (root / ".git" / "lineage" / f"{kind}-rows.json").read_bytes().partition(b"\n")
    assert head.split()[1].decode() == hashlib.sha256(body).hexdigest()
    rows = (line.split(b"\t") for line in body.splitlines())
    return {json.loads(key): json.loads(row) for key, row in rows}


def declared(root: Path, *revisions: str) -> set[str]:
    return {f"{git(root, 'rev-parse', f'{one}:requirements.txt')} requirements.txt" for one in revisions}


def test_processes_at_once_answer_as_one_alone_and_lose_nothing_of_each_other(root: Path) -> None:
    ranges = ("HEAD~2..HEAD~1", "HEAD~2..HEAD", "HEAD~2..HEAD~1", "HEAD~2..HEAD")
    alone = [check(root, words) for words in ranges]
    for name in (".git/lineage/manifest-rows.json", ".git/lineage/declared-rows.json"):
        (root / name).unlink()

    commands = [command_line("check", words, "--format", "json") for words in ranges]
    children = [
        subprocess.Popen(one, cwd=root, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for one in commands
    ]
    told = [(*child.communicate(timeout=120), child.returncode) for child in children]

    assert [Ended(code=code, stdout=out.decode(), stderr=err.decode()) for out, err, code in told] == alone
    manifests = {line.split()[2] for line in git(root, "ls-tree", "HEAD:models").splitlines()}
    assert set(kept(root, "manifest")) == manifests
    assert set(kept(root, "declared")) == declared(root, "HEAD~2", "HEAD~1", "HEAD")
    assert sorted(one.name for one in (root / ".git" / "lineage").iterdir()) == [
        "declared-rows.json",
        "manifest-rows.json",
    ]


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garbage(content: bytes) -> bytes:
    return os.urandom(len(content))


def other_rows(content: bytes) -> bytes:
    """Whole and of these readers by its first line, but of another form below."""
    readers, _, body = content.partition(b" ")
    keys = [line.partition(b"\t")[0] for line in body.partition(b"\n")[2].splitlines()]
    changed = b"".join(key + b'\t[1, {"a": null}]\n' for key in keys)
    return readers + b" " + hashlib.sha256(changed).hexdigest().encode() + b"\n" + changed


@pytest.mark.parametrize("damage", [cut, garbage, other_rows, lambda _: b"\n", lambda _: b""])
def test_what_was_damaged_is_read_anew_and_replaced(root: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = check(root)
    before = (kept(root, "manifest"), kept(root, "declared"))
    for file in (root / ".git" / "lineage").iterdir():
        file.write_bytes(damage(file.read_bytes()))

    assert check(root) == whole
    assert (kept(root, "manifest"), kept(root, "declared")) == before
    assert check(root) == whole


def full_disk() -> None:
    """A disk that takes no more than 4 KiB of any file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_full_disk_costs_only_the_time(root: Path) -> None:
    before = snapshot(root)
    child = subprocess.run(
        command_line("check", "HEAD~2..HEAD"), cwd=root, env=surroundings(), capture_output=True, preexec_fn=full_disk
    )

    assert (child.returncode, child.stdout.decode().splitlines()[-1], child.stderr) == (1, LAST, b"")
    assert {one.suffix for one in (root / ".git" / "lineage").iterdir()} <= {".json"}
    assert {path for path in set(snapshot(root)) - set(before) if not path.startswith(".git/lineage")} == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_so_does_a_directory_of_git_that_cannot_be_written(root: Path) -> None:
    (root / ".git").chmod(0o555)
    try:
        ended = run_lineage("check", "HEAD~2..HEAD", cwd=root)
    finally:
        (root / ".git").chmod(0o755)

    assert (ended.code, ended.stdout.splitlines()[-1], ended.stderr) == (1, LAST, "")
    assert not (root / ".git" / "lineage").exists()


def test_so_does_another_file_in_its_place(root: Path) -> None:
    (root / ".git" / "lineage").write_bytes(b"mine")
    ended = run_lineage("check", "HEAD~2..HEAD", cwd=root)

    assert (ended.code, ended.stdout.splitlines()[-1], ended.stderr) == (1, LAST, "")
    assert (root / ".git" / "lineage").read_bytes() == b"mine"
