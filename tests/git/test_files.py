"""The two questions to git on the path of every gate."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.files import file_at, list_files
from tests.support.projects import commit, git, make_repository, script, surroundings, write

PATTERN = "*.lineage.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "project")


def failure(root: Path, revision: str, path: str = "train.py") -> RepositoryError:
    with pytest.raises(RepositoryError) as caught:
        file_at(root, revision, path)
    return caught.value


def test_all_but_ignored_files_are_listed_sorted(root: Path) -> None:
    names = ["models/ä b.lineage.toml", "a.lineage.toml", "models/deep/er.lineage.toml", 'q"uote\n.lineage.toml']
    write(root, dict.fromkeys(names, b"x"))
    commit(root)
    write(root, {"staged.lineage.toml": b"", "new/untracked.lineage.toml": b"", "other.toml": b""})
    write(root, {"out/ignored.lineage.toml": b"", ".gitignore": b"/out/\n"})
    git(root, "add", "staged.lineage.toml", "other.toml")
    (root / "a.lineage.toml").unlink()

    assert list_files(root, PATTERN) == sorted([*names, "staged.lineage.toml", "new/untracked.lineage.toml"])
    assert list_files(root, "*.nothing") == []


def test_names_are_from_the_root_also_below_it(root: Path) -> None:
    write(root, {"models/a.lineage.toml": b"", "b.lineage.toml": b""})
    commit(root)
    write(root, {"c.lineage.toml": b""})

    assert list_files(root / "models", PATTERN) == ["b.lineage.toml", "c.lineage.toml", "models/a.lineage.toml"]


def test_a_name_that_is_not_utf_8(root: Path) -> None:
    name = os.fsdecode(b"\xff.lineage.toml")
    write(root, {name: b""})
    commit(root)

    assert list_files(root, PATTERN) == [name]


def test_a_file_in_conflict_is_listed_once(root: Path) -> None:
    write(root, {"a.lineage.toml": b"base\n"})
    commit(root)
    for branch, content in (("one", b"one\n"), ("two", b"two\n")):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        write(root, {"a.lineage.toml": content})
        commit(root)
    subprocess.run(["git", "merge", "one"], cwd=root, capture_output=True)
    assert git(root, "ls-files", "--unmerged") != ""

    assert list_files(root, PATTERN) == ["a.lineage.toml"]


def test_a_file_at_a_revision(root: Path) -> None:
    content = b"\x00\xff\r\nold"
    write(root, {"data.bin": content})
    old = commit(root)
    git(root, "tag", "-a", "-m", "release", "v1")
    write(root, {"data.bin": b"new"})
    commit(root)

    assert [file_at(root, revision, "data.bin") for revision in ("HEAD", "main", old, old[:8], "v1", "HEAD~1")] == [
        b"new",
        b"new",
        content,
        content,
        content,
        content,
    ]


def test_a_path_that_a_revision_does_not_have(root: Path) -> None:
    (root / "later.txt").write_bytes(b"")

    for path in ("later.txt", "absent", "models", "", "../x", "-x", "/etc/passwd", "a\nb"):
        assert file_at(root, "HEAD", path) is None


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~99", "0" * 40, "HEAD:train.py", "@{99}", "main..main", "a b"])
def test_a_revision_that_is_not_there(root: Path, revision: str) -> None:
    assert str(failure(root, revision)) == f"{revision}: there is no such revision\n  git log lists the revisions"


@pytest.mark.parametrize("revision", ["", "-x", "--help", "--output=evil"])
def test_what_cannot_be_a_revision(root: Path, revision: str) -> None:
    assert str(failure(root, revision)) == f"{revision or chr(39) * 2}: is not a revision"
    assert not (root / "evil").exists()


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")

    assert list_files(tmp_path, PATTERN) == []
    assert failure(tmp_path, "HEAD").message == "there is no such revision"


def test_a_bare_repository_answers_for_its_revisions(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")

    assert file_at(tmp_path / "bare.git", "HEAD", "requirements.txt") == b"scikit-learn==1.5.0\n"


def test_what_a_partial_clone_lacks_is_not_fetched_unasked(root: Path, tmp_path: Path) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", root.as_uri(), "partial")

    error = failure(tmp_path / "partial", "HEAD")

    assert error.message.endswith("from promisor remote")
    assert error.hint == "git show HEAD:train.py fetches it"
    assert file_at(tmp_path / "partial", "HEAD", "absent") is None


def test_a_directory_that_is_no_repository(tmp_path: Path) -> None:
    message = f"{tmp_path}: not in a git repository\n  run git init at the root of the project and commit the code"

    with pytest.raises(RepositoryError) as caught:
        list_files(tmp_path, PATTERN)
    assert (str(caught.value), str(failure(tmp_path, "HEAD"))) == (message, message)


ASKING = """
import sys
from pathlib import Path
from lineage.git.files import file_at, list_files
print(list_files(Path(sys.argv[1]), "*.txt"), file_at(Path(sys.argv[1]), "HEAD", "requirements.txt"))
"""


def asked(root: Path, **env: str) -> str:
    """The answers in a process with other variables."""
    command = [sys.executable, "-c", ASKING, str(root)]
    return subprocess.run(command, env=surroundings(env), capture_output=True, text=True, check=True).stdout


ANSWER = "['requirements.txt'] b'scikit-learn==1.5.0\\n'\n"


def test_the_variables_of_a_git_hook_change_nothing(root: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", {"foreign.txt": b""})

    assert asked(root) == ANSWER
    assert (
        asked(
            root,
            GIT_DIR=str(other / ".git"),
            GIT_INDEX_FILE=str(other / ".git" / "index"),
            GIT_WORK_TREE=str(other),
            GIT_OBJECT_DIRECTORY=str(tmp_path),
            GIT_TRACE="1",
        )
        == ANSWER
    )


def test_without_git_it_says_so(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert str(failure(root, "HEAD")) == "git was not found on PATH\n  install git, or name a manifest by its path"


def test_nothing_that_the_repository_configures_is_run(root: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    evil = script(tmp_path / "evil.sh", f"touch '{touched}'", "cat")
    git(root, "config", "core.fsmonitor", str(evil))
    git(root, "config", "filter.evil.smudge", str(evil))
    git(root, "config", "filter.evil.clean", str(evil))
    git(root, "config", "diff.evil.textconv", str(evil))
    (root / ".git" / "info" / "attributes").write_text("*.txt filter=evil diff=evil\n")
    (root / "requirements.txt").write_bytes(b"changed")

    assert asked(root) == ANSWER
    assert not touched.exists()


def test_objects_that_a_replacement_stands_in_for_are_read_as_they_are(root: Path) -> None:
    write(root, {"requirements.txt": b"forged\n"})
    git(root, "add", "requirements.txt")
    forged, real = git(root, "rev-parse", ":requirements.txt"), git(root, "rev-parse", "HEAD:requirements.txt")
    git(root, "replace", real, forged)

    assert file_at(root, "HEAD", "requirements.txt") == b"scikit-learn==1.5.0\n"
