"""ONNX models, as their libraries wrote them, and made by hand."""

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import onnx
from tests.support.native import SUBJECT, content, partly_read, read_bytes, read_native, unreadable

LOADERS = (("onnxruntime", "onnx"),)


def field(number: int, value: bytes) -> bytes:
    """A field of bytes, shorter than 16 KiB."""
    tag, length = number << 3 | 2, len(value)
    return (
        b"".join(bytes([one & 0x7F | 0x80, one >> 7]) if one > 0x7F else bytes([one]) for one in (tag, length)) + value
    )


def foreign(name: str) -> Problem:
    return Problem(
        "weights.custom-operators", SUBJECT, f"its operators of {name!r} come from a package that it does not name"
    )


@pytest.mark.parametrize(
    ("name", "module", "version"),
    [
        ("torch.onnx", "torch", "2.13.0"),
        ("skl2onnx.onnx", "skl2onnx", "1.20.0"),
        ("tf2onnx.onnx", "tf2onnx", "1.17.0"),
    ],
)
def test_the_producer_is_the_writer_where_its_version_is_a_package_s(name: str, module: str, version: str) -> None:
    writer = Writer(module=module, version=version, place="producer_version")
    assert read_native(onnx, name) == Contents(formats=("onnx",), loaders=LOADERS, writers=(writer,))


def test_the_version_of_another_producer_is_none() -> None:
    data = b"\x08\x09" + field(2, b"onnx.quantize") + field(3, b"0.1.0") + field(7, b"")
    assert read_bytes(onnx, data, "model.onnx") == Contents(formats=("onnx",), loaders=LOADERS)


def test_operators_of_another_package_are_a_problem() -> None:
    expected = Contents(formats=("onnx",), loaders=LOADERS, problems=(foreign("com.example.ops"),))
    assert read_native(onnx, "onnx-custom.onnx") == expected


def test_operators_that_the_model_defines_itself_are_none() -> None:
    assert read_native(onnx, "onnx-function.onnx") == Contents(formats=("onnx",), loaders=LOADERS)


def test_the_domain_of_a_known_package_names_it() -> None:
    data = b"\x08\x09" + field(7, b"") + field(8, field(1, b"ai.onnx.contrib"))
    assert read_bytes(onnx, data) == Contents(formats=("onnx",), loaders=(*LOADERS, ("onnxruntime_extensions",)))


def test_tensors_in_another_file_are_a_problem() -> None:
    problem = Problem("weights.external-data", SUBJECT, "its tensors lie in other files: 'outside.data'")
    expected = Contents(formats=("onnx",), loaders=LOADERS, problems=(problem,))
    assert read_native(onnx, "onnx-external.onnx") == expected


def test_many_names_are_counted_and_long_ones_cut() -> None:
    domains = b"".join(field(8, field(1, f"acme{number}".encode() + b"x" * 300)) for number in range(7))
    (problem,) = read_bytes(onnx, b"\x08\x09" + field(7, b"") + domains).problems
    names = ", ".join(repr(f"acme{number}{'x' * 195}") for number in range(5))
    detail = f"its operators of {names} and 2 more come from a package that it does not name"
    assert problem == Problem("weights.custom-operators", SUBJECT, detail)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x08\x09" + field(7, b"x" * 50)[:20], unreadable("byte 2: field 7 ends behind what holds it")),
        (b"\x08\x09" + field(2, b"hand"), unreadable("byte 8: it ends before the graph of the model")),
        (b"\x08" + b"\xff" * 11, unreadable("byte 1: a number without an end")),
        (b"\x08\x09\x07\x01", unreadable("byte 2: field 0 of wire type 7")),
        (b"\x08\x09" + field(2, b"\xff\xfe"), unreadable("byte 4: not UTF-8 text")),
        (b"\x08\x09\x10\x07", unreadable("byte 4: a number where text should be")),
        (b"\x08\x09\x38\x07", unreadable("byte 4: a number where a message should be")),
        (b"\x08\x09" + field(2, b"x" * 5000), partly_read("byte 5: a text of 5000 bytes")),
    ],
    ids=["cut", "no-graph", "varint", "wire", "text", "no-text", "no-message", "long"],
)
def test_what_is_no_model_is_a_problem(data: bytes, problem: Problem) -> None:
    assert read_bytes(onnx, data, "model.onnx") == Contents(formats=("onnx",), loaders=LOADERS, problems=(problem,))


def test_more_fields_than_a_model_has() -> None:
    data = b"\x08\x09" + field(7, b"") + b"\x08\x01" * 500_000
    problem = partly_read("byte 1000000: more than 500000 fields")
    assert read_bytes(onnx, data) == Contents(formats=("onnx",), loaders=LOADERS, problems=(problem,))


def test_a_model_of_onnx_runtime() -> None:
    data = b"\x20\0\0\0ORTM" + b"\0" * 20
    assert read_bytes(onnx, data) == Contents(formats=("onnxruntime",), loaders=(("onnxruntime",),))


@pytest.mark.parametrize(
    ("head", "name", "known"),
    [
        (content("skl2onnx.onnx"), "anything", True),
        (b"\x08\x01\x12\x02ab", "saved_model.pb", False),
        (b"\x80\x04.", "model.onnx", False),
        (b"", "model.onnx", False),
        (b"\x08\x09\x3a\x00", "x", False),
    ],
    ids=["fields", "savedmodel", "pickle", "empty", "short"],
)
def test_a_model_is_known_by_its_fields(head: bytes, name: str, known: bool) -> None:
    assert onnx.recognise(head[:4096], name) is known
