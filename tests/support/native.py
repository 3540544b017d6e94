"""Files in the formats of other libraries, made by them (tests/weights/contents/native/make.py), and their readers."""

import io
from pathlib import Path

from lineage.model.weights import Contents
from lineage.portable.environment import Problem
from lineage.weights.formats.detect import FormatReader

NATIVE = Path(__file__).parent.parent / "weights" / "formats" / "native"
SUBJECT = "models/fraud"


def content(name: str) -> bytes:
    return (NATIVE / name).read_bytes()


def read_bytes(reader: FormatReader, data: bytes, name: str = "model") -> Contents:
    """What the reader says of these bytes, which it must recognise in a file of this name."""
    assert reader.recognise(data[:4096], name)
    return reader.read(io.BytesIO(data), len(data), SUBJECT)


def read_native(reader: FormatReader, name: str) -> Contents:
    return read_bytes(reader, content(name), Path(name).name)


def unreadable(detail: str) -> Problem:
    return Problem("weights.unreadable", SUBJECT, detail)


def partly_read(detail: str) -> Problem:
    return Problem("weights.partly-read", SUBJECT, detail)
