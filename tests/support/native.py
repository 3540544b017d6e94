"""Files in the formats of other libraries, made by them (tests/weights/contents/native/make.py), and their readers."""

import io
from pathlib import Path
from typing import BinaryIO, Protocol

from lineage.model.weights import Contents
from lineage.portable.environment import Problem

NATIVE = Path(__file__).parent.parent / "weights" / "formats" / "native"
SUBJECT = "models/fraud"


class Reader(Protocol):
    """What each module for a format offers."""

    def recognise(self, head: bytes, name: str) -> bool: ...
    def read(self, stream: BinaryIO, size: int, subject: str) -> Contents: ...


def content(name: str) -> bytes:
    return (NATIVE / name).read_bytes()


def read_bytes(reader: Reader, data: bytes, name: str = "model") -> Contents:
    """What the reader says of these bytes, which it must recognise in a file of this name."""
    assert reader.recognise(data[:4096], name)
    return reader.read(io.BytesIO(data), len(data), SUBJECT)


def read_native(reader: Reader, name: str) -> Contents:
    return read_bytes(reader, content(name), Path(name).name)


def unreadable(detail: str) -> Problem:
    return Problem("weights.unreadable", SUBJECT, detail)


def partly_read(detail: str) -> Problem:
    return Problem("weights.partly-read", SUBJECT, detail)
