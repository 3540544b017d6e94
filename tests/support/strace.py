"""System calls of a child process: which ones it makes, and the same run with a kill or an error at one of them."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.projects import undisturbed

STABLE = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
"""Two runs make the same calls."""

_CALL = re.compile(r"(\w+)\(")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: the N-th of its name in the process."""

    name: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Traced:
    """How a traced process ended, its last call of the traced kind, and whether what was asked for was done to it."""

    code: int
    stderr: str
    calls: tuple[Call, ...]
    was_killed: bool
    was_injected: bool


@cache
def refusal() -> str:
    """Why nothing can be traced here; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not on PATH"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return f"strace is refused: {done.stderr.strip()}" if done.returncode else ""


def trace(command: Sequence[str], cwd: Path, log: Path, *options: str) -> Traced:
    """Only the first process is traced: what it starts runs as ever."""
    done = subprocess.run(
        ["strace", "-q", "-o", str(log), *options, *command],
        cwd=cwd,
        env=undisturbed(STABLE),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    lines = log.read_text(errors="replace").splitlines()
    counted: Counter[str] = Counter()
    calls = []
    for line in lines:
        found = _CALL.match(line)
        if found is not None:
            counted[found[1]] += 1
            calls.append(Call(found[1], counted[found[1]], line))
    return Traced(
        code=done.returncode,
        stderr=done.stderr.decode(),
        calls=tuple(calls),
        was_killed=any(line.startswith("+++ killed by SIGKILL") for line in lines),
        was_injected=any(line.endswith("(INJECTED)") for line in lines),
    )


def inject(command: Sequence[str], cwd: Path, log: Path, call: Call, what: str) -> Traced:
    """The same run with ``signal=SIGKILL`` or ``error=EIO`` at one call, which is not made then."""
    return trace(command, cwd, log, "-e", f"trace={call.name}", "-e", f"inject={call.name}:{what}:when={call.number}")
