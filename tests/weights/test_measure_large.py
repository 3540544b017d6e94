"""Directories of more files than are looked at together: the same digests, the same watchfulness, in little memory."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.errors import WeightsError
from lineage.weights.cache import DigestCache
from lineage.weights.measure import measure, tree_digest
from tests.support.projects import surroundings, write
from tests.support.trees import sha256_of_tree

NUMBER = 9_000
FILES = {f"{index % 7}{'/.-'[index % 3]}{index:05d}.bin": b"%d" % index for index in range(NUMBER)}
"""Three windows of files, in directories whose names sort otherwise than the paths below them."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "m", FILES)
    return tmp_path


def test_the_digest_is_of_all_files_in_order(tree: Path) -> None:
    told: list[int] = []
    found = measure(tree, "m", advance=told.append)
    size = sum(map(len, FILES.values()))
    assert (found.sha256, found.size, sum(told)) == (sha256_of_tree(FILES), size, size)


def test_windows_on_several_threads_and_on_one(tree: Path) -> None:
    with (tree / "m" / "1large.bin").open("wb") as file:
        file.truncate(300 << 20)
    rows = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    whole = hashlib.sha256()
    for _ in range(300):
        whole.update(bytes(1 << 20))
    rows["1large.bin"] = whole.hexdigest()
    assert measure(tree, "m").sha256 == tree_digest(rows.items(), "sha256")


FIRST = min(FILES)


@pytest.mark.parametrize("change", ["edited", "added", "removed"])
def test_what_changes_behind_the_reader_is_noticed(tree: Path, change: str) -> None:
    """The first file, once two windows have been read."""
    files = dict(FILES)
    told: list[int] = []

    def change_late(count: int) -> None:
        told.append(count)
        if len(told) == 8_500:
            if change == "removed":
                (tree / "m" / FIRST).unlink()
                del files[FIRST]
            else:
                path = FIRST if change == "edited" else f"{FIRST}.more"
                (tree / "m" / path).write_bytes(b"other")
                files[path] = b"other"

    found = measure(tree, "m", advance=change_late)
    assert (found.sha256, sum(told)) == (sha256_of_tree(files), found.size)
    assert files != FILES


def test_what_is_no_file_is_refused_wherever_it_lies(tree: Path) -> None:
    os.mkfifo(tree / "m" / "zz")
    with pytest.raises(WeightsError) as caught:
        measure(tree, "m")
    assert str(caught.value) == "m/zz: not a regular file but a FIFO\n  weights are files, or a directory of files"


def test_more_files_than_the_cache_holds_drive_nothing_out_of_it(tree: Path) -> None:
    write(tree / "m", {f"more/{index:04d}": b"" for index in range(1_000)})
    time.sleep(2.05)  # until they can be entered: a ctime cannot be put back
    store = tree / "digests.json"
    measure(tree, "m", known=DigestCache(store))
    assert len(json.loads(store.read_bytes())["files"]) == 10_000

    store.unlink()
    write(tree / "m", {"one more": b""})
    measure(tree, "m", known=DigestCache(store))
    assert not store.exists()


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["flat", "nested"])
def test_two_hundred_thousand_files_in_a_hundred_mebibytes(tmp_path: Path, shape: str) -> None:
    for index in range(200_000):
        folder = tmp_path / "m" if shape == "flat" else tmp_path / "m" / f"{index // 1000:03d}"
        if index % 1000 == 0:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"a-sample-with-some-name-{index:06d}.bin").touch()
    program = (
        "import sys, pathlib; from lineage.weights.measure import measure; measure(pathlib.Path(sys.argv[1]), 'm')"
    )
    with subprocess.Popen([sys.executable, "-P", "-c", program, str(tmp_path)], env=surroundings()) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert used.ru_maxrss < 100 << 10
