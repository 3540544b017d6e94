"""One command run twice in the same way: bare, and below ``lineage run``."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.projects import command_line, undisturbed

SETUP_FAILED = 99
"""The exit status of a shell that could not make the surroundings that a test wants."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the caller of a command sees of it."""

    code: int
    """negative: the signal that ended it"""
    stdout: bytes
    stderr: bytes


Outcomes = tuple[Outcome, Outcome]
"""bare, wrapped"""


def below_run(command: Sequence[str], *options: str) -> list[str]:
    """The command below ``lineage run``; it says nothing of its own but errors."""
    return command_line("run", "--quiet", *options, "--", *command)


def start(
    command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, setup: str = "", **options: object
) -> "subprocess.Popen[bytes]":
    """A command started by a shell that ran ``setup`` before; standard output and error are pipes."""
    whole = ["bash", "-c", f'{setup or ":"} || exit {SETUP_FAILED}; exec "$@"', "bash", *command]
    streams: dict[str, object] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(whole, cwd=cwd, env=undisturbed(env), **{**streams, **options})  # type: ignore[call-overload, no-any-return]


def outcome(
    command: Sequence[str], cwd: Path, *, given: bytes = b"", setup: str = "", env: Mapping[str, str] | None = None
) -> Outcome:
    """How a command ends that reads ``given``."""
    child = start(command, cwd, env, setup, stdin=subprocess.PIPE)
    stdout, stderr = child.communicate(given, timeout=120)
    return Outcome(child.returncode, stdout, stderr)


def both(
    command: Sequence[str], cwd: Path, *, given: bytes = b"", setup: str = "", env: Mapping[str, str] | None = None
) -> Outcomes:
    """How a command ends bare, and how below ``lineage run``."""
    bare = outcome(command, cwd, given=given, setup=setup, env=env)
    return bare, outcome(below_run(command), cwd, given=given, setup=setup, env=env)


def each(command: Sequence[str], look: Callable[[Sequence[str]], object]) -> tuple[object, object]:
    """What ``look`` finds of the bare command, and of the wrapped one."""
    return look(command), look(below_run(command))


def kept_runs(root: Path) -> list[str]:
    """The names of the runs that the repository still keeps."""
    directory = root / ".git" / "lineage" / "runs"
    return sorted(os.listdir(directory)) if directory.is_dir() else []  # noqa: PTH208


def manifests(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.lineage.toml"))
