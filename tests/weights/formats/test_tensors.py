"""Safetensors files, as safetensors 0.8.0 wrote them, and damaged ones."""

import io
import json

import pytest

from lineage.model.weights import Contents
from lineage.portable.environment import Problem
from lineage.weights.formats import tensors
from tests.support.native import SUBJECT, content, partly_read, read_bytes, read_native, unreadable


def of(*frameworks: tuple[str, ...], problem: Problem | None = None) -> Contents:
    problems = () if problem is None else (problem,)
    return Contents(formats=("safetensors",), loaders=tuple(sorted([("safetensors",), *frameworks])), problems=problems)


def file(header: object, tensors: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + tensors


def test_without_metadata_any_framework_may_read_it() -> None:
    assert read_native(tensors, "plain.safetensors") == of()


def test_the_format_names_the_framework() -> None:
    assert read_native(tensors, "pt.safetensors") == of(("torch",))


@pytest.mark.parametrize(("format", "framework"), sorted(tensors.FRAMEWORKS.items()))
def test_every_framework(format: str, framework: tuple[str, ...]) -> None:
    assert read_bytes(tensors, file({"__metadata__": {"format": format}})) == of(framework)


def test_another_format_names_none() -> None:
    assert read_bytes(tensors, file({"__metadata__": {"format": "own"}})) == of()


def test_of_a_long_header_the_metadata_are_read() -> None:
    names = {f"layer{number}{'x' * 200}": {"data_offsets": [0, 0]} for number in range(10_000)}
    assert read_bytes(tensors, file({"__metadata__": {"format": "pt"}, **names})) == of(("torch",))
    data = file(names)
    detail = f"header: {len(data) - 8} bytes that do not begin with __metadata__, and no more than 2097152 are read"
    assert read_bytes(tensors, data) == of(problem=partly_read(detail))
    long = file({"__metadata__": {"card": "x" * 300_000, "format": "pt"}, **names})
    detail = "header: its __metadata__ is longer than 262144 bytes"
    assert read_bytes(tensors, long) == of(problem=partly_read(detail))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (content("pt.safetensors")[:50], unreadable("byte 0: a header of 88 bytes in 50")),
        (content("pt.safetensors")[:-1], unreadable("byte 107: it ends before byte 108, where the last tensor does")),
        (file(b"{,"), unreadable("header: not JSON at character 1")),
        (file({"w": {}}), unreadable("header: 'w' has no data_offsets")),
        (file({"w": {"data_offsets": [0, "12"]}}), unreadable("header: 'w' has no data_offsets")),
        (file({"__metadata__": []}), unreadable("header: __metadata__ is not a JSON object")),
    ],
    ids=["header", "tensors", "json", "no-offsets", "offsets", "metadata"],
)
def test_a_damaged_file_is_a_problem(data: bytes, problem: Problem) -> None:
    assert read_bytes(tensors, data) == of(problem=problem)


def test_the_tensors_are_not_read() -> None:
    class Counted(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.most = max(self.most, self.tell())
            return data

    data = content("pt.safetensors")
    stream = Counted(data)
    assert tensors.read(stream, len(data), SUBJECT) == of(("torch",))
    assert stream.most == 96


def test_what_has_no_such_length_is_not_recognised() -> None:
    for head in (b"", b"\x02" + b"\0" * 7, b"\xff" * 8 + b"{", b"\0" * 8 + b"{", b"\x02" + b"\0" * 7 + b"["):
        assert not tensors.recognise(head, "model.safetensors")
