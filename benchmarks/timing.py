"""Whole processes, timed in interleaved pairs, so that a busy machine slows both sides alike; and what they held."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

PAIRS = 15


def _nothing() -> None:
    """What has to be done before a run: most often nothing."""


class Command(NamedTuple):
    """A command line to time."""

    name: str
    words: Sequence[str]
    before: Callable[[], None] = _nothing
    """run before each time, unmeasured"""


class Pairs(NamedTuple):
    """What some pairs took: seconds of each run, in their order."""

    left: tuple[float, ...]
    right: tuple[float, ...]

    def ratio(self) -> float:
        """Of the medians: the quieter half of the runs decides."""
        return statistics.median(self.left) / statistics.median(self.right)


def seconds(command: Command, cwd: Path) -> float:
    """Of one whole process, that must end well."""
    command.before()
    started = time.perf_counter()
    subprocess.run(command.words, cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def interleaved(left: Command, right: Command, cwd: Path, pairs: int) -> Pairs:
    """Both commands in turn, each first in every other pair; one unmeasured run each before."""
    times: tuple[list[float], list[float]] = ([], [])
    commands = (left, right)
    for command in commands:
        seconds(command, cwd)
    for number in range(pairs):
        for side in (0, 1) if number % 2 else (1, 0):
            times[side].append(seconds(commands[side], cwd))
    return Pairs(tuple(times[0]), tuple(times[1]))


def peak_mib(command: Command, cwd: Path) -> float:
    """The most memory, in MiB, that the process or one that it waited for held at once; it must end well."""
    command.before()
    with subprocess.Popen(command.words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, list(command.words))
    return used.ru_maxrss / 1024
