"""Child processes: fixed arguments, an explicit environment, a time limit, both streams drained."""

import contextlib
import io
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, ObservationError


class Completed(NamedTuple):
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


class Child:
    """A child that was started and is to be finished, or killed: one of both must follow."""

    def __init__(self, process: "subprocess.Popen[bytes]", program: str, given: bytes | None = None) -> None:
        self._process = process
        self._program = program
        self._given = given

    def finish(self, timeout_s: float) -> Completed:
        """What became of it. Raises ``ObservationError`` when it does not end in ``timeout_s`` from now; then, as on
        any other way out of here, it and all it started have been killed."""
        with self._process:
            try:
                stdout, stderr = self._process.communicate(self._given, timeout=timeout_s)
            except subprocess.TimeoutExpired as error:
                message = f"did not answer within {timeout_s:g} seconds"
                raise ObservationError(message, where=self._program) from error
            finally:
                self._kill_session()
        return Completed(status=self._process.returncode, stdout=stdout, stderr=stderr)

    def kill(self) -> None:
        """End it and all it started, whatever it still has to say; nothing is left of it."""
        with self._process:
            self._kill_session()

    def _kill_session(self) -> None:
        """No orphans: whatever is still there of the child's session ends with it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


def start(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, given: bytes | io.FileIO | None = None) -> Child:
    """A child started without a shell, in a session of its own, with an empty standard input, or ``given`` there.

    Of a file, it is given what follows the place where the file stands.

    Raises ``InputError`` when it cannot be started.
    """
    try:
        process = subprocess.Popen(
            argv,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE if isinstance(given, bytes) else given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be started: {reason}", where=argv[0]) from error
    return Child(process, argv[0], given if isinstance(given, bytes) else None)


def run(
    argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout_s: float, given: bytes | None = None
) -> Completed:
    """What became of a child, started and finished: see ``start`` and ``Child.finish`` for what is raised."""
    return start(argv, env=env, cwd=cwd, given=given).finish(timeout_s)
