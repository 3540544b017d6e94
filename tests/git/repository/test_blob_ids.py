"""Ids of files are those that git gives to their bytes."""

import os
from pathlib import Path

import pytest

from lineage.errors import RepositoryError
from lineage.git.repository import GitRepository
from tests.support.gitrepos import commit, git_id, make, write


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_blob_ids_are_those_of_git(tmp_path: Path, object_format: str) -> None:
    root = make(tmp_path / "repository", f"--object-format={object_format}")
    write(root, {"none": b"", "crlf.txt": b"a\r\nb", "large": os.urandom(3 * 1024 * 1024 + 1)})
    (root / "link").symlink_to("nowhere/é")
    commit(root, {})
    with GitRepository.open(root) as repository:
        assert {path: repository.blob_id(path) for path in repository.index()} == repository.index()


def test_a_blob_id_knows_no_filter(root: Path) -> None:
    commit(root, {".gitattributes": b"*.txt text eol=lf\n", "a.txt": b"a\r\n"})
    with GitRepository.open(root) as repository:
        assert repository.blob_id("a.txt") == git_id(b"a\r\n")
        assert repository.index()["a.txt"] == git_id(b"a\n")


@pytest.mark.parametrize(("path", "reason"), [("no.py", "No such file or directory"), ("src", "Is a directory")])
def test_a_file_that_cannot_be_read_has_no_id(root: Path, path: str, reason: str) -> None:
    with GitRepository.open(root) as repository, pytest.raises(RepositoryError) as caught:
        repository.blob_id(path)
    assert str(caught.value) == f"{root / path}: cannot be read: {reason}"
