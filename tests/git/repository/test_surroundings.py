"""Variables, hooks and the working directory do not reach the questions, and nothing is written."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.gitpython import clean_surroundings
from lineage.git.repository import GitRepository
from tests.support.gitrepos import commit, git, make, write


def test_the_variables_of_a_hook_do_not_reach_the_questions(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other")
    commit(other, {"other.py": b"other\n"})
    foreign = {
        "GIT_DIR": str(other / ".git"),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_WORK_TREE": str(other),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_COMMON_DIR": str(other / ".git"),
        "GIT_PREFIX": "src/",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "status.showUntrackedFiles",
        "GIT_CONFIG_VALUE_0": "no",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    with GitRepository.open(root) as repository:
        answers = (
            repository.root,
            repository.changes(),
            repository.tracked(""),
            repository.read_at("HEAD", "other.py"),
        )
    assert answers == (root, (), ("src/features.py", "train.py"), None)
    assert {name: os.environ.get(name) for name in foreign} == foreign


def test_the_questions_are_right_inside_a_real_hook(root: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    hook = other / ".git/hooks/pre-commit"
    answer = tmp_path / "answer"
    program = (
        "import os, pathlib, sys\n"
        "from lineage.git.repository import GitRepository\n"
        "with GitRepository.open(pathlib.Path(sys.argv[1])) as repository:\n"
        "    seen = (repository.changes(), repository.tracked(''), 'GIT_INDEX_FILE' in os.environ)\n"
        "pathlib.Path(sys.argv[2]).write_text(repr(seen))\n"
    )
    (tmp_path / "ask.py").write_text(program)
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nPYTHONPATH='{os.pathsep.join(sys.path)}' exec '{sys.executable}' "
        f"'{tmp_path}/ask.py' '{root}' '{answer}'\n"
    )
    hook.chmod(0o755)
    # For a commit of named paths only, git gives the hook the absolute path of a temporary index.
    write(other, {"train.py": b"more\n"})
    git(other, "commit", "--quiet", "-m", "Part", "train.py")
    assert answer.read_text() == repr(((), ("src/features.py", "train.py"), True))


def test_only_the_variables_that_choose_a_repository_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_TERMINAL_PROMPT", "GIT_CONFIG_SYSTEM", "GITHUB_SHA")
    for name in (*kept, "GIT_DIR", "GIT_PYTHON_TRACE"):
        monkeypatch.setenv(name, "x")
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), clean_surroundings():
        inside = {name: value for name, value in os.environ.items() if name.startswith("GIT")}
        raise ZeroDivisionError
    assert set(inside) == {*kept, "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"}
    assert dict(os.environ) == before


def test_nothing_is_written_to_the_repository(root: Path) -> None:
    write(root, {"train.py": b"import features\n", "new.py": b""})
    os.utime(root / "src/features.py", (1, 1))  # git would refresh the index for this

    def listing() -> dict[str, tuple[int, bytes]]:
        files = (file for file in (root / ".git").rglob("*") if file.is_file())
        return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}

    before = listing()
    with GitRepository.open(root) as repository:
        head = repository.head().commit
        repository.changes(), repository.index(), repository.remote(), repository.branch()
        repository.history("train.py"), repository.read_at(head, "train.py"), repository.published(head)
        repository.blob_id("train.py")
    assert listing() == before


def test_a_root_that_is_gone_is_not_confused_with_where_we_stand(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(tmp_path / "other"))
    with GitRepository.open(root) as repository:
        shutil.rmtree(root)
        with pytest.raises(RepositoryError) as caught:
            repository.changes()
    assert str(caught.value) == "git rev-parse: cannot be started: No such file or directory"
