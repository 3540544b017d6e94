"""Progress: only on a terminal's stderr, how much of how much where that is known, and nothing left behind."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import projects

PROGRAM = """
import sys, time
from lineage.cli.emit import Progress
asked, now = [], [0.0]
time.monotonic = lambda: now[0]
def total():
    asked.append(1)
    return {total}
with Progress("reading weights", {quiet}, total) as advance:
    advance(1 << 20)
    now[0] += {wait}
    advance(1 << 20)
    now[0] += {wait} / 2
    advance(1 << 20)
print(len(asked))
"""


def shown(total: str, *, quiet: bool = False, wait: float = 0.6) -> tuple[str, str]:
    """(what a terminal got on stderr, how often the total was asked)."""
    ours, theirs = pty.openpty()
    program = PROGRAM.format(total=total, quiet=quiet, wait=wait)
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(
        command, check=True, env=projects.surroundings({"TERM": "xterm"}), stdout=subprocess.PIPE, stderr=theirs
    )
    os.write(theirs, b"|")
    os.close(theirs)
    text = b""
    while not text.endswith(b"|"):
        text += os.read(ours, 4096)
    os.close(ours)
    return text[:-1].decode(), done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("total", "of"), [("2049 << 20", " of 2,049"), ("None", ""), ("0", "")], ids=["known", "unknown", "nothing"]
)
def test_how_much_of_how_much(total: str, of: str) -> None:
    expected = f"\rreading weights: 2{of} MiB\rreading weights: 3{of} MiB\r\x1b[K"
    assert shown(total) == (expected, "1")


def test_nothing_for_a_moment_or_when_told_to_be_quiet() -> None:
    assert shown("1", wait=0.0) == ("", "0")
    assert shown("1", quiet=True) == ("", "0")


def test_nothing_where_stderr_is_no_terminal(tmp_path: Path) -> None:
    program = PROGRAM.format(total="1", quiet=False, wait=0.6)
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, check=True, env=projects.surroundings(), capture_output=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (b"0\n", b"")
