"""A lock that another process holds: the command says so, once, and Ctrl-C ends it."""

import contextlib
import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checked import fraud
from tests.support.patience import wait_for
from tests.support.projects import command_line, surroundings

HOOKS = ".git/hooks"


@contextlib.contextmanager
def held(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def started(root: Path, *words: str) -> "subprocess.Popen[bytes]":
    """What it says goes to ``said``, as a child of ours that has a stream of its own."""
    with (root.parent / "said").open("wb") as said:
        return subprocess.Popen(
            command_line(*words),
            cwd=root,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )


def text(root: Path) -> str:
    return (root.parent / "said").read_text()


@pytest.mark.parametrize("ends", ["freed", "interrupted"])
def test_a_wait_is_told_with_who_holds_the_lock(ends: str, tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    with held(root / HOOKS) as descriptor:
        child = started(root, "hook", "install")
        wait_for(lambda: text(root).endswith("\n"))
        line = text(root)
        if ends == "interrupted":
            child.send_signal(signal.SIGINT)
            assert child.wait() == 130
        else:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            assert child.wait() == 0

    comm = Path("/proc/self/comm").read_text().strip()
    told = f"waiting for {root / HOOKS}: another process writes there"
    assert line in (f"{told} (process {os.getpid()}, {comm})\n", f"{told}\n")  # a container may hide who it is
    assert text(root).strip() == line.strip()
