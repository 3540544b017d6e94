"""GGUF files, as gguf 0.19.0 wrote them in both byte orders, and damaged ones."""

import pytest

from lineage.model.weights import Contents
from lineage.portable.environment import Problem
from lineage.weights.formats import gguf
from tests.support.native import content, partly_read, read_bytes, read_native, unreadable


def of(*problems: Problem) -> Contents:
    return Contents(formats=("gguf",), loaders=(("llama_cpp", "gguf"),), problems=problems)


def header(values: int, *parts: bytes, version: int = 3) -> bytes:
    width = 4 if version == 1 else 8
    counts = bytes(width) + values.to_bytes(width, "little")
    return b"GGUF" + version.to_bytes(4, "little") + counts + b"".join(parts)


def number(value: int, width: int = 8) -> bytes:
    return value.to_bytes(width, "little")


KEY = number(1) + b"k"
TEXTS = KEY + number(9, 4) + number(8, 4)
"""a key and the start of an array of texts"""


@pytest.mark.parametrize("name", ["little.gguf", "big.gguf"])
def test_both_byte_orders(name: str) -> None:
    assert read_native(gguf, name) == of()


def test_the_counts_of_version_1_are_shorter() -> None:
    entry = number(1, 4) + b"k" + number(8, 4) + number(2, 4) + b"ab"
    assert read_bytes(gguf, header(1, entry, version=1)) == of()
    assert read_bytes(gguf, header(1, entry, version=1)[:-1]) == of(
        unreadable("byte 29: it ends before the 2 bytes that should follow")
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (content("little.gguf")[:100], unreadable("byte 98: it ends before the 4 bytes that should follow")),
        (header(0, version=9), partly_read("byte 4: version 9, and no more than 3 is known")),
        (header(1 << 63), unreadable("byte 24: it ends before the 8 bytes that should follow")),
        (header(1, KEY, number(99, 4)), unreadable("byte 37: a value of type 99")),
        (header(1, KEY, number(9, 4), number(99, 4), number(1)), unreadable("byte 49: a value of type 99")),
        (
            header(1, KEY, number(9, 4), number(0, 4), number(1 << 63)),
            unreadable(f"byte 49: it ends before the {1 << 63} bytes that should follow"),
        ),
        (header(1, TEXTS, number(1 << 63)), unreadable("byte 49: it ends before the 8 bytes that should follow")),
        (
            header(1, KEY, number(9, 4), (number(9, 4) + number(1)) * 20),
            partly_read("byte 133: nested more than 8 deep"),
        ),
    ],
    ids=["cut", "version", "values", "type", "array-type", "numbers", "texts", "deep"],
)
def test_damaged_metadata_are_a_problem(data: bytes, problem: Problem) -> None:
    assert read_bytes(gguf, data) == of(problem)


def test_more_texts_than_a_model_has() -> None:
    data = header(1, TEXTS, number(1 << 40), number(0) * 1_000_001)
    (problem,) = read_bytes(gguf, data).problems
    assert problem == partly_read(f"byte {49 + 8 * 999_999}: more than 1000000 values")


def test_another_magic_is_not_recognised() -> None:
    assert not gguf.recognise(b"GGML\0\0\0\0", "model.gguf")
