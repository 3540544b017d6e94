"""A terminal, typed on and read by a test."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.patience import PATIENCE_S
from tests.support.projects import undisturbed

INTERRUPT, QUIT, SUSPEND, END = "\x03", "\x1c", "\x1a", "\x04"


class Terminal:
    """A command that leads a session on a terminal of its own."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "-c", *command], cwd=cwd, env=undisturbed(env), stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        self.shown = ""
        """all that was shown so far"""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(ProcessLookupError):
            subprocess.run(["pkill", "-KILL", "-s", str(self.process.pid)])
        self.hang_up()
        self.process.wait()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def run(self, text: str) -> None:
        """Type a command to a shell that waits for one, and wait until it has the terminal."""
        shell = os.tcgetpgrp(self._master)
        self.type(text)
        until = time.monotonic() + PATIENCE_S
        while os.tcgetpgrp(self._master) == shell:
            if time.monotonic() > until:
                raise TimeoutError(f"{text!r} did not get the terminal")
            time.sleep(0.005)

    def wait_for(self, text: str) -> str:
        """What was shown since the last time, up to and with ``text``."""
        until = time.monotonic() + PATIENCE_S
        while (found := self.shown.find(text, self._read)) < 0:
            if not select.select([self._master], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError(f"{text!r} is not in {self.shown[self._read :]!r}")
            try:
                self.shown += os.read(self._master, 65536).decode(errors="replace")
            except OSError as error:
                raise EOFError(f"{text!r} is not in {self.shown[self._read :]!r}") from error
        start, self._read = self._read, found + len(text)
        return self.shown[start : self._read]

    def end(self) -> int:
        """The exit code, once it has ended."""
        with suppress(EOFError, TimeoutError):
            self.wait_for("\0never")
        return self.process.wait(timeout=PATIENCE_S)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
