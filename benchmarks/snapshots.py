"""What describing the code costs beside ``git status``: in this process, against git as a child."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import Pairs
from lineage.code.snapshots.take import Wish, describe_kept
from lineage.git.repository import GitRepository

FILES = 20_000
_AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")
_STATUS = ("git", "--no-optional-locks", "status", "--porcelain=v2", "-z", "--untracked-files=all")


def make(root: Path, edits: int) -> None:
    """A repository of many files, of which some are edited or new."""
    for number in range(FILES):
        place = root / f"package{number % 40}" / f"part{number % 400}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"module{number}.py").write_text(f"SIZE = {number}\n" * 20)
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "Write"), ("status",)):
        subprocess.run(["git", *_AUTHOR, *words], cwd=root, check=True, stdout=subprocess.DEVNULL)
    for number in range(0, edits * 100, 100):
        name = f"module{number}.py" if number % 200 else f"new{number}.py"
        (root / f"package{number % 40}" / f"part{number % 400}" / name).write_text("EDITED = 1\n")


def measure(root: Path, edits: int, pairs: int) -> Pairs:
    """Seconds of snapshots, and of ``git status``, one after the other."""
    make(root, edits)
    times: tuple[list[float], list[float]] = ([], [])
    with GitRepository.open(root) as repository:

        def snapshot() -> None:
            state = describe_kept(repository, [], Wish(limit=10**9))
            if state.problems or state.code.is_snapshot != bool(edits):
                raise SystemExit(f"bench: no snapshot: {state.problems}")

        def status() -> None:
            subprocess.run(_STATUS, cwd=root, check=True, stdout=subprocess.DEVNULL)

        snapshot()
        for _ in range(pairs):
            times[0].append(_seconds(snapshot))
            times[1].append(_seconds(status))
    return Pairs(tuple(times[0]), tuple(times[1]))


def _seconds(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
