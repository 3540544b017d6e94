"""Child processes: fixed arguments, an explicit environment, a time limit, both streams drained."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import InputError, ObservationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A child that ended by itself."""

    status: int
    """exit status; negative: the signal that ended it"""
    stdout: bytes
    stderr: bytes

    @property
    def last_words(self) -> str:
        """The last line of its standard error, for a message: printable, bounded, ``""`` when it said nothing."""
        lines = self.stderr[-4096:].decode("utf-8", "replace").strip().splitlines()
        return "".join(c if c.isprintable() else "?" for c in lines[-1])[:200] if lines else ""


def run(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout_s: float) -> Completed:
    """What became of a child started without a shell, in a session of its own, with an empty standard input.

    Raises ``InputError`` when it cannot be started, ``ObservationError`` when it does not end in time; then it
    and all it started have been killed.
    """
    try:
        child = subprocess.Popen(
            argv,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be started: {reason}", where=argv[0]) from error
    with child:
        try:
            stdout, stderr = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            raise ObservationError(f"did not answer within {timeout_s:g} seconds", where=argv[0]) from error
        finally:
            _kill_session(child)
    return Completed(status=child.returncode, stdout=stdout, stderr=stderr)


def _kill_session(child: "subprocess.Popen[bytes]") -> None:
    """No orphans: whatever is still there of the child's session ends with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
