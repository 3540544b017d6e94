"""TensorFlow's saved models and TFLite models, as tensorflow 2.21.0 wrote them."""

import io

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import savedmodel
from tests.support.native import SUBJECT, content, read_bytes, read_native, unreadable

LOADERS = (("tensorflow",),)
SAVED = "tensorflow-savedmodel"


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def test_the_model_tells_its_version() -> None:
    writer = Writer(module="tensorflow", version="2.21.0", place="tensorflow_version")
    expected = Contents(formats=(SAVED,), loaders=LOADERS, writers=(writer,))
    assert read_native(savedmodel, "savedmodel/saved_model.pb") == expected


@pytest.mark.parametrize(
    "name", ["variables/variables.index", "variables/variables.data-00000-of-00001", "fingerprint.pb"]
)
def test_the_other_files_of_a_model_need_the_same(name: str) -> None:
    assert read_native(savedmodel, f"savedmodel/{name}") == Contents(formats=("tensorflow-variables",), loaders=LOADERS)


def test_a_lite_model_is_read_by_three() -> None:
    loaders = (("ai_edge_litert", "tflite_runtime", "tensorflow"),)
    assert read_native(savedmodel, "tensorflow.tflite") == Contents(formats=("tflite",), loaders=loaders)


def test_operators_of_another_package_are_a_problem() -> None:
    operators = field(1, field(1, b"Addons>GeluNew")) + field(1, field(1, b"MatMul"))
    data = b"\x08\x01" + field(2, field(1, field(2, operators) + field(5, b"2.21.0")))
    assert read_bytes(savedmodel, data, "saved_model.pb") == Contents(
        formats=(SAVED,),
        loaders=LOADERS,
        writers=(Writer(module="tensorflow", version="2.21.0", place="tensorflow_version"),),
        problems=(
            Problem(
                "weights.custom-operators",
                SUBJECT,
                "its operators of 'Addons' come from a package that it does not name",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("size", "detail"),
    [(3, "byte 3: a number without an end"), (40, "byte 2: field 2 ends behind what holds it")],
)
def test_a_model_cut_short(size: int, detail: str) -> None:
    data = content("savedmodel/saved_model.pb")[:size]
    expected = Contents(formats=(SAVED,), loaders=LOADERS, problems=(unreadable(detail),))
    assert read_bytes(savedmodel, data, "saved_model.pb") == expected


def test_a_model_without_a_graph() -> None:
    stream = io.BytesIO(b"\x08\x01\x12")
    found = savedmodel.read(stream, 2, SUBJECT)
    problem = unreadable("byte 2: it ends before the first graph")
    assert found == Contents(formats=(SAVED,), loaders=LOADERS, problems=(problem,))


def test_a_file_of_another_kind_is_not_recognised() -> None:
    assert not savedmodel.recognise(b"\x08\x09\x12\x02ab", "saved_model.pb")
    assert not savedmodel.recognise(b"\x08\x01\x12\x02ab", "model.onnx")
