"""A repository that git does not read, and none at all: told in the same words by every command, with what to do."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.checked import fraud
from tests.support.projects import run_lineage, script

MODEL = "models/fraud.pkl.lineage.toml"
FEW = {
    "check": ("check",),
    "a name": ("verify", "--against", "dir:."),
    "hook run": ("hook", "run", "pre-commit"),
}
MORE = {
    "range": ("check", "HEAD~1..HEAD"),
    "staged": ("check", "--staged"),
    "capture": ("capture", "models/fraud.pkl", "--from", "dir:."),
    "revision": ("verify", f"HEAD:{MODEL}", "--against", "dir:."),
    "show": ("show",),
    "problems": ("show", MODEL, "--problems"),
    "accept": ("accept", MODEL, "package:numpy", "--because", "tried"),
    "due": ("due", "models/fraud", "--because", "tried"),
    "retrain": ("retrain", "--dry-run"),
    "diff": ("diff", "models/fraud", "dir:."),
    "log": ("log",),
    "history": ("log", "models/fraud"),
    "install": ("hook", "install"),
    "uninstall": ("hook", "uninstall"),
}
"""Every command that asks git; init only looks for the directory of git."""
ASKING = [
    *(pytest.param(words, id=name) for name, words in FEW.items()),
    *(pytest.param(words, id=name, marks=pytest.mark.slow) for name, words in MORE.items()),
]


def trained(tmp_path: Path) -> Path:
    root = fraud(tmp_path / "fraud")
    (root / "models/fraud.pkl").write_bytes(b"weights")
    return root


def told(root: Path, words: tuple[str, ...], **env: str) -> str:
    """What a command says that cannot ask git, on one line."""
    ended = run_lineage(*words, cwd=root, env=env)
    assert ended.code == (0 if words[0] == "hook" and words[1] == "run" else 1 if "--problems" in words else 2)
    return " ".join((ended.stdout + ended.stderr).split())


@pytest.mark.parametrize("words", ASKING)
def test_a_repository_of_another_user(words: tuple[str, ...], tmp_path: Path) -> None:
    root = trained(tmp_path)
    # Git's own switch for this, given by a program in front of git because variables do not get through.
    asked = f'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"'
    script(tmp_path / "bin/git", asked)

    said = told(root, words, PATH=f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    assert "the repository belongs to another user, and git does not read it" in said
    assert f"if you trust what is in it: git config --global --add safe.directory {root}" in said


@pytest.mark.parametrize("words", ASKING)
def test_no_repository(words: tuple[str, ...], tmp_path: Path) -> None:
    root = trained(tmp_path)
    shutil.rmtree(root / ".git")

    said = told(root, words)

    assert "not in a git repository" in said
    assert "run git init" in said or "name a manifest by its path" in said or "name models of a repository" in said
