"""``lineage retrain --in DIR``: HEAD trained in a linked work tree."""

from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import git
from tests.support.retrained import BASE, Ground, head

SCRIPT = b"import numpy, pathlib\npathlib.Path('models/base.pkl').write_bytes(b'\\x80\\x04K\\x09.')\n"


def test_it_is_made_and_kept_and_our_own_is_not_touched(ground: Ground, tmp_path: Path) -> None:
    ground.bump()
    place = tmp_path / "elsewhere"
    (ground.root / "base.py").write_bytes(b"raise SystemExit('not committed')\n")
    before = projects.snapshot(ground.root / "models")
    code, document = ground.answer("models/base", "--in", place, "-q")
    assert (code, document["place"], document["models"][0]["command"]) == (0, str(place), ["python", "base.py"])
    assert projects.snapshot(ground.root / "models") == before
    assert (git(place, "status", "--short"), git(place, "rev-parse", "HEAD")) == (f"M {BASE}", head(ground.root))
    assert git(place, "status", "--branch", "--porcelain").splitlines()[0] == "## HEAD (no branch)"


def test_a_dry_run_makes_none(ground: Ground, tmp_path: Path) -> None:
    ground.bump()
    place = tmp_path / "else where"
    ended = ground.lineage("retrain", "models/base", "--in", place, "--dry-run", "-q")
    made, _, runs = ended.stdout.splitlines()
    assert made == f"git worktree add --detach '{place}' {head(ground.root)}"
    assert runs.startswith(f"cd '{place}' && env PATH=")
    assert not place.exists()


def test_the_next_line_leads_there(ground: Ground, tmp_path: Path) -> None:
    ended = ground.lineage("retrain", BASE, "--in", tmp_path / "elsewhere", env="old")
    lines = ended.stderr.splitlines()
    assert f"in the new work tree {tmp_path}/elsewhere, of {head(ground.root)[:12]}" in lines
    assert lines[-1] == f"next: git -C {tmp_path}/elsewhere add {BASE}"


def test_one_that_is_there_follows_head(ground: Ground, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    git(ground.root, "worktree", "add", "--quiet", "--detach", str(place))
    ground.change({"base.py": SCRIPT})
    assert ground.states("models/base", "--in", place, "-q", env="old") == (0, {"models/base": "retrained"})
    assert git(place, "rev-parse", "HEAD") == head(ground.root)
    assert (place / "models" / "base.pkl").read_bytes() == b"\x80\x04K\x09."


def test_what_is_not_committed_there_is_kept(ground: Ground, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    git(ground.root, "worktree", "add", "--quiet", "--detach", str(place))
    (place / "base.py").write_bytes(SCRIPT)
    ground.bump()
    ended = ground.lineage("retrain", "--in", place, "-q")
    assert (ended.code, ended.stderr) == (
        2,
        f"lineage: error: {place}: is at another commit, and holds changes that are not committed\n"
        f"  commit what is there, or: git worktree remove --force {place}\n",
    )
    assert (place / "base.py").read_bytes() == SCRIPT


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("directory", "exists, and is no work tree of this repository\n  name a directory that does not exist yet"),
        ("repository", "is a work tree of another repository\n  name a directory that does not exist yet"),
        ("own", "is this very work tree\n  leave --in out to train here"),
    ],
)
def test_another_thing_is_refused(ground: Ground, tmp_path: Path, kind: str, message: str) -> None:
    place = ground.root if kind == "own" else tmp_path / "there"
    if kind == "directory":
        projects.write(place, {"kept": b""})
    elif kind == "repository":
        projects.make_repository(place)
    ended = ground.lineage("retrain", BASE, "--in", place, "-q")
    assert (ended.code, ended.stderr) == (2, f"lineage: error: {place}: {message}\n")


def test_a_manifest_that_is_not_committed_is_not_there(ground: Ground, tmp_path: Path) -> None:
    git(ground.root, "rm", "--quiet", "--cached", BASE)
    git(ground.root, "commit", "--quiet", "-m", "Forget")
    git(ground.root, "add", BASE)
    ended = ground.lineage("retrain", BASE, "--in", tmp_path / "elsewhere", "-q")
    message = f"{BASE}: is not tracked where the training is to run\n  git add it, with --in also commit it\n"
    assert (ended.code, ended.stderr) == (2, f"lineage: error: {message}")
    here = ground.lineage("retrain", BASE, env="old")
    assert (here.code, ground.manifest().manifest.parent) == (0, None)
    assert f"{BASE} is not committed, so the new manifest has no parent" in here.stderr.splitlines()
