"""Damaged files and bombs: what comes back is always a value, soon, and with little memory."""

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from lineage.model.weights import Contents
from lineage.portable.environment import Problem
from lineage.weights.formats.detect import read_contents, read_stream
from tests.support.patience import little_work

DATA = Path(__file__).parent / "data"
REAL = sorted(file for file in DATA.iterdir() if file.suffix not in (".py", ".json") and file.stat().st_size < 17_000)
CODES = {"weights.unreadable", "weights.partly-read", "weights.unknown-format", "weights.custom-code"}
MIB = 1 << 20


def read(data: bytes, name: str = "m.pkl") -> Contents:
    return read_stream(cast(BinaryIO, io.BytesIO(data)), len(data), name, "m")


def mutations(data: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(40):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        yield bytes(changed)
    for _ in range(15):
        yield data[: chance.randrange(1, len(data))]
    for _ in range(15):
        start = chance.randrange(len(data))
        yield data[:start] + data[start + chance.randrange(1, 9) :]
    for _ in range(15):
        start = chance.randrange(len(data))
        yield data[:start] + chance.randbytes(chance.randrange(1, 9)) + data[start:]


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.name)
def test_a_damaged_file_is_a_value(file: Path) -> None:
    cases = list(mutations(file.read_bytes(), random.Random(file.name)))
    with little_work():
        found = [read(case, file.name) for case in cases]
    assert {problem.code for one in found for problem in one.problems} <= CODES
    assert all(one.formats or one.problems for one in found)


@pytest.mark.parametrize(
    "file", [file for file in REAL if file.suffix in (".pkl", ".joblib")], ids=lambda file: file.name
)
def test_a_file_cut_short_never_seems_whole(file: Path) -> None:
    data = file.read_bytes()
    cuts = sorted({*range(1, min(60, len(data))), *range(61, len(data), max(1, len(data) // 60)), len(data) - 1})
    assert [cut for cut in cuts if not read(data[:cut], file.name).problems] == []


def partly(detail: str, *formats: str) -> Contents:
    return Contents(formats=formats, problems=(Problem("weights.partly-read", "m", detail),))


def unreadable(detail: str, *formats: str) -> Contents:
    return Contents(formats=formats, problems=(Problem("weights.unreadable", "m", detail),))


def zeros_in_pickle(size: int) -> bytes:
    return b"\x80\x04\x8e" + size.to_bytes(8, "little")


GROWS = "it grows more than 200 times, past 268435456 bytes"


def bombs() -> Iterator[tuple[str, bytes, Contents]]:
    head, part = zeros_in_pickle(1 << 40), bytes(MIB)
    squeeze = zlib.compressobj(9)
    body = [squeeze.compress(head), *(squeeze.compress(part) for _ in range(300)), squeeze.flush()]
    yield "zlib", b"".join(body), partly(f"zlib: {GROWS}", "zlib", "pickle")
    pack = lzma.LZMACompressor(preset=0)
    body = [pack.compress(head), *(pack.compress(part) for _ in range(300)), pack.flush()]
    yield "xz", b"".join(body), partly(f"xz: {GROWS}", "xz", "pickle")
    yield "marks", b"(" * 5_000_000, partly("byte 4193792: more than 4000000 objects wait on its stack", "pickle")
    yield "tuples", b"\x80\x04N" + b"\x85" * 500_000 + b".", Contents(formats=("pickle",))
    yield "lists", b"\x80\x04" + b"]" * 700_000 + b"a" * 699_999 + b".", Contents(formats=("pickle",))
    yield (
        "gzip in gzip",
        gzip.compress(gzip.compress(b"\x80\x04N.")),
        Contents(
            formats=("gzip",),
            problems=(
                Problem("weights.unknown-format", "m", "what it holds, compressed with gzip, is of no known format"),
            ),
        ),
    )
    long = b"\x80\x04\x8b\xff\xff\xff\x7f"
    yield "a long number", long, unreadable("byte 7: it ends before the 2147483647 bytes that should follow", "pickle")
    cut = bz2.compress(b"\x80\x04N.")[:-6]
    yield "cut bz2", cut, unreadable(f"bz2: it is cut short after {len(cut)} bytes", "bz2")


@pytest.mark.parametrize(("data", "expected"), [pytest.param(*rest, id=name) for name, *rest in bombs()])
def test_a_bomb_is_a_problem(data: bytes, expected: Contents) -> None:
    with little_work():
        assert read(data) == expected


def test_a_bomb_takes_little_memory() -> None:
    data = {name: data for name, data, _ in bombs()}
    tracemalloc.start()
    try:
        read(data["xz"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * MIB


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as into:
        for name, data in members.items():
            into.writestr(name, data)
    return file.getvalue()


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(zipped({"m/data.pkl": b"cacme\nx\n."}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    problem = Problem("weights.partly-read", "m", "m/data.pkl: it is encrypted")
    assert read(bytes(data)) == Contents(formats=("torch",), loaders=(("torch",),), problems=(problem,))


def test_a_member_beyond_every_address_is_damaged() -> None:
    data = bytearray(zipped({"m/data.pkl": b"cacme\nx\n."}))
    entry = data.rindex(b"PK\x01\x02")
    zip64 = b"\x01\x00\x08\x00" + (1 << 63).to_bytes(8, "little")
    data[entry + 42 : entry + 46] = b"\xff" * 4
    data[entry + 30 : entry + 32] = len(zip64).to_bytes(2, "little")
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = (end - entry + len(zip64)).to_bytes(4, "little")
    data[end:end] = zip64
    problem = Problem("weights.unreadable", "m", "m/data.pkl: it is damaged")
    assert read(bytes(data)) == Contents(formats=("torch",), loaders=(("torch",),), problems=(problem,))


def test_a_member_compressed_with_lzma_is_not_read() -> None:
    detail = "m/data.pkl: it is compressed in a way that no library of models uses"
    problem = Problem("weights.partly-read", "m", detail)
    expected = Contents(formats=("torch",), loaders=(("torch",),), problems=(problem,))
    assert read(zipped({"m/data.pkl": b"cacme\nx\n."}, zipfile.ZIP_LZMA)) == expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_is_named() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as into:
        into.writestr("m/data.pkl", b"cother\nx\n.")
        into.writestr("m/data.pkl", b"cacme\nx\n.")
    problem = Problem("weights.partly-read", "m", "m/data.pkl: it stands twice in the zip archive")
    expected = Contents(formats=("torch",), modules=("acme",), loaders=(("torch",),), problems=(problem,))
    assert read(file.getvalue()) == expected


def test_members_beyond_the_limit_are_not_read() -> None:
    members = {f"m/{number}": b"" for number in range(20_001)}
    expected = partly("the zip archive has more than 20000 members", "zip")
    assert read(zipped(members)) == expected


def test_a_zip_archive_without_its_table_is_damaged() -> None:
    data = zipped({"m/data.pkl": b"cacme\nx\n."})
    assert read(data[:-30]) == unreadable("the zip archive has no table of its members", "zip")


def test_a_zip_archive_of_something_else_is_unknown() -> None:
    problem = Problem("weights.unknown-format", "m", "it is of no known format: nothing tells which modules it needs")
    assert read(zipped({"readme.txt": b"hello"})) == Contents(problems=(problem,))


def test_a_path_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert read_contents(tmp_path / "loop", "m") == unreadable("Too many levels of symbolic links")
