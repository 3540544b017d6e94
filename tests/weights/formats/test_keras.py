"""Keras archives, as Keras 3.15.1 wrote them, and damaged ones."""

import io
import json
import struct
import zipfile

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import keras
from tests.support.native import SUBJECT, content, partly_read, read_bytes, read_native, unreadable

WRITER = Writer(module="keras", version="3.15.1", place="metadata.json: keras_version")
ANY_BACKEND = (("h5py",), ("keras",), ("tensorflow", "jax", "torch"))
TORCH = (("h5py",), ("keras",), ("torch",))


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as into:
        for name, data in members:
            into.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def of(configuration: object, metadata: object = None) -> Contents:
    metadata = {"keras_version": "3.15.1"} if metadata is None else metadata
    members = (("metadata.json", metadata), ("config.json", configuration))
    return read_bytes(keras, archive(*((name, json.dumps(value).encode()) for name, value in members)))


def damaged(problem: Problem, writers: tuple[Writer, ...] = (WRITER,)) -> Contents:
    return Contents(formats=("keras",), loaders=ANY_BACKEND, writers=writers, problems=(problem,))


def test_a_plain_model_needs_one_backend_of_three() -> None:
    assert read_native(keras, "plain.keras") == Contents(formats=("keras",), loaders=ANY_BACKEND, writers=(WRITER,))


def test_a_layer_of_another_package_is_named_and_the_optimizer_tells_the_backend() -> None:
    expected = Contents(formats=("keras",), modules=("acme.layers",), loaders=TORCH, writers=(WRITER,))
    assert read_native(keras, "custom.keras") == expected


def test_what_the_file_does_not_hold_is_a_problem() -> None:
    problems = (
        Problem("weights.custom-code", SUBJECT, "it holds the bytecode of a lambda: other Pythons cannot run it"),
        Problem(
            "weights.custom-code",
            SUBJECT,
            "whoever loads it must give 'own_loss': it does not name where they come from",
        ),
    )
    expected = Contents(formats=("keras",), loaders=TORCH, writers=(WRITER,), problems=problems)
    assert read_native(keras, "given.keras") == expected


def test_an_object_without_module_must_be_given() -> None:
    told: dict[str, object] = {"module": None, "class_name": "Odd", "config": {}, "registered_name": "acme>Odd"}
    problem = Problem(
        "weights.custom-code", SUBJECT, "whoever loads it must give 'acme>Odd': it does not name where they come from"
    )
    assert of({"config": {"layers": [told]}}) == damaged(problem)


def test_what_is_no_module_and_what_is_no_version_is_not_repeated() -> None:
    strange = {"module": "no module\n", "class_name": "Odd", "config": {}}
    assert of(strange, {"keras_version": "x\ny"}) == Contents(formats=("keras",), loaders=ANY_BACKEND)


def test_an_archive_cut_short() -> None:
    data = content("plain.keras")
    assert read_bytes(keras, data[:5000], "plain.keras") == damaged(unreadable("its table of members is damaged"), ())
    assert read_bytes(keras, data[:20], "plain.keras") == damaged(
        unreadable("byte 20: it ends before the table of members"), ()
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (archive(("metadata.json", b"{}")), unreadable("it has 0 members config.json")),
        (archive(("metadata.json", b"{}"), ("config.json", b"[]")), unreadable("config.json: not a JSON object")),
        (archive(("metadata.json", b"{}"), ("config.json", b"{,")), unreadable("config.json: not JSON at character 1")),
        (
            archive(("metadata.json", b"{}"), ("config.json", b'{"a":' + b"[" * 100_000)),
            partly_read("config.json: nested too deeply"),
        ),
        (
            archive(("metadata.json", b"{}"), ("config.json", b"{}" * 2_000_000), method=zipfile.ZIP_DEFLATED),
            partly_read("config.json: 4000000 bytes, and no more than 2097152 are read"),
        ),
        (
            archive(("metadata.json", b"{}"), ("config.json", b"{}"), method=zipfile.ZIP_BZIP2),
            partly_read("metadata.json is compressed by method 12"),
        ),
        (
            archive(("metadata.json", b"{}"), *((f"m{number}", b"") for number in range(5000))),
            partly_read("more than 4096 members"),
        ),
        (
            archive(("metadata.json", b"{}"), *((f"{'m' * 300}{number}", b"") for number in range(4000))),
            partly_read("its table of members is larger than 1048576 bytes"),
        ),
    ],
    ids=["missing", "no-object", "no-json", "deep", "bomb", "bzip2", "members", "directory"],
)
def test_what_cannot_be_read_is_a_problem(data: bytes, problem: Problem) -> None:
    assert read_bytes(keras, data) == damaged(problem, ())


def test_a_configuration_of_more_than_the_table_s_bound_is_read() -> None:
    filler = [{"module": "acme.one", "class_name": "A", "config": "x" * 1_500_000}]
    expected = Contents(formats=("keras",), modules=("acme.one",), loaders=ANY_BACKEND, writers=(WRITER,))
    assert of({"layers": filler}) == expected


def test_an_encrypted_and_a_damaged_member() -> None:
    data = bytearray(archive(("metadata.json", b"{}"), ("config.json", b"{}")))
    entry = data.index(b"PK\x01\x02")
    flagged = data.copy()
    flagged[entry + 8] |= 1
    assert read_bytes(keras, bytes(flagged)) == damaged(partly_read("metadata.json is encrypted"), ())
    data[entry + 16 : entry + 20] = struct.pack("<I", 0)  # the CRC
    assert read_bytes(keras, bytes(data)) == damaged(unreadable("metadata.json is damaged"), ())


def test_a_member_far_behind_the_end() -> None:
    data = bytearray(archive(("metadata.json", b"{}"), ("config.json", b"{}")))
    entry = data.index(b"PK\x01\x02")
    data[entry + 42 : entry + 46] = b"\xff\xff\xff\x7f"  # its offset
    problem = unreadable(f"its members lie at byte 2147483647 of {len(data)}")
    assert read_bytes(keras, bytes(data)) == damaged(problem, ())


def test_an_archive_of_nothing() -> None:
    problem = unreadable("it has 0 members metadata.json")
    found = keras.read(io.BytesIO(archive()), 22, SUBJECT)
    assert found == damaged(problem, ())


def test_only_archives_of_keras_are_recognised() -> None:
    assert not keras.recognise(archive(("data.pkl", b"")), "model.pt")
    assert not keras.recognise(b"\x80\x04.", "model.keras")
    assert keras.recognise(archive(("data.pkl", b"")), "model.keras")
