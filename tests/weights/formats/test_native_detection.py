"""Every file of another library finds its reader among all, under its own name; a row more is a format more."""

import json
from pathlib import Path

import pytest

from lineage.model.weights import Contents
from lineage.weights.formats import describing, gguf, hdf5, keras, onnx, savedmodel, tensors, trees
from lineage.weights.formats.detect import READERS, FormatReader, read_contents
from tests.support.native import NATIVE, SUBJECT, read_native

DATA = NATIVE.parent / "data"

BY_FILE: dict[str, FormatReader] = {
    "big.gguf": gguf,
    "catboost.cbm": trees,
    "catboost.json": trees,
    "custom.keras": keras,
    "describing/adapter_config.json": describing,
    "describing/config.json": describing,
    "describing/modules.json": describing,
    "describing/tokenizer.json": describing,
    "keras.h5": hdf5,
    "lightgbm.txt": trees,
    "mlflow/sklearn/MLmodel": describing,
    "plain.safetensors": tensors,
    "savedmodel/saved_model.pb": savedmodel,
    "savedmodel/variables/variables.index": savedmodel,
    "skl2onnx.onnx": onnx,
    "tensorflow.tflite": savedmodel,
    "torch.onnx": onnx,
    "xgboost-1.7-state.ubj": trees,
    "xgboost-1.7.model": trees,
    "xgboost.json": trees,
    "xgboost.ubj": trees,
}


@pytest.mark.parametrize("name", BY_FILE)
def test_a_file_finds_its_reader(name: str) -> None:
    assert read_contents(NATIVE / name, SUBJECT) == read_native(BY_FILE[name], name)


def test_a_saved_model_is_one_with_its_variables() -> None:
    alone = read_native(savedmodel, "savedmodel/saved_model.pb")
    assert read_contents(NATIVE / "savedmodel", SUBJECT) == Contents(
        formats=("tensorflow-savedmodel", "tensorflow-variables"), loaders=alone.loaders, writers=alone.writers
    )


def test_a_file_whose_name_lies_is_read_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes((NATIVE / "xgboost.ubj").read_bytes())
    assert read_contents(path, SUBJECT) == read_native(trees, "xgboost.ubj")


def test_one_row_adds_a_format(tmp_path: Path) -> None:
    (tmp_path / "model.toy").write_bytes(b"TOY1 made by toylib")
    (tmp_path / "other.npy").write_bytes((DATA / "plain.npy").read_bytes())
    assert read_contents(tmp_path / "model.toy", SUBJECT).formats == ()
    found = read_contents(tmp_path, SUBJECT, (*READERS, "tests.support.toy_format"))
    assert found == Contents(formats=("npy", "toy"), loaders=(("numpy",), ("toylib",)))


@pytest.mark.parametrize("length", [128, 0x280])
def test_the_length_of_a_header_is_no_mark_of_a_pickle(length: int, tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode().ljust(length)
    path = tmp_path / "model.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + header + bytes(4))
    assert read_contents(path, SUBJECT) == Contents(formats=("safetensors",), loaders=(("safetensors",),))
