"""Files read with every step bounded, most of them forward through one window: what lies in them is never trusted.

A weights file may be larger than memory, cut short, or made to exhaust whoever opens it. Whatever goes wrong is
``Damaged`` (the bytes are not what their format says) or ``TooMuch`` (they may be, and were not followed to the end).
"""

import json
from typing import BinaryIO

from lineage.errors import WeightsError

CHUNK_BYTES = 256 * 1024
MARGIN_BYTES = 512
"""more than the longest opcode with a short argument takes"""
MAX_LINE_BYTES = 64 * 1024 * 1024
MAX_JSON_BYTES = 2 * 1024 * 1024
"""of one document: as Python objects it takes up to thirty times as much"""


class Damaged(WeightsError):
    """The bytes are not what their format says; the message names the offset."""


class TooMuch(WeightsError):
    """Reading on would take more time or memory than a weights file is worth, or a part is of no known kind."""


class Window:
    """The bytes from ``at`` in ``data`` on are those still to read. ``size`` is the whole length, where known."""

    def __init__(self, stream: BinaryIO, size: int | None = None) -> None:
        self.data = b""
        self.at = 0
        self.ended = False
        """whether ``data`` holds the last bytes of the stream"""
        self._stream = stream
        self._size = size
        self._base = 0

    @property
    def place(self) -> int:
        """Offset in the stream of the next byte to read."""
        return self._base + self.at

    def fill(self, wanted: int = MARGIN_BYTES) -> int:
        """Has ``wanted`` bytes ready, or all that are left: how many there are. Raises OSError and what decoders do."""
        ready = len(self.data) - self.at
        if ready < wanted and not self.ended:
            parts = [self.data[self.at :]]
            self._base, self.at = self._base + self.at, 0
            while ready < wanted and not self.ended:
                part = self._stream.read(max(CHUNK_BYTES, min(wanted - ready, 16 * CHUNK_BYTES)))
                self.ended = not part
                parts.append(part)
                ready += len(part)
            self.data = b"".join(parts)
        return ready

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises Damaged when the stream ends before."""
        start = self.place
        if self.fill(count) < count:
            raise Damaged(f"byte {start}: it ends before the {count} bytes that should follow")
        self.at += count
        return self.data[self.at - count : self.at]

    def take_line(self) -> bytes:
        """The bytes up to a line feed, without it."""
        start, wanted = self.place, MARGIN_BYTES
        while True:
            ready = self.fill(wanted)
            end = self.data.find(b"\n", self.at)
            if end >= 0:
                line = self.data[self.at : end]
                self.at = end + 1
                return line
            if ready < wanted:
                raise Damaged(f"byte {start}: it ends before the end of a line")
            if wanted > MAX_LINE_BYTES:
                raise TooMuch(f"byte {start}: a line longer than {MAX_LINE_BYTES} bytes")
            wanted = 2 * ready

    def skip(self, count: int) -> None:
        """Passes over ``count`` bytes, by a seek where the stream can. Raises Damaged when there are fewer."""
        start = self.place
        ready = len(self.data) - self.at
        if count <= ready:
            self.at += count
            return
        if self._size is not None:
            self._seek(start, count)
            return
        left = count
        while left:
            step = min(left, self.fill())
            if not step:
                raise Damaged(f"byte {start}: it ends before the {count} bytes that should follow")
            self.at += step
            left -= step

    def _seek(self, start: int, count: int) -> None:
        if self._size is None or start + count > self._size:
            raise Damaged(f"byte {start}: it ends before the {count} bytes that should follow")
        self._stream.seek(start + count - self._base - len(self.data), 1)
        self.data, self.at, self._base = b"", 0, start + count


def read_at(stream: BinaryIO, size: int, offset: int, count: int) -> bytes:
    """``count`` bytes from ``offset`` on. Raises Damaged where the file does not reach so far."""
    if count > MAX_JSON_BYTES:
        raise TooMuch(f"byte {offset}: a part of {count} bytes, and no more than {MAX_JSON_BYTES} are read")
    if offset + count > size:
        raise Damaged(f"byte {offset}: it ends before the {count} bytes that should follow")
    stream.seek(offset)
    data = stream.read(count)
    if len(data) < count:
        raise Damaged(f"byte {offset}: it ends before the {count} bytes that should follow")
    return data


def read_whole(stream: BinaryIO, size: int, place: str) -> bytes:
    """All of a small text file. Raises TooMuch for a larger one."""
    if size > MAX_JSON_BYTES:
        raise TooMuch(f"{place}: {size} bytes, and no more than {MAX_JSON_BYTES} are read")
    stream.seek(0)
    return stream.read(MAX_JSON_BYTES)


def load_json(text: bytes, place: str) -> object:
    """The value of a JSON document. Raises Damaged, and TooMuch when it is too long or nested too deeply."""
    if len(text) > MAX_JSON_BYTES:
        raise TooMuch(f"{place}: {len(text)} bytes of JSON, and no more than {MAX_JSON_BYTES} are read")
    try:
        value: object = json.loads(text)
    except ValueError as error:  # not JSON, not UTF-8, or a number of thousands of digits
        offset = getattr(error, "pos", getattr(error, "start", 0))
        raise Damaged(f"{place}: not JSON at character {offset}") from error
    except RecursionError as error:
        raise TooMuch(f"{place}: nested too deeply") from error
    return value


def load_object(text: bytes, place: str) -> dict[str, object]:
    """The JSON object of a document. Raises Damaged when it is another value, and as ``load_json`` does."""
    value = load_json(text, place)
    if not isinstance(value, dict):
        raise Damaged(f"{place}: not a JSON object")
    return value
