"""numpy's own files: ``.npy`` (format versions 1 to 3, numpy.lib.format), which may hold a pickle."""

import ast
from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.pickles import walk
from lineage.weights.formats.streams import Damaged, TooMuch, Window

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 64 * 1024


def recognise(head: bytes, name: str) -> bool:
    """By the magic at the start."""
    return head.startswith(MAGIC)


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What an array names. Raises OSError."""
    return read_array(Window(stream, size), subject)


def read_array(window: Window, subject: str) -> Contents:
    """An array of objects is a pickle behind the header; of any other nothing is read."""
    found = Gathered(subject)
    walk_array(window, found)
    return found.contents("npy", loaders=[("numpy",)])


def walk_array(window: Window, found: Gathered) -> None:
    """Adds what one array names to ``found``. What cannot be read is a problem there."""
    with noting(found):
        if _holds_objects(_header(window)):
            walk(window, found)


def _header(window: Window) -> bytes:
    if window.take(len(MAGIC)) != MAGIC:
        raise Damaged("byte 0: it is no array of numpy's")
    version = window.take(2)[0]
    if version not in (1, 2, 3):
        raise TooMuch(f"byte 6: version {version} of numpy's format is not known")
    length = int.from_bytes(window.take(2 if version == 1 else 4), "little")
    if length > MAX_HEADER_BYTES:
        raise TooMuch(f"byte {window.place}: a header of {length} bytes")
    return window.take(length)


def _holds_objects(header: bytes) -> bool:
    """Whether the array's type has Python objects: ``O`` as a type or as one of its fields' types."""
    try:
        parsed = ast.literal_eval(header.decode("utf-8").strip())
        described = parsed["descr"]
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise Damaged("byte 10: the header is no literal of Python with a key descr") from error
    pending = [described]
    while pending:
        one = pending.pop()
        if isinstance(one, str) and one.lstrip("|<>=").startswith("O"):
            return True
        if isinstance(one, (list, tuple)):
            # a field is (name, type) or (name, type, shape)
            pending += (
                one[1:2] if isinstance(one, tuple) and len(one) in (2, 3) and isinstance(one[0], (str, tuple)) else one
            )
    return False
