"""Universal Binary JSON: each kind of container is passed over, and each kind of damage named."""

import io

import pytest

from lineage.weights.formats.streams import Damaged, TooMuch, Window
from lineage.weights.formats.ubjson import UbjsonWalk


def arrays(document: bytes, depth: int = 1) -> list[list[int]]:
    walk = UbjsonWalk(Window(io.BytesIO(document), len(document)), b"v", depth)
    walk.run()
    return walk.arrays


def length(count: int) -> bytes:
    return b"L" + count.to_bytes(8, "big")


V = b"i\x01v"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"{" + V + b"[i\x03i\xff]}", [[3, -1]]),
        (b"{" + V + b"[#i\x02U\xffI\x01\x00}", [[255, 256]]),
        (b"{" + V + b"[$l#i\x01\x00\x00\x00\x07}", [[7]]),
        (b"{#i\x01" + V + b"[i\x03]", [[3]]),
        (b"{i\x01aZi\x01bTi\x01cFi\x01dCxi\x01eNi\x01fSi\x02xyi\x01gHi\x011" + V + b"[]}", [[]]),
        (b"{i\x01a[$d#" + length(2) + b"\0" * 8 + V + b"[i\x01]}", [[1]]),
        (b"{i\x01a[$Z#" + length(1 << 62) + V + b"[i\x01]}", [[1]]),
        (b"{i\x01a[[i\x01][i\x02]]" + V + b"[i\x01]}", [[1]]),
        (b"{i\x01a{" + V + b"[i\x02]}}", []),
        (b"{" + V + b"Si\x02ab}", []),
        (b"{" + V + b"[d\0\0\0\0]}", [[]]),
        (b"i\x05", []),
    ],
)
def test_arrays_of_integers_under_the_key(document: bytes, expected: list[list[int]]) -> None:
    assert arrays(document) == expected


def test_the_depth_is_the_caller_s() -> None:
    document = b"{i\x01a{" + V + b"[i\x02]}i\x01b{" + V + b"[i\x03]}}"
    assert arrays(document, 2) == [[2], [3]]
    assert arrays(document, 1) == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"{", "byte 1: it ends before the 1 bytes that should follow"),
        (b"{i\x01a?", "byte 4: b'?' is no type"),
        (b"{Z", "byte 1: b'Z' where a length should be"),
        (b"{i\xff", "byte 1: a length of -1"),
        (b"[$i]", "byte 3: a typed container without a count"),
        (b"S" + length(1 << 62), f"byte 10: it ends before the {1 << 62} bytes that should follow"),
        (b"[$D#" + length(1 << 62), f"byte 13: it ends before the {8 << 62} bytes that should follow"),
    ],
)
def test_damage_is_named_by_its_place(document: bytes, message: str) -> None:
    with pytest.raises(Damaged) as caught:
        arrays(document)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"[" * 100, "byte 65: nested more than 64 deep"),
        (b"{" + length(100_000), "byte 1: a key of 100000 bytes"),
        (b"[$[#i\x01", "byte 6: a container of b'['"),
        (b"[#" + length(1 << 62) + b"Z" * 400_000, "byte 300011: more than 300000 values"),
    ],
)
def test_bounds_are_named(document: bytes, message: str) -> None:
    with pytest.raises(TooMuch) as caught:
        arrays(document)
    assert str(caught.value) == message
