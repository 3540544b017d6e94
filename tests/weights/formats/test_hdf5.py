"""HDF5 files, as h5py 3.16.0 and Keras 3.15.1 wrote them, and damaged ones."""

import io

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import hdf5
from tests.support.native import SUBJECT, content, partly_read, read_bytes, read_native, unreadable

GIVEN = Problem(
    "weights.custom-code", SUBJECT, "whoever loads it must give 'acme>Twice': it does not name where they come from"
)


def test_a_model_of_keras() -> None:
    assert read_native(hdf5, "keras.h5") == Contents(
        formats=("hdf5", "keras"),
        loaders=(("h5py",), ("keras",), ("torch",)),
        writers=(Writer(module="keras", version="3.15.1", place="keras_version"),),
        problems=(GIVEN,),
    )


@pytest.mark.parametrize("name", ["earliest.h5", "latest.h5"])
def test_the_oldest_and_the_newest_form_of_the_format(name: str) -> None:
    """Variable and fixed length, superblocks 0 and 3, object headers 1 and 2, attributes 1 and 3."""
    assert read_native(hdf5, name) == Contents(
        formats=("hdf5", "keras"),
        loaders=(("h5py",), ("keras",), ("tensorflow",)),
        writers=(Writer(module="keras", version="2.15.0", place="keras_version"),),
    )


def test_bare_weights_say_nothing() -> None:
    assert read_native(hdf5, "plain.weights.h5") == Contents(formats=("hdf5",), loaders=(("h5py",),))


def test_attributes_in_a_heap_are_said_to_be_unread() -> None:
    problem = partly_read("byte 88: its attributes lie in a heap, which is not read")
    assert read_native(hdf5, "dense.h5") == Contents(formats=("hdf5",), loaders=(("h5py",),), problems=(problem,))


@pytest.mark.parametrize(
    ("offset", "new", "problem"),
    [
        (8, b"\x09", unreadable("byte 8: superblock version 9")),
        (13, b"\x03", unreadable("byte 9: offsets of 3 bytes and lengths of 8")),
        (24, b"\x00\x02", partly_read("byte 24: a user block")),
        (64, b"\xff\xff\xff\xff", unreadable("byte 4294967295: it ends before the 6 bytes that should follow")),
        (64, b"\x00", unreadable("byte 0: no object header")),
        (
            96 + 8,
            b"\xff\xff\xff\x7f",
            partly_read("byte 112: a part of 2147483647 bytes, and no more than 2097152 are read"),
        ),
    ],
)
def test_damage_is_named_by_its_place(offset: int, new: bytes, problem: Problem) -> None:
    data = bytearray(content("earliest.h5"))
    data[offset : offset + len(new)] = new
    assert read_bytes(hdf5, bytes(data)) == Contents(formats=("hdf5",), loaders=(("h5py",),), problems=(problem,))


def test_a_file_cut_before_its_texts() -> None:
    data = content("keras.h5")
    found = read_bytes(hdf5, data[:1000])
    assert found.formats == ("hdf5",)
    assert [one.code for one in found.problems] == ["weights.unreadable"]


def test_a_heap_without_the_object() -> None:
    data = content("latest.h5").replace(b"GCOL", b"LOCG")
    place = content("latest.h5").index(b"GCOL")
    problem = unreadable(f"byte {place}: no global heap")
    assert read_bytes(hdf5, data) == Contents(formats=("hdf5",), loaders=(("h5py",),), problems=(problem,))


class Counted(io.BytesIO):
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def test_a_continuation_that_leads_to_itself_ends() -> None:
    data = bytearray(content("earliest.h5"))
    start = 96 + 16
    block = b"".join([b"\x10\x00", b"\x10\x00", b"\x00" * 4, start.to_bytes(8, "little"), (24).to_bytes(8, "little")])
    data[96 + 8 : 96 + 12] = (24).to_bytes(4, "little")
    data[start : start + len(block)] = block
    stream = Counted(bytes(data))
    problem = partly_read("byte 136: more attributes than are read")
    assert hdf5.read(stream, len(data), SUBJECT) == Contents(
        formats=("hdf5",), loaders=(("h5py",),), problems=(problem,)
    )
    assert stream.reads < 2 * hdf5.MAX_BLOCKS


@pytest.mark.parametrize(
    ("name", "old", "new", "detail"),
    [
        ("latest.h5", b"\x0c\x3f\x00", b"\x0c\xff\xff", "byte 103: a message of 65535 bytes does not fit its header"),
        ("latest.h5", b"\x03\x00\x0e\x00\x14", b"\x07\x00\x0e\x00\x14", "byte 107: an attribute of no known version"),
        (
            "latest.h5",
            b"\x03\x00\x0e\x00\x14",
            b"\x03\x00\xff\xff\x14",
            "byte 107: an attribute that does not fit its message",
        ),
        ("latest.h5", b"2.15.0", b"\xff.15.0", "an attribute of the root group is not UTF-8 text"),
    ],
    ids=["message", "version", "sizes", "text"],
)
def test_damaged_attributes(name: str, old: bytes, new: bytes, detail: str) -> None:
    data = content(name)
    assert data.count(old) == 1
    found = read_bytes(hdf5, data.replace(old, new))
    assert found == Contents(formats=("hdf5",), loaders=(("h5py",),), problems=(unreadable(detail),))


def test_only_the_signature_counts() -> None:
    assert not hdf5.recognise(b"\x89PNG\r\n\x1a\n", "model.h5")
