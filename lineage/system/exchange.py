"""What is given to a child and heard of it, all at once or bit by bit: in bounded time and memory."""

import os
import select
import selectors
import subprocess
import time
from typing import IO, NamedTuple

_CHUNK = 1 << 16
_LOOK_S, _LEFT_S = 0.25, 1.0
"""How often is looked whether a silent child has ended, and how long those are heard whom it left its streams."""


class Heard(NamedTuple):
    """What a child said, and whether others held its streams when it had ended."""

    stdout: bytes
    stderr: bytes
    is_held: bool


def exchange(process: "subprocess.Popen[bytes]", given: bytes | None, *, timeout_s: float, most: int) -> Heard:
    """All that a child says until it has ended. Raises ``TimeoutError``, and ``OverflowError`` where that is more than
    ``most`` bytes; then it may still run."""
    heard: dict[object, list[bytes]] = {process.stdout: [], process.stderr: []}
    end, left, rest = time.monotonic() + timeout_s, most, memoryview(given or b"")
    last = None
    with selectors.DefaultSelector() as waiting:
        for stream in (process.stdout, process.stderr):
            waiting.register(_there(stream), selectors.EVENT_READ)
        if process.stdin is not None:
            waiting.register(process.stdin, selectors.EVENT_WRITE)
        while waiting.get_map() and (last is None or time.monotonic() < last):
            for key, _ in waiting.select(min(_LOOK_S, _remaining(end))):
                if key.fileobj is process.stdin:
                    rest = _give(process.stdin, rest)
                    is_over = not rest
                else:
                    chunk = os.read(key.fd, _CHUNK)
                    heard[key.fileobj].append(chunk)
                    left -= len(chunk)
                    is_over = not chunk
                if is_over:
                    waiting.unregister(key.fileobj)
                    if process.stdin is key.fileobj:
                        process.stdin.close()
                if left < 0:
                    raise OverflowError
            if last is None and process.poll() is not None:
                last = time.monotonic() + _LEFT_S
        is_held = any(key.fileobj is not process.stdin for key in waiting.get_map().values())
    if process.poll() is None:
        try:
            process.wait(_remaining(end))
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
    return Heard(b"".join(heard[process.stdout]), b"".join(heard[process.stderr]), is_held)


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the streams of a child are pipes")
    return stream


def _remaining(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _give(stdin: IO[bytes], rest: memoryview) -> memoryview:
    """Hand on a part; what still is to be given: nothing where nobody takes it."""
    try:
        return rest[os.write(stdin.fileno(), rest[: select.PIPE_BUF]) :]
    except BrokenPipeError:
        return rest[:0]


class Answers:
    """A child that answers one question after the other, by streams without buffers. Each bit of an answer is waited
    for only so long, then ``TimeoutError``."""

    def __init__(self, process: "subprocess.Popen[bytes]", timeout_s: float) -> None:
        self._process, self._timeout_s = process, timeout_s
        self._asked, self._said = _there(process.stdin), _there(process.stdout)
        self._heard = bytearray()
        self._waiting = select.poll()
        self._waiting.register(self._said, select.POLLIN)

    def ask(self, question: bytes) -> None:
        """Hand on a question that is shorter than what a pipe holds."""
        self._asked.write(question)

    def end(self) -> None:
        """Nothing more is asked: nothing is left of it."""
        with self._process:
            self._process.kill()

    def line(self) -> bytes:
        """With its end, which is missing where nothing more is said, or where it is too long for a line."""
        while (end := self._heard.find(b"\n")) < 0 and len(self._heard) < _CHUNK and self._hear():
            pass
        return self._take(end + 1 if end >= 0 else len(self._heard))

    def take(self, size: int) -> bytes:
        """So many bytes; fewer where nothing more is said."""
        while len(self._heard) < size and self._hear():
            pass
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken

    def _hear(self) -> bool:
        if not self._waiting.poll(self._timeout_s * 1000):
            raise TimeoutError
        chunk = os.read(self._said.fileno(), _CHUNK)
        self._heard += chunk
        return bool(chunk)
