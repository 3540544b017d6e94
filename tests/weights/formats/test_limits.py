"""The limits that keep a reading short, and the rare forms: each is said once, and what was found so far stays."""

import bz2
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats.archives import MAX_SCHEMA_BYTES
from lineage.weights.formats.detect import MAX_FILES, read_contents, read_stream
from lineage.weights.formats.gathering import MAX_MODULES, MAX_PROBLEMS, MAX_WRITERS, Gathered
from lineage.weights.formats.pickles import MAX_PICKLES, read_pickles
from lineage.weights.formats.streams import Damaged, TooMuch, Window

ARRAY = b"\x93NUMPY\x01\x00"
NOTHING = b"\x80\x04N."


def read(data: bytes, name: str = "m.pkl") -> Contents:
    return read_stream(cast(BinaryIO, io.BytesIO(data)), len(data), name, "m")


def said(code: str, detail: str) -> Problem:
    return Problem(f"weights.{code}", "m", detail)


def zipped(member: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr(member, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        pytest.param(
            b" " * (MAX_SCHEMA_BYTES + 1),
            said("partly-read", f"schema.json: larger than {MAX_SCHEMA_BYTES} bytes"),
            id="too large",
        ),
        pytest.param(b"[" * 100_000, said("partly-read", "schema.json: nested too deeply"), id="too deep"),
        pytest.param(b"{", said("unreadable", "schema.json: it is damaged"), id="damaged"),
        pytest.param(
            json.dumps([{"__module__": "rm -rf"}]).encode(),
            said("unreadable", "schema.json: 'rm -rf' is no name of a module"),
            id="no module",
        ),
    ],
)
def test_a_schema_of_skops(schema: bytes, problem: Problem) -> None:
    expected = Contents(formats=("skops",), loaders=(("skops",),), problems=(problem,))
    assert read(zipped("schema.json", schema), "m.skops") == expected


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (b"no array", said("unreadable", "a.npy: byte 0: it is no array of numpy's")),
        (ARRAY[:6] + b"\x09\x00", said("partly-read", "a.npy: byte 6: version 9 of numpy's format is not known")),
        (ARRAY[:6] + b"\x02\x00\x01\x00\x01\x00", said("partly-read", "a.npy: byte 12: a header of 65537 bytes")),
    ],
)
def test_an_array_in_an_archive(array: bytes, problem: Problem) -> None:
    expected = Contents(formats=("npz",), loaders=(("numpy",),), problems=(problem,))
    assert read(zipped("a.npy", array), "m.npz") == expected


def test_an_array_that_was_compressed() -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }\n"
    array = ARRAY + len(header).to_bytes(2, "little") + header

    bare = read(array, "m.npy")
    assert (bare.formats, bare.problems) == (("npy",), ())
    found = read(gzip.compress(array), "m.npy.gz")
    assert found == Contents(formats=("gzip", "npy"), modules=bare.modules, loaders=bare.loaders)


@pytest.mark.parametrize(("kind", "press"), [("gzip", gzip.compress), ("bz2", bz2.compress)])
def test_compressed_in_parts(kind: str, press: Callable[[bytes], bytes]) -> None:
    """Every part counts; zeros between them and what follows the last are passed over, as ``gzip`` and ``bz2`` do."""
    parts = press(b"\x80\x04") + press(b"cacme\nx\n.")

    expected = Contents(formats=(kind, "pickle"), modules=("acme",))
    assert [read(parts), read(parts + b"no further part")] == [expected] * 2


def test_zlib_has_no_parts() -> None:
    assert read(zlib.compress(b"\x80\x04cacme\nx\n.") + zlib.compress(b"cother\nx\n.")) == Contents(
        formats=("zlib", "pickle"), modules=("acme",)
    )


@pytest.mark.parametrize("more", [0, 1])
def test_more_pickles_than_a_file_holds(more: int) -> None:
    problem = said("partly-read", f"more than {MAX_PICKLES} pickles one after the other")
    expected = Contents(formats=("pickle",), problems=(problem,) if more else ())
    assert read(NOTHING * (MAX_PICKLES + more)) == expected


@pytest.mark.parametrize("data", [b"Pone\n.", b"\x80\x02X\x01\x00\x00\x00aQ."])
def test_an_object_that_only_its_loader_knows(data: bytes) -> None:
    detail = "it refers to objects that only its own loader knows (persistent ids)"
    assert read(data) == Contents(formats=("pickle",), problems=(said("partly-read", detail),))


def test_a_directory_of_too_many_files(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1):
        (tmp_path / f"{number:04}.pkl").write_bytes(NOTHING)

    detail = f"it holds more than {MAX_FILES} files"
    expected = Contents(formats=("pickle",), problems=(said("partly-read", detail),))
    assert read_contents(tmp_path, "m") == expected


class Failing(io.BytesIO):
    """A stream whose end cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or fail()


def fail() -> bytes:
    raise OSError(5, "Input/output error")


def test_a_file_that_fails_while_it_is_read() -> None:
    problem = said("unreadable", "byte 0: Input/output error")
    assert read_pickles(Window(Failing(NOTHING)), "m") == Contents(formats=("pickle",), problems=(problem,))


def test_what_was_gathered_is_bounded() -> None:
    found = Gathered("m")
    for number in range(MAX_WRITERS + 1):
        found.add_writer("acme", str(number), "place")
    for number in range(MAX_PROBLEMS + 2):
        found.unreadable(f"{number:02}")
    for number in range(MAX_MODULES):
        found.add_module(f"m{number}")
    found.add_module("m0")

    with pytest.raises(TooMuch) as caught:
        found.add_module("another")
    assert caught.value.message == f"it names more than {MAX_MODULES} modules"
    contents = found.contents("pickle")
    assert set(contents.writers) == {
        Writer(module="acme", version=str(number), place="place") for number in range(MAX_WRITERS)
    }
    listed = {said("unreadable", f"{number:02}") for number in range(MAX_PROBLEMS)}
    assert {*contents.problems} - listed == {said("partly-read", "there are more problems than are listed")}
    assert listed <= {*contents.problems}


def test_what_is_passed_over_where_nothing_can_be_sought() -> None:
    window = Window(cast(BinaryIO, io.BytesIO(b"x" * 100_000 + b"rest\nmore")))
    window.skip(100_000)
    assert (window.take_line(), window.take(4)) == (b"rest", b"more")
    for act, message in (
        (lambda: window.skip(1), "byte 100009: it ends before the 1 bytes that should follow"),
        (window.take_line, "byte 100009: it ends before the end of a line"),
    ):
        with pytest.raises(Damaged) as caught:
            act()
        assert caught.value.message == message
