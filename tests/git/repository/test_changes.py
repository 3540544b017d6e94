"""Index and changes: every kind, odd names, conflicts, submodules, settings of the user."""

import os
import subprocess
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.repository import GitRepository
from lineage.git.status import parse_status
from lineage.model.code import FileChange
from tests.support.gitrepos import commit, git, git_id, make, submodule, write

ODD_NAMES = [
    "two words.py",
    'quo"te.py',
    "new\nline.py",
    "tab\t.py",
    "é.py",
    "-dash.py",
    ":(top)x",
    "[a]*?.py",
]


def test_odd_names_survive_everywhere(root: Path) -> None:
    undecodable = os.fsdecode(b"latin-\xe9.py")
    names = sorted([*ODD_NAMES, undecodable])
    content = {name: name.encode("utf-8", "surrogateescape") for name in names}
    write(root, content)
    with GitRepository.open(root) as repository:
        assert repository.changes() == tuple(FileChange(path=name, status="untracked") for name in names)
        commit(root, content)
        assert repository.changes() == ()
        assert {name: repository.read_at("HEAD", name) for name in names} == content
        assert {name: repository.blob_id(name) for name in names} == {name: git_id(content[name]) for name in names}
        assert repository.index().items() >= {(name, git_id(content[name])) for name in names}
        assert [len(repository.history(name)) for name in names] == [1] * len(names)


def test_every_kind_of_change(root: Path) -> None:
    commit(root, dict.fromkeys(("gone", "unstaged-gone", "kept-outside", "old-name", "type"), b"x\n" * 50))
    git(root, "rm", "--quiet", "gone")
    git(root, "rm", "--quiet", "--cached", "kept-outside")
    git(root, "mv", "old-name", "new-name")
    (root / "unstaged-gone").unlink()
    (root / "type").unlink()
    (root / "type").symlink_to("train.py")
    write(root, {"staged": b"1", "staged-gone": b"1", "intended": b"1", "src/deep/untracked": b"1"})
    git(root, "add", "staged", "staged-gone")
    git(root, "add", "--intent-to-add", "intended")
    (root / "staged-gone").unlink()
    write(root, {"train.py": b"changed\n"})
    make(root / "nested")
    with GitRepository.open(root) as repository:
        assert repository.changes() == tuple(
            FileChange(path=path, status=status)
            for path, status in [
                ("gone", "deleted"),
                ("intended", "added"),
                ("kept-outside", "deleted"),
                ("kept-outside", "untracked"),
                ("nested/", "untracked"),
                ("new-name", "added"),
                ("old-name", "deleted"),
                ("src/deep/untracked", "untracked"),
                ("staged", "added"),
                ("staged-gone", "deleted"),
                ("train.py", "modified"),
                ("type", "modified"),
                ("unstaged-gone", "deleted"),
            ]
        )


def test_a_conflict_is_unmerged_tracked_and_not_in_the_index(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side")
    commit(root, {"train.py": b"side\n"})
    git(root, "checkout", "--quiet", "main")
    commit(root, {"train.py": b"main\n"})
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "--quiet", "side")
    with GitRepository.open(root) as repository:
        assert repository.changes() == (FileChange(path="train.py", status="unmerged"),)
        assert repository.index() == {"src/features.py": git_id(b"SIZE = 3\n")}
        assert repository.tracked(".py") == ("src/features.py", "train.py")


def test_a_submodule_is_no_file_and_its_edits_are_changes(tmp_path: Path) -> None:
    _, inner, _ = submodule(tmp_path)
    outer = inner.parent.parent
    commit(outer, {})
    with GitRepository.open(outer) as repository:
        assert repository.changes() == ()
        assert repository.tracked("") == (".gitmodules", "src/features.py", "train.py")
        assert repository.read_at("HEAD", "libs/inner") is None
        write(inner, {"untracked.py": b"1"})
        assert repository.changes() == (FileChange(path="libs/inner", status="modified"),)


def test_settings_of_the_user_do_not_hide_or_add_changes(root: Path) -> None:
    write(root, {"train.py": b"stashed\n"})
    git(root, "stash", "--quiet")
    settings = {
        "status.showStash": "true",
        "status.branch": "true",
        "status.short": "true",
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "core.quotePath": "true",
        "color.ui": "always",
        "log.showSignature": "true",
        "log.follow": "true",
        "core.fsmonitor": "false-program",
    }
    for key, value in settings.items():
        git(root, "config", key, value)
    write(root, {"é.py": b"1"})
    with GitRepository.open(root / "src") as repository:
        assert repository.changes() == (FileChange(path="é.py", status="untracked"),)
        assert [revision.summary for revision in repository.history("train.py")] == ["Train"]


def test_a_record_that_git_does_not_write_is_an_error() -> None:
    for record in (b"9 new kind", b"1 .M N... 100644"):
        with pytest.raises(RepositoryError) as caught:
            parse_status(b"# stash 1\0" + record + b"\0")
        assert str(caught.value) == (
            f"git status: unknown record of git: {record!r}\n  please report this, with the output of git --version"
        )
