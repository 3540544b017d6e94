"""Reading a target's files from a disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.portable.tree import MAX_FILE_BYTES, DiskTree, FileTree, Unreadable


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "empty").write_bytes(b"")

    assert DiskTree().read(str(tmp_path / "a")) == content
    assert DiskTree().read(str(tmp_path / "empty")) == b""


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "dangling").symlink_to("nowhere")

    assert DiskTree().read(str(tmp_path / "absent")) is None
    assert DiskTree().read(str(tmp_path / "a" / "below")) is None
    assert DiskTree().read(str(tmp_path / "dangling")) is None


def test_names_are_sorted_and_failures_told_apart(tmp_path: Path) -> None:
    for name in ("b", "a", "C"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "circle").symlink_to("circle")

    assert DiskTree().names(str(tmp_path)) == ["C", "a", "b", "circle"]
    with pytest.raises(FileNotFoundError):
        DiskTree().names(str(tmp_path / "absent"))
    with pytest.raises(NotADirectoryError):
        DiskTree().names(str(tmp_path / "a"))
    with pytest.raises(Unreadable) as caught:
        DiskTree().names(str(tmp_path / "circle"))
    assert str(caught.value) == "Too many levels of symbolic links"


def test_what_is_no_regular_file_is_unreadable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(Unreadable) as caught:
            DiskTree().read(str(path))
        assert str(caught.value) == "not a regular file"


def test_a_file_of_the_largest_size_is_read_and_no_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES)
    assert len(DiskTree().read(str(path)) or b"") == MAX_FILE_BYTES

    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(Unreadable) as caught:
        DiskTree().read(str(path))
    assert str(caught.value) == "larger than 67108864 bytes"


GROWING = """
import os, sys
path, size = sys.argv[1], int(sys.argv[2])
for _ in range(1000):
    os.truncate(path, size - 1_000_000)
    with open(path, "ab") as file:
        for _ in range(8):
            file.write(bytes(1_000_000))
            file.flush()
"""


def test_a_file_that_grows_while_it_is_read_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"")
    os.truncate(path, MAX_FILE_BYTES - 1_000_000)
    refused = 0
    with subprocess.Popen([sys.executable, "-c", GROWING, str(path), str(MAX_FILE_BYTES)]) as writer:
        try:
            for _ in range(10):
                try:
                    assert len(DiskTree().read(str(path)) or b"") <= MAX_FILE_BYTES
                except Unreadable as error:
                    assert str(error) == "larger than 67108864 bytes"
                    refused += 1
        finally:
            writer.kill()

    assert refused > 0


def test_a_failing_read_is_unreadable() -> None:
    with pytest.raises(Unreadable) as caught:
        DiskTree().read("/proc/self/mem")

    assert str(caught.value) == "Input/output error"


def test_a_tree_that_says_nothing_of_itself_has_no_answers() -> None:
    with pytest.raises(NotImplementedError):
        FileTree().names("/")
    with pytest.raises(NotImplementedError):
        FileTree().read("/")
