"""Safetensors: bare tensors with a JSON header; the header may name the framework they were saved from.

Format: https://huggingface.co/docs/safetensors , "Format": eight bytes of length, little-endian, then that much JSON,
then the tensors, which are never read. ``__metadata__`` is written first. Its ``format`` is a custom of the libraries
that load such files, not of the format.
"""

import json
import re
from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.streams import MAX_JSON_BYTES, Damaged, TooMuch, load_object, read_at

LOADERS = ("safetensors",)
FRAMEWORKS = {
    "pt": ("torch",),
    "np": ("numpy",),
    "tf": ("tensorflow",),
    "flax": ("flax", "jax"),
    "mlx": ("mlx",),
    "paddle": ("paddle",),
}
MAX_HEADER_BYTES = 100_000_000
"""the library's own limit"""
METADATA_BYTES = 256 * 1024

_START = re.compile(r'\s*\{\s*"__metadata__"\s*:\s*(?=\{)')


def recognise(head: bytes, name: str) -> bool:
    """By a length that can be, and the brace behind it."""
    return len(head) > 8 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= MAX_HEADER_BYTES


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What the header of a safetensors file says. Raises OSError."""
    found = Gathered(subject)
    loaders: list[tuple[str, ...]] = [LOADERS]
    with noting(found):
        framework = _metadata(stream, size).get("format")
        if isinstance(framework, str) and framework in FRAMEWORKS:
            loaders.append(FRAMEWORKS[framework])
    return found.contents("safetensors", loaders=loaders)


def _metadata(stream: BinaryIO, size: int) -> dict[str, object]:
    length = int.from_bytes(read_at(stream, size, 0, 8), "little")
    if not 2 <= length <= MAX_HEADER_BYTES or 8 + length > size:
        raise Damaged(f"byte 0: a header of {length} bytes in {size}")
    if length > MAX_JSON_BYTES:
        return _first_member(read_at(stream, size, 8, METADATA_BYTES), length)
    header = load_object(read_at(stream, size, 8, length), "header")
    ends = [_end(name, entry) for name, entry in header.items() if name != "__metadata__"]
    if max(ends, default=0) > size - 8 - length:
        raise Damaged(f"byte {size}: it ends before byte {8 + length + max(ends)}, where the last tensor does")
    metadata = header.get("__metadata__", {})
    if not isinstance(metadata, dict):
        raise Damaged("header: __metadata__ is not a JSON object")
    return metadata


def _end(name: str, entry: object) -> int:
    """Where a tensor ends, in bytes from the end of the header."""
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if isinstance(offsets, list) and len(offsets) == 2 and all(type(one) is int for one in offsets):
        return int(offsets[1])
    raise Damaged(f"header: {name[:80]!r} has no data_offsets")


def _first_member(start: bytes, length: int) -> dict[str, object]:
    """The metadata of a header that is too long to be parsed whole."""
    text = start.decode("utf-8", "ignore")
    first = _START.match(text)
    try:
        value: object = json.JSONDecoder().raw_decode(text, first.end())[0] if first else None
    except (ValueError, RecursionError) as error:
        raise TooMuch(f"header: its __metadata__ is longer than {METADATA_BYTES} bytes") from error
    if isinstance(value, dict):
        return value
    raise TooMuch(
        f"header: {length} bytes that do not begin with __metadata__, and no more than {MAX_JSON_BYTES} are read"
    )
