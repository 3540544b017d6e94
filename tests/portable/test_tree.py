"""The port of a target's files, and its implementations on a disk."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.portable.tree import MAX_FILE_BYTES, DiskTree, FileTree, Unreadable, follow_links, read_whole
from lineage.targets.rooted_tree import RootedTree
from tests.support.memory import MemorySystem


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


def test_what_came_after_its_size_was_told_counts_too(tmp_path: Path) -> None:
    """As it is for a file that grew between the two, which no test can make happen in time."""
    path = tmp_path / "grown"
    path.write_bytes(b"")
    os.truncate(path, MAX_FILE_BYTES + 1)
    with path.open("rb") as file, pytest.raises(Unreadable) as caught:
        read_whole(file.fileno(), MAX_FILE_BYTES - 1)

    assert str(caught.value) == "larger than 67108864 bytes"


def test_a_failing_read_is_unreadable() -> None:
    with pytest.raises(Unreadable) as caught:
        DiskTree().read("/proc/self/mem")

    assert str(caught.value) == "Input/output error"


def test_a_tree_that_says_nothing_of_itself_has_no_answers() -> None:
    tree = FileTree()
    for ask in (tree.names, tree.read, tree.kind, tree.resolve, lambda path: tree.read_start(path, 1)):
        with pytest.raises(NotImplementedError):
            ask("/")


@pytest.fixture
def top(tmp_path: Path) -> str:
    """A directory with a file, a directory, and links of every kind."""
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory/inside").write_bytes(b"")
    for name, target in (
        ("link", "directory/../file"),
        ("absolute", f"{tmp_path}/directory"),
        ("dangling", "nowhere"),
        ("lost", "nowhere/at/all"),
        ("circle", "circle"),
    ):
        (tmp_path / name).symlink_to(target)
    return str(tmp_path)


def memory(top: str) -> FileTree:
    below = MemorySystem.of(Path(top)).entries
    above = {str(path): None for path in Path(top).parents if str(path) != "/"}
    return MemorySystem({**above, top: None, **{top + path: content for path, content in below.items()}})


TREES: dict[str, Callable[[str], FileTree]] = {
    "disk": lambda top: DiskTree(),
    "rooted": lambda top: RootedTree(),
    "memory": memory,
}


@pytest.mark.parametrize("make", TREES.values(), ids=TREES)
def test_every_tree_answers_alike(make: Callable[[str], FileTree], top: str) -> None:
    tree = make(top)

    assert tree.names(f"{top}/absolute") == tree.names_if_any(f"{top}/absolute") == ["inside"]
    assert tree.names_if_any(f"{top}/none") == tree.names_if_any(f"{top}/file") == []
    assert (tree.read(f"{top}/link"), tree.read(f"{top}/none"), tree.read(f"{top}/file/x")) == (b"text", None, None)
    assert [tree.read_if_any(f"{top}/{name}") for name in ("file", "none", "directory")] == [b"text", b"", b""]
    assert (tree.read_start(f"{top}/link", 2), tree.read_start_if_any(f"{top}/file", 9)) == (b"te", b"text")
    assert [tree.read_start_if_any(f"{top}/{name}", 9) for name in ("none", "directory", "circle")] == [b"", b"", b""]
    kinds = {"file": "file", "absolute": "directory", "absolute/inside": "file", "dangling": "", "file/x": ""}
    assert {name: tree.kind(f"{top}/{name}") for name in kinds} == kinds
    assert tree.is_kind(f"{top}/link", "file") and not tree.is_kind(f"{top}/circle", "file")
    assert [tree.resolve(f"{top}/{name}") for name in ("link", "absolute/.", "dangling")] == [
        *(f"{top}/file", f"{top}/directory", f"{top}/nowhere"),
    ]
    assert [tree.resolve_if_any(f"{top}/{name}") for name in ("lost", "none/x")] == [None, None]
    assert (tree.resolve("/"), tree.kind(""), tree.kind("/")) == ("", "directory", "directory")
    with pytest.raises(FileNotFoundError):
        tree.read_start(f"{top}/none", 1)


@pytest.mark.parametrize("make", [TREES["rooted"], TREES["memory"]], ids=["rooted", "memory"])
@pytest.mark.parametrize(
    ("path", "message"), [("circle", "too many links"), ("a\0b", "a null character in a path")], ids=["circle", "null"]
)
def test_links_are_followed_within_bounds(make: Callable[[str], FileTree], path: str, message: str, top: str) -> None:
    with pytest.raises(Unreadable) as caught:
        make(top).resolve(f"{top}/{path}")
    assert str(caught.value) == message


def test_above_the_top_there_is_nothing_or_what_is_not_ours() -> None:
    entries = {"/up": "../up/secret", "/usr": None}

    with pytest.raises(Unreadable, match=r"^a link leads out of the root$"):
        MemorySystem(entries).resolve("/up")
    assert follow_links("/../usr", lambda path, last: None, is_bounded=False) == "/usr"
