"""A disk with no room for what is recorded: the training runs all the same, and is recorded elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.gitrepos import git, make, write
from tests.support.wrapped import below_run, outcome

TRAIN = b"with open('model.bin', 'wb') as file:\n    file.write(b'1')\n"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("left", [0, 24, 64])
def test_a_training_on_a_full_disk(left: int, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    root = make(small / "r")
    write(root, {"train.py": TRAIN, ".git/info/exclude": b"fill\nmodel.bin*\n"})
    (root / "model.bin").write_bytes(b"0" * 4096)
    with pytest.raises(OSError), (root / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(root / "fill", (root / "fill").stat().st_size - left * 1024)
    before = git(root, "--no-optional-locks", "status", "--porcelain")

    ended = outcome(below_run([sys.executable, "train.py"], "--model", "model.bin"), root)

    assert ((root / "model.bin").read_bytes(), ended.code in (0, 125)) == (b"1", True), ended.stderr
    assert git(root, "--no-optional-locks", "status", "--porcelain") == before
    git(root, "fsck", "--strict")
    told = (root / "model.bin.lineage.toml").exists()
    assert told == (ended.code == 0)
