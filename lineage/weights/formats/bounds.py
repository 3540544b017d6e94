"""Bounds that the readers of other libraries' formats share: JSON of a bounded size, and failures noted, not raised."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from lineage.weights.formats.gathering import Gathered
from lineage.weights.formats.streams import Damaged, TooMuch

MAX_JSON_BYTES = 2 * 1024 * 1024
"""of one document: as Python objects it takes up to thirty times as much"""
MAX_NAME = 200
"""characters of a name out of a file that a message or a record repeats"""


@contextmanager
def noting(found: Gathered) -> Iterator[None]:
    """What ends the reading inside becomes a problem of ``found``; only OSError goes through."""
    try:
        yield
    except Damaged as error:
        found.unreadable(error.message)
    except TooMuch as error:
        found.partly_read(error.message)


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


def read_whole(stream: BinaryIO, size: int, place: str) -> bytes:
    """All of a small text file. Raises TooMuch for a larger one."""
    if size > MAX_JSON_BYTES:
        raise TooMuch(f"{place}: {size} bytes, and no more than {MAX_JSON_BYTES} are read")
    stream.seek(0)
    return stream.read(MAX_JSON_BYTES)


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


def is_version(text: object) -> bool:
    """Whether a text out of a file may stand as a version: short, printable, starting with a digit."""
    return isinstance(text, str) and 0 < len(text) <= 64 and text[0] in "0123456789" and text.isprintable()


def is_module(text: object) -> bool:
    """Whether a text out of a file may stand as a dotted module name."""
    return isinstance(text, str) and len(text) <= MAX_NAME and all(part.isidentifier() for part in text.split("."))


def shown(names: set[str]) -> str:
    """At most five of ``names``, sorted, quoted and cut, for a message."""
    first = ", ".join(repr(name[:MAX_NAME]) for name in sorted(names)[:5])
    return first if len(names) <= 5 else f"{first} and {len(names) - 5} more"
