"""What cannot be opened is refused, with what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.repository import GitRepository
from tests.support.gitrepos import git


def refusal(path: Path) -> str:
    with pytest.raises(RepositoryError) as caught:
        GitRepository.open(path)
    return str(caught.value)


def test_outside_of_any_repository(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"{tmp_path}: not in a git repository\n  run git init at the root of the project and commit the code"
    )


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no" / "model.pkl") == (
        f"{tmp_path / 'no'}: not in a git repository\n  run git init at the root of the project and commit the code"
    )


def test_a_bare_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert refusal(tmp_path / "bare.git") == (
        f"{tmp_path / 'bare.git'}: a bare repository, without a work tree\n"
        "  name a path in a clone that has its files checked out"
    )


def test_the_directory_of_git_itself(root: Path) -> None:
    assert refusal(root / ".git") == (
        f"{root / '.git'}: inside the directory that git keeps for itself\n  name a path in the work tree"
    )


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert refusal(tmp_path) == (
        f"{tmp_path}: the repository has no commit yet\n"
        "  commit the code first: a manifest names the commit that a model was made from"
    )


def test_a_repository_of_another_user(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Git's own switch for this, given by a program in front of git because variables do not get through.
    monkeypatch.setenv("PATH", f"{stranger(tmp_path)}{os.pathsep}{os.environ['PATH']}")
    assert refusal(root / "train.py") == (
        f"{root}: the repository belongs to another user, and git does not read it\n"
        f"  if you trust what is in it: git config --global --add safe.directory {root}"
    )


def stranger(tmp_path: Path) -> Path:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    return program.parent


def test_a_machine_without_git(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(root) == "the program git cannot be run\n  install git and make sure that it is on PATH"


def test_the_module_can_be_imported_without_git(root: Path, tmp_path: Path) -> None:
    program = (
        "import os, pathlib\n"
        "from lineage.errors import RepositoryError\n"
        "from lineage.git.repository import GitRepository\n"
        "assert 'GIT_PYTHON_REFRESH' not in os.environ\n"
        "try:\n"
        "    GitRepository.open(pathlib.Path.cwd())\n"
        "except RepositoryError as error:\n"
        "    print(error.message)\n"
    )
    surroundings = os.environ | {"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "the program git cannot be run\n", "")
