"""Child processes: fixed arguments, an explicit environment, both streams drained, bounded time and memory."""

import contextlib
import io
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, ObservationError
from lineage.system.descent import end_descendants
from lineage.system.exchange import exchange

MOST_BYTES = 256 << 20
"""What a child may say on both streams together: git lists a million files in less."""


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

    def finish(self, timeout_s: float, most: int = MOST_BYTES) -> Completed:
        """What became of it. Raises ``ObservationError`` when it does not end in ``timeout_s`` from now, or says more
        than ``most`` bytes; then, as on any other way out of here, it and all it started have been killed.

        Whom it left its streams when it ended is not waited for.
        """
        is_whole = False
        with self._process:
            try:
                heard = exchange(self._process, self._given, timeout_s=timeout_s, most=most)
                is_whole = not heard.is_held
            except TimeoutError as error:
                message = f"did not answer within {timeout_s:g} seconds"
                raise ObservationError(message, where=self._program) from error
            except OverflowError as error:
                message = f"said more than {most // 2**20} MiB: it was ended"
                raise ObservationError(message, where=self._program) from error
            finally:
                self._end(is_whole)
        return Completed(status=self._process.returncode, stdout=heard.stdout, stderr=heard.stderr)

    def kill(self) -> None:
        """End it and all it started, whatever it still has to say; nothing is left of it."""
        with self._process:
            self._end(is_whole=False)

    def _end(self, is_whole: bool) -> None:
        """No orphans: whatever is still there of the child's group ends with it, and where it did not end by itself, or
        left its streams to others, whatever it started."""
        if not is_whole:
            streams = (self._process.stdout, self._process.stderr)
            pipes = {os.fstat(one.fileno()).st_ino for one in streams if one is not None}
            end_descendants(self._process.pid, pipes)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


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
