"""Pickles made opcode by opcode, and pickles of Python's own, against its unpickler."""

import io
import pickle
import struct
import subprocess
from collections import OrderedDict, deque
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats.pickles import read_pickles
from lineage.weights.formats.streams import Window
from tests.support.projects import interpreters


def read(data: bytes) -> Contents:
    return read_pickles(Window(io.BytesIO(data), len(data)), "m")


def names(*modules: str, code: str = "", detail: str = "") -> Contents:
    problems = (Problem(f"weights.{code}", "m", detail),) if code else ()
    return Contents(formats=("pickle",), modules=modules, problems=problems)


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value.encode())]) + value.encode()


CALL = b"\x80\x04" + text("importlib") + text("import_module") + b"\x93" + text("acme.plugin") + b"\x85R"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"cacme.model\nModel\n.", names("acme.model"), id="global"),
        pytest.param(b"(iacme.model\nModel\n.", names("acme.model"), id="inst"),
        pytest.param(b"(cacme.model\nModel\no.", names("acme.model"), id="obj"),
        pytest.param(b"ccopy_reg\n_reconstructor\n.", names("copyreg"), id="name of Python 2"),
        pytest.param(b"\x80\x03ccopy_reg\nx\n.", names("copy_reg"), id="not in protocol 3"),
        pytest.param(b"\x80\x04" + text("acme") + text("A") + b"\x93.", names("acme"), id="stack global"),
        pytest.param(
            b"\x80\x04" + text("acme") + b"\x940h\x00" + text("A") + b"\x93.", names("acme"), id="by memoize and get"
        ),
        pytest.param(b"\x80\x02" + text("acme") + b"q\x070h\x07" + text("A") + b"\x93.", names("acme"), id="by put"),
        pytest.param(b"\x80\x04" + text("acme") + b"2\x93.", names("acme"), id="by dup"),
        pytest.param(
            b"\x80\x04X\x04\0\0\0acmer\x00\x01\0\0\x940j\x00\x01\0\0" + text("A") + b"\x93.",
            names("acme"),
            id="by long put",
        ),
        pytest.param(
            b"\x80\x04" + text("one") + b"q\x05" + text("two") + b"\x9400h\x01" + text("A") + b"\x93.",
            names("two"),
            id="memoize counts what is remembered",
        ),
        pytest.param(CALL + b".", names("acme.plugin", "importlib"), id="import by a call"),
        pytest.param(
            CALL + b"0cbuiltins\ngetattr\n(cbuiltins\n__doc__\n" + text("x") + b"tR.",
            names("acme.plugin", "builtins", "importlib"),
            id="getattr",
        ),
        pytest.param(
            b"\x80\x04cbuiltins\ngetattr\n(cacme\nx\n" + text("y") + b"tR.", names("acme", "builtins"), id="attribute"
        ),
        pytest.param(b"c__main__\nModel\n.", names("__main__"), id="main"),
        pytest.param(b"K\x01." + b"\x80\x04cacme\nx\n.", names("acme"), id="one after the other"),
        pytest.param(
            b"\x80\x04N" + text("A") + b"\x93.",
            names(code="partly-read", detail="byte 7: it computes the name of what it imports"),
            id="computed name",
        ),
        pytest.param(
            b"\x80\x02\x82\x07.",
            names(
                code="partly-read",
                detail="it imports by the extension code 7, which only a registry of its process knows",
            ),
            id="extension",
        ),
        pytest.param(
            b"\x80\x02K\x01Q.",
            names(code="partly-read", detail="it refers to objects that only its own loader knows (persistent ids)"),
            id="persistent id",
        ),
        pytest.param(
            b"\x80\x05\x97.",
            names(code="partly-read", detail="it refers to buffers that are kept elsewhere (out of band)"),
            id="out of band",
        ),
        pytest.param(
            b"cacme\nx\n",
            names("acme", code="unreadable", detail="byte 8: the pickle has no end"),
            id="no end",
        ),
        pytest.param(
            b"\x80\x04K",
            names(code="unreadable", detail="byte 4: the pickle ends in the middle of an opcode"),
            id="half an opcode",
        ),
        pytest.param(
            b"\x80\x04B\xff\xff\xff\x7fab",
            names(code="unreadable", detail="byte 7: it ends before the 2147483647 bytes that should follow"),
            id="short bytes",
        ),
        pytest.param(
            b"\x80\x04\xff.", names(code="unreadable", detail="byte 2: 0xff is no opcode of a pickle"), id="no opcode"
        ),
        pytest.param(
            b"\x80\x04t.",
            names(code="unreadable", detail="byte 3: an opcode takes more than there is"),
            id="nothing to take",
        ),
        pytest.param(
            b"cacme model\nx\n.",
            names(code="unreadable", detail="byte 14: 'acme model' is no name of a module"),
            id="no module",
        ),
        pytest.param(
            b"\x80\x06N.", names(code="partly-read", detail="byte 0: pickle protocol 6 is not known"), id="protocol"
        ),
        pytest.param(
            b"\x80\x04N.rest",
            names(code="partly-read", detail="byte 4: what follows the pickle is none"),
            id="a tail",
        ),
    ],
)
def test_by_opcode(data: bytes, expected: Contents) -> None:
    assert read(data) == expected


WRITES = """
import collections, datetime, decimal, pickle, sys
value = [collections.OrderedDict(a=1)]
value += [datetime.date(2026, 1, 2), decimal.Decimal(3), b"x" * 300, len, {1: (2, 3.5)}, u"one"]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    with open("%s/%d" % (sys.argv[1], protocol), "wb") as file:
        pickle.dump(value, file, protocol)
"""


@pytest.mark.parametrize("minor", interpreters())
def test_every_python_and_protocol(tmp_path: Path, minor: str) -> None:
    subprocess.run([interpreters()[minor], "-c", WRITES, str(tmp_path)], check=True)
    bytes_by_call = {"_codecs"} if minor != "2.7" else set[str]()
    modules = {"builtins", "collections", "datetime", "decimal"}
    found = {int(file.name): read(file.read_bytes()) for file in tmp_path.iterdir()}
    expected = {number: names(*sorted(modules | (bytes_by_call if number < 3 else set()))) for number in found}
    assert found == expected


class Asking(pickle.Unpickler):
    """Notes the modules that loading asks for; for data of ours only."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.asked: set[str] = set()

    def find_class(self, module: str, name: str) -> object:
        found = super().find_class(module, name)
        self.asked.add({"copy_reg": "copyreg", "__builtin__": "builtins"}.get(module, module))
        return found


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=400),
    st.binary(max_size=400),
    st.dates(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.sampled_from([date, Decimal, Fraction, len, OrderedDict.fromkeys, range(3), "datetime", "decimal", "date"]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.lists(inner).map(deque),
        st.dictionaries(st.text(max_size=9), inner),
        st.dictionaries(st.integers(), inner).map(OrderedDict),
        st.frozensets(st.integers()),
        st.lists(st.integers(0, 300), min_size=10, max_size=60),
    ),
    max_leaves=30,
)


@settings(max_examples=4 * settings().max_examples)
@given(values, st.integers(0, 5))
def test_whatever_python_pickles_names_what_its_unpickler_asks_for(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    asking = Asking(data)
    asking.load()
    assert read(data) == names(*sorted(asking.asked))


def test_the_version_of_scikit_learn_in_a_state_is_a_writer() -> None:
    data = pickle.dumps({"a": 1, "_sklearn_version": "1.2.3"})
    writer = Writer(module="sklearn", version="1.2.3", place="_sklearn_version")
    assert read(data) == Contents(formats=("pickle",), writers=(writer,))


def test_large_bytes_are_passed_over_by_a_seek() -> None:
    LENGTH, FILL = 1 << 31, b"\0" * (1 << 20)
    taken = 0

    class Sparse(io.BytesIO):
        """Two GiB of zeros between two opcodes, of which none may be read."""

        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal taken
            found = super().read(size)
            taken += len(found)
            return found

        def seek(self, offset: int, whence: int = 0, /) -> int:
            return (
                super().seek(offset - LENGTH + len(FILL), whence)
                if offset > len(FILL)
                else super().seek(offset, whence)
            )

    start = b"\x80\x04\x8e" + struct.pack("<Q", LENGTH)
    stream = Sparse(start + FILL + b"cacme\nx\n.")
    size = len(start) + LENGTH + len(b"cacme\nx\n.")
    assert read_pickles(Window(stream, size), "m") == names("acme")
    assert taken < 1 << 20
