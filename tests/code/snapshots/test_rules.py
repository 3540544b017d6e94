"""What belongs into a snapshot, what is too much for one, and the bytes of its commit."""

import pytest

from lineage.code.snapshots.rules import (
    Chosen,
    choose,
    commit_bytes,
    is_left_out,
    megabytes,
    too_large,
    without_places,
)
from lineage.model.code import Edit, Staged

FILE = Staged(mode="100644", blob="b" * 40)
NOTHING: Chosen = Chosen(removed=(), staged=(), read=())


def edit(path: str, status: str = "modified", *, staged: Staged | None = FILE, is_as_staged: bool = False) -> Edit:
    return Edit(path=path, status=status, staged=staged, is_as_staged=is_as_staged)


def chosen(*edits: Edit, index: tuple[str, ...] = (), **options: tuple[str, ...]) -> Chosen:
    given = {"left_out": (), "generated": (), **options}
    return choose(edits, index, is_environment=lambda path: path == "env", **given)


def test_what_is_staged_is_as_the_index_has_it_and_all_else_is_read() -> None:
    read, gone = edit("a", staged=None), edit("c", "deleted", staged=None, is_as_staged=True)

    assert chosen(read, edit("b", is_as_staged=True), gone) == Chosen(
        removed=("c",), staged=(("b", FILE),), read=(read,)
    )


def test_of_two_edits_of_one_path_the_later_holds() -> None:
    gone, there = edit("a", "deleted", staged=None, is_as_staged=True), edit("a", "untracked", staged=None)

    assert chosen(gone, there) == Chosen(removed=(), staged=(), read=(there,))
    assert chosen(there, edit("a", is_as_staged=True)) == Chosen(removed=(), staged=(("a", FILE),), read=())
    assert chosen(edit("a", is_as_staged=True), there) == Chosen(removed=(), staged=(), read=(there,))
    assert chosen(there, gone) == Chosen(removed=("a",), staged=(), read=())


def test_what_is_made_from_code_goes_even_where_git_tracks_it() -> None:
    index = ("data", "data/a", "data-b", "models/a.bin", "models/b.bin", "x.lineage.toml", "z.lineage-log.toml")

    found = chosen(edit("models/a.bin"), edit("data/new", "untracked"), index=index, left_out=("models/a.bin", "data/"))

    gone = ("data", "data/a", "data/new", "models/a.bin", "x.lineage.toml", "z.lineage-log.toml")
    assert found == Chosen(removed=gone, staged=(), read=())
    assert chosen(index=("b",), left_out=("a",)) == chosen(index=("b",), left_out=("z",)) == NOTHING


@pytest.mark.parametrize(
    "path",
    ["a.pyc", "x/__pycache__/a", "metrics.json", "out/a", "env/lib/a.py", ".dvc/tmp/a", "sub/.dvc/cache/files/a"],
)
def test_noise_is_as_at_head(path: str) -> None:
    assert chosen(edit(path, "untracked", staged=None), generated=("metrics.json", "out/")) == NOTHING


@pytest.mark.parametrize("path", ["env/a.py", ".dvc/cache/a", ".dvc/config", "metrics.json.py"])
def test_what_is_tracked_is_no_noise_for_where_it_lies(path: str) -> None:
    one = edit(path)
    assert chosen(one, generated=("metrics.json",)) == Chosen(removed=(), staged=(), read=(one,))


def test_a_nested_repository_is_read_as_a_whole() -> None:
    one = edit("vendor/lib/", "untracked", staged=None)
    assert chosen(one) == Chosen(removed=(), staged=(), read=(one,))


def test_what_is_left_out_of_a_nested_repository() -> None:
    paths = ("v/a.bin", "v/a.lineage.toml", "v/.a.lineage.toml.abcd1234.tmp", "v/d/x", "v/b")
    assert [is_left_out(path, ("v/a.bin", "v/d/")) for path in paths] == [True, True, True, True, False]


def test_the_largest_are_named_first() -> None:
    sizes = {f"f{number:02}": number * 1_000_000 for number in range(1, 13)}

    assert too_large(sizes, 78_000_000) is None
    assert too_large(sizes, 77_999_999) == (
        "a snapshot of the code would hold 12 files of 78 MB that git does not know, more than the limit of 78 MB: "
        "f12 (12 MB), f11 (11 MB), f10 (10 MB), f09 (9 MB), f08 (8 MB), f07 (7 MB), f06 (6 MB), f05 (5 MB), "
        "f04 (4 MB), f03 (3 MB) and 2 more"
    )
    assert too_large({"a": 1200}, 7) == (
        "a snapshot of the code would hold 1 file of 1,200 bytes that git does not know, more than the limit of "
        "7 bytes: a (1,200 bytes)"
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (99_999, "99,999 bytes"), (100_000, "0.1 MB"), (10**7, "10 MB"), (2_500_000_000, "2,500 MB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert megabytes(size) == text


@pytest.mark.parametrize(
    ("base", "when"),
    [
        (b"tree t\nauthor A <a@b> 1 +0000\ncommitter C <c> d> 1795203185 -0330\n\nM", "1795203185 -0330"),
        (b"tree t\ncommitter C <c@d> never\n\ncommitter C <c@d> 5 +0000\n", "0 +0000"),
    ],
    ids=["a date", "none"],
)
def test_the_commit_has_the_date_of_its_base(base: bytes, when: str) -> None:
    who = "lineage <lineage.localhost>"
    assert commit_bytes("t1", "b1", base).decode() == (
        f"tree t1\nparent b1\nauthor {who} {when}\ncommitter {who} {when}\n\nSnapshot of a work tree, made by lineage\n"
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cannot lock '/home/ada/my code/.git/refs/x.lock': No space", "cannot lock 'x.lock': No space"),
        ("unable to write /home/ada/.git/objects/ab: Read-only", "unable to write ab: Read-only"),
        ("not a tree: refs/heads/main", "not a tree: refs/heads/main"),
    ],
)
def test_no_directory_of_the_machine_is_told(said: str, kept: str) -> None:
    assert without_places(said) == kept
