"""Every file of another library finds its reader among all, under its own name."""

from pathlib import Path

import pytest

from lineage.model.weights import Contents
from lineage.weights.formats import describing, gguf, hdf5, keras, onnx, savedmodel, tensors, trees
from lineage.weights.formats.detect import read_contents
from tests.support.native import NATIVE, SUBJECT, Reader, read_native

READERS: dict[str, Reader] = {
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


@pytest.mark.parametrize("name", READERS)
def test_a_file_finds_its_reader(name: str) -> None:
    assert read_contents(NATIVE / name, SUBJECT) == read_native(READERS[name], name)


def test_a_saved_model_is_one_with_its_variables() -> None:
    alone = read_native(savedmodel, "savedmodel/saved_model.pb")
    assert read_contents(NATIVE / "savedmodel", SUBJECT) == Contents(
        formats=("tensorflow-savedmodel", "tensorflow-variables"), loaders=alone.loaders, writers=alone.writers
    )


def test_a_file_whose_name_lies_is_read_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes((NATIVE / "xgboost.ubj").read_bytes())
    assert read_contents(path, SUBJECT) == read_native(trees, "xgboost.ubj")
