"""Weights that change while they are read: read again, or given up, never half of this and half of that."""

import time
from pathlib import Path

import pytest

from lineage.errors import WeightsError
from lineage.weights.measure import measure
from tests.support.projects import write
from tests.support.trees import sha256_of_tree


def settle() -> None:
    """Let the clock of the file system tick, so that a later change shows in its times."""
    time.sleep(0.02)


def test_a_directory_that_changes_once_is_read_again(tmp_path: Path) -> None:
    files = {"a.bin": b"a" * 1000, "b.bin": b"b" * 10}
    write(tmp_path / "d", files)
    settle()
    told: list[int] = []

    def add_a_file_once(count: int) -> None:
        told.append(count)
        if len(told) == 1:
            (tmp_path / "d" / "c.bin").write_bytes(b"c")

    found = measure(tmp_path, "d", advance=add_a_file_once)

    assert (found.size, found.sha256) == (1011, sha256_of_tree({**files, "c.bin": b"c"}))
    assert sum(told) == 1011


@pytest.mark.parametrize("size", [5_000, 50 << 20], ids=["one thread", "several threads"])
def test_a_file_that_changes_after_it_was_hashed_is_noticed(tmp_path: Path, size: int) -> None:
    # The large one is begun first, so all of the small ones are left to do when it has been read.
    files = {f"{index}.bin": b"b" for index in range(500)}
    write(tmp_path / "d", {**files, "large.bin": b"a" * size})
    settle()
    told: list[int] = []

    def rewrite_late(count: int) -> None:
        told.append(count)
        if len(told) == 400:
            (tmp_path / "d" / "large.bin").write_bytes(b"c" * size)

    found = measure(tmp_path, "d", advance=rewrite_late)

    assert found.sha256 == sha256_of_tree({**files, "large.bin": b"c" * size})
    assert sum(told) == 500 + size


def test_a_directory_that_keeps_changing_is_given_up(tmp_path: Path) -> None:
    write(tmp_path / "d", {"a.bin": b"a", "b.bin": b"b"})
    added = iter(range(1000))

    with pytest.raises(WeightsError) as caught:
        measure(tmp_path, "d", advance=lambda _: write(tmp_path / "d", {f"{next(added)}.new": b"x"}))
    assert str(caught.value) == (
        "d: it changed while it was read\n  let the program that writes it finish, then try again"
    )


def test_an_error_in_one_thread_stops_the_others(tmp_path: Path) -> None:
    write(tmp_path / "d", {f"{index:03}.bin": b"x" * (1 << 20) for index in range(40)})
    told: list[int] = []

    def fail(count: int) -> None:
        told.append(count)
        if len(told) == 1:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        measure(tmp_path, "d", advance=fail)
    assert len(told) < 20
