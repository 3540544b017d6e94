"""Before a push: what the pushed manifests need and the remote will not have, with the command that brings it."""

import subprocess
from pathlib import Path

import pytest

from tests.support.checked import manifest, record
from tests.support.gitrepos import commit, git
from tests.support.hooked import hooked, install, snapshotted, typed
from tests.support.projects import MODEL, command_line, dvc, surroundings
from tests.support.recording import recorded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose remote is empty, with a model made from a snapshot."""
    root = hooked(tmp_path / "fraud", "pre-push")
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return root


def said(root: Path, *arguments: str) -> tuple[int, list[str]]:
    ended = typed(root, "push", "--quiet", *arguments)
    return ended.code, [line for line in ended.stderr.splitlines() if line.startswith("lineage")]


def left(made: str, name: str = "models/fraud") -> str:
    ref = f"refs/lineage/{made}"
    return f"lineage: {name}: the snapshot of its code is not pushed: git push origin {ref}:{ref}"


def test_a_model_of_a_commit_needs_nothing(root: Path) -> None:
    assert said(root, "origin", "main") == (0, [])


def test_a_snapshot_that_is_not_pushed_is_told_once(root: Path) -> None:
    made = snapshotted(root)

    assert said(root, "origin", "main") == (0, [left(made)])
    commit(root, {"README.md": b"x\n"})
    assert said(root, "origin", "main") == (0, [])


def test_the_command_that_is_told_brings_it(root: Path) -> None:
    made = snapshotted(root)

    typed(root, *left(made).rpartition(": git ")[2].split())

    assert git(root, "ls-remote", "origin", "refs/lineage/*").split("\t")[0] == made
    assert said(root, "origin", "main") == (0, [])


def test_one_that_is_pushed_with_it_is_not_told(root: Path) -> None:
    made = snapshotted(root)

    assert said(root, "origin", "main", f"refs/lineage/{made}") == (0, [])


def test_every_commit_of_the_push_counts(root: Path) -> None:
    typed(root, "push", "--quiet", "origin", "main")
    first, second = snapshotted(root), snapshotted(root, "models/other")
    record(root, manifest("models/fraud", {}))
    commit(root, {})

    code, lines = said(root, "origin", "main")

    assert (code, sorted(lines)) == (0, sorted([left(first), left(second, "models/other")]))


def test_tags_new_branches_and_what_is_deleted(root: Path) -> None:
    made = snapshotted(root)
    git(root, "tag", "-a", "-m", "x", "v1")
    git(root, "tag", "blob", git(root, "rev-parse", "HEAD:train.py"))

    assert said(root, "origin", "v1", "blob") == (0, [left(made)])
    assert said(root, "origin", "main:refs/heads/other") == (0, [left(made)])
    assert said(root, "origin", ":refs/heads/other") == (0, [])
    assert said(root, "origin", "main:main") == (0, [left(made)])


def test_with_block_the_push_is_stopped(root: Path) -> None:
    install(root, "--block", "pre-push")
    made = snapshotted(root)

    stopped = "lineage: pre-push: stopped (installed with --block); git's --no-verify goes past it"
    assert said(root, "origin", "main") == (1, [left(made), stopped])
    assert git(root, "ls-remote", "origin") == ""


def test_a_hook_that_stood_there_is_given_the_same(root: Path) -> None:
    own = root / ".git/hooks/pre-push"
    own.rename(root / ".git/hooks/pre-push.ours")
    own.write_text('#!/bin/sh\n{ echo "$1"; cat; } >"$PWD/given"\nexit ${OWN:-0}\n')
    own.chmod(0o755)
    (root / ".git/hooks/pre-push.ours").unlink()
    install(root, "pre-push")
    made = snapshotted(root)
    tip = git(root, "rev-parse", "HEAD")

    assert said(root, "origin", "main") == (0, [left(made)])
    assert (root / "given").read_text() == f"origin\nrefs/heads/main {tip} refs/heads/main {'0' * 40}\n"
    assert typed(root, "push", "--quiet", "origin", "main:b", env={"OWN": "5"}).code == 1


def test_a_remote_that_does_not_answer_is_one_line(root: Path, tmp_path: Path) -> None:
    snapshotted(root)
    line = f"refs/heads/main {git(root, 'rev-parse', 'HEAD')} refs/heads/main {'0' * 40}\n"

    words = command_line("hook", "run", "--block", "pre-push", "origin", tmp_path / "gone")
    done = subprocess.run(words, cwd=root, env=surroundings(), input=line.encode(), capture_output=True, check=True)

    told = done.stderr.decode()
    assert (done.stdout, told) == (b"", "lineage: pre-push: nothing is judged: the remote: does not answer\n")


def test_objects_of_dvc_that_its_remote_lacks(tracked: Path, tmp_path: Path, environment: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(tracked, "remote", "set-url", "origin", str(tmp_path / "remote.git"))
    recorded(tracked, environment, MODEL)
    commit(tracked, {})
    install(tracked, "pre-push")
    lacks = "lineage: models/fraud: DVC has no default remote for its weights: dvc remote add --default NAME URL"
    behind = f"lineage: models/fraud: its weights are not in DVC's remote: dvc push {MODEL}"

    assert said(tracked, "origin", "main:none") == (0, [lacks])
    git(tracked, "update-ref", "-d", "refs/remotes/origin/none")
    dvc(tracked, "remote", "add", "--quiet", "--default", "store", str(tmp_path / "store"))
    assert said(tracked, "origin", "main:lacking") == (0, [behind])
    git(tracked, "update-ref", "-d", "refs/remotes/origin/lacking")
    dvc(tracked, "push", "--quiet", MODEL)
    assert said(tracked, "origin", "main:there") == (0, [])
