"""What is no file but leads somewhere is written to, and stands as it stood: ``--output /dev/stdout`` as root too."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.system.files import replace, replace_alone
from tests.support.projects import surroundings

WRITER = """
import sys
from pathlib import Path
from lineage.system.files import replace_alone
replace_alone(Path(sys.argv[1]), b"answer\\n")
"""


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    replace_alone(fifo, b"answer")
    reader.join()

    assert (read, stat.S_ISFIFO(fifo.lstat().st_mode)) == ([b"answer"], True)
    assert [one.name for one in tmp_path.iterdir()] == ["fifo"]


def test_a_link_to_a_device_is_written_through(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/dev/full")
    with pytest.raises(StoreError) as caught:
        replace(link, b"answer")
    assert str(caught.value) == f"{link}: cannot be written: No space left on device"
    assert link.readlink() == Path("/dev/full")


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("kind", ["a pipe", "a file"])
def test_standard_output_by_its_name(name: str, kind: str, tmp_path: Path) -> None:
    """Of a file too: who redirects holds that file open, and not one that takes its place."""
    before = os.lstat(name)
    with (tmp_path / "answer").open("wb") as file:
        number = file.fileno()
        done = subprocess.run(
            [sys.executable, "-c", WRITER, name],
            stdout=subprocess.PIPE if kind == "a pipe" else file,
            stderr=subprocess.PIPE,
            env=surroundings(),
        )
        held = os.fstat(number).st_ino

    written = done.stdout if kind == "a pipe" else (tmp_path / "answer").read_bytes()
    assert (written, done.stderr) == (b"answer\n", b"")
    assert (tmp_path / "answer").stat().st_ino == held
    assert stat.S_IFMT(os.lstat(name).st_mode) == stat.S_IFMT(before.st_mode)
