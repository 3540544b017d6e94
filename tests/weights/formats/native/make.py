"""Makes the files of this directory with the libraries that define their formats: ``python make.py DIRECTORY NAME…``.

Each function below makes the files of one library; a name left out is not made. They were made on CPython 3.11.7 by
xgboost 3.2.0 and (older forms) 1.7.6, lightgbm 4.7.0, catboost 1.2.10, onnx 1.23.2, skl2onnx 1.20.0, tf2onnx 1.17.0,
torch 2.13.0+cpu, keras 3.15.1, h5py 3.16.0, safetensors 0.8.0, gguf 0.19.0, tensorflow-cpu 2.21.0, tokenizers 0.23.3,
peft 0.21.2, transformers 5.23.0, sentence-transformers 6.2.0, mlflow-skinny 3.17.2 and spacy 3.8.18. The tests need
none of them.
"""

# mypy: ignore-errors
# The libraries are not there when the tests run.
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

random = np.random.RandomState(0)
ROWS = random.rand(60, 3).astype(np.float32)
LABELS = (ROWS[:, 0] > 0.5).astype(int)


def xgboost(out: Path) -> None:
    import xgboost as library

    model = library.XGBClassifier(n_estimators=2, max_depth=2).fit(ROWS, LABELS)
    if library.__version__.startswith("1."):
        model.get_booster().save_model(out / "xgboost-1.7.model")
        (out / "xgboost-1.7-state.ubj").write_bytes(model.get_booster().__getstate__()["handle"])
        return
    model.save_model(out / "xgboost.json")
    model.save_model(out / "xgboost.ubj")


def lightgbm(out: Path) -> None:
    import lightgbm as library

    model = library.LGBMClassifier(n_estimators=2, num_leaves=3, verbose=-1).fit(ROWS, LABELS)
    model.booster_.save_model(out / "lightgbm.txt")


def catboost(out: Path) -> None:
    import catboost as library

    model = library.CatBoostClassifier(iterations=2, depth=2, verbose=0, allow_writing_files=False, thread_count=1)
    model.fit(ROWS, LABELS)
    model.save_model(str(out / "catboost.cbm"))
    model.save_model(str(out / "catboost.json"), format="json")


def onnx(out: Path) -> None:
    import onnx as library
    from onnx import TensorProto, helper, numpy_helper

    shape = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    weight = numpy_helper.from_array(np.ones((3, 3), dtype=np.float32), "w")

    def save(name: str, nodes: list, domains: list[str], functions: list = [], **options: object) -> None:  # noqa: B006
        graph = helper.make_graph(nodes, "g", [shape], [result], [weight])
        opsets = [helper.make_opsetid(domain, 1 if domain else 18) for domain in domains]
        model = helper.make_model(graph, opset_imports=opsets, functions=functions, producer_name="hand")
        library.save_model(model, out / name, **options)

    product = helper.make_node("MatMul", ["x", "w"], ["y"])
    save("onnx-external.onnx", [product], [""], save_as_external_data=True, location="outside.data", size_threshold=0)
    (out / "outside.data").unlink()
    custom = helper.make_node("Fold", ["x", "w"], ["y"], domain="com.example.ops")
    save("onnx-custom.onnx", [custom], ["", "com.example.ops", "com.microsoft"])
    own = helper.make_function("com.example.ops", "Fold", ["x", "w"], ["y"], [product], [helper.make_opsetid("", 18)])
    save("onnx-function.onnx", [custom], ["", "com.example.ops"], [own])


def skl2onnx(out: Path) -> None:
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression

    model = to_onnx(LogisticRegression().fit(ROWS, LABELS), ROWS[:1])
    (out / "skl2onnx.onnx").write_bytes(model.SerializeToString())


def torch(out: Path) -> None:
    import torch as library

    with contextlib.redirect_stdout(None):
        library.onnx.export(library.nn.Linear(3, 2), (library.zeros(1, 3),), str(out / "torch.onnx"), dynamo=False)


def tf2onnx(out: Path) -> None:
    import tensorflow
    import tf2onnx as library

    signature = [tensorflow.TensorSpec((1, 3), tensorflow.float32)]
    model, _ = library.convert.from_function(tensorflow.function(lambda x: x + 1), signature, opset=18)
    (out / "tf2onnx.onnx").write_bytes(model.SerializeToString())


def keras(out: Path) -> None:
    import keras as library

    def own_loss(wanted: object, got: object) -> object:
        return wanted - got

    @library.saving.register_keras_serializable(package="acme")
    class Twice(library.layers.Layer):
        def call(self, x: object) -> object:
            return x + x

    Twice.__module__ = "acme.layers"
    model = library.Sequential([library.Input((3,)), library.layers.Dense(1), Twice()])
    model.compile(optimizer="sgd", loss="mse")
    model.save(out / "custom.keras")
    plain = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
    plain.save(out / "plain.keras")
    model.save(out / "keras.h5")
    double = eval(compile("lambda x: x + x", "make.py", "eval"))  # it keeps the name of its file
    given = library.Sequential([library.Input((3,)), library.layers.Lambda(double)])
    given.compile(loss=own_loss)
    given.save(out / "given.keras")
    plain.save_weights(out / "plain.weights.h5")


def h5py(out: Path) -> None:
    import h5py as library

    for name, version in (("latest.h5", "latest"), ("earliest.h5", "earliest")):
        with library.File(out / name, "w", libver=version) as file:
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["backend"] = np.bytes_("tensorflow")
            file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"filler": "x" * 200}})
            file["data"] = np.arange(3)
    with library.File(out / "dense.h5", "w", libver="latest") as file:
        for number in range(12):
            file.attrs[f"attribute{number}"] = number


def safetensors(out: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"w": np.ones(3, dtype=np.float32)}, out / "plain.safetensors")
    save_file({"w": np.ones(3, dtype=np.float32)}, out / "pt.safetensors", metadata={"format": "pt"})


def gguf(out: Path) -> None:
    import gguf as library

    for name, endian in (("little.gguf", library.GGUFEndian.LITTLE), ("big.gguf", library.GGUFEndian.BIG)):
        writer = library.GGUFWriter(out / name, "llama", endianess=endian)
        writer.add_block_count(2)
        writer.add_float32("general.scale", 0.5)
        writer.add_token_list(["<s>", "a", "b"])
        writer.add_token_scores([0.0, 1.0, 2.0])
        writer.add_tensor("w", np.ones(32, dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def tensorflow(out: Path) -> None:
    import tensorflow as library

    class Model(library.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = library.Variable([1.0, 2.0, 3.0])

        @library.function(input_signature=[library.TensorSpec((3,), library.float32)])
        def __call__(self, x: object) -> object:
            return self.w * x

    with tempfile.TemporaryDirectory() as folder:
        library.saved_model.save(Model(), folder)
        shutil.copytree(folder, out / "savedmodel", dirs_exist_ok=True)
        converted = library.lite.TFLiteConverter.from_saved_model(folder).convert()
    (out / "tensorflow.tflite").write_bytes(converted)


def tokenizers(out: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    (out / "describing").mkdir(exist_ok=True)
    Tokenizer(WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]")).save(str(out / "describing" / "tokenizer.json"))


def peft(out: Path) -> None:
    from peft import LoraConfig

    LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"]).save_pretrained(out / "describing")


def transformers(out: Path) -> None:
    from transformers import BertConfig, GenerationConfig

    config = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, architectures=["BertModel"])
    config.save_pretrained(out / "describing")
    GenerationConfig(max_length=5).save_pretrained(out / "describing")


def sentence_transformers(out: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import BoW

    model = SentenceTransformer(modules=[BoW(vocab=["a", "b"])])
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder)
        for name in ("modules.json", "config_sentence_transformers.json"):
            shutil.copy(Path(folder, name), out / "describing")


def mlflow(out: Path) -> None:
    import catboost as catboost_library
    import lightgbm as lightgbm_library
    import mlflow.catboost
    import mlflow.lightgbm
    import mlflow.onnx
    import mlflow.pytorch
    import mlflow.sklearn
    import mlflow.xgboost
    import onnx as onnx_library
    import torch as torch_library
    import xgboost as xgboost_library
    from sklearn.linear_model import LogisticRegression

    categories = catboost_library.CatBoostClassifier(iterations=1, verbose=0, allow_writing_files=False)
    models = {
        "sklearn": LogisticRegression().fit(ROWS, LABELS),
        "xgboost": xgboost_library.XGBClassifier(n_estimators=1).fit(ROWS, LABELS),
        "lightgbm": lightgbm_library.LGBMClassifier(n_estimators=1, verbose=-1).fit(ROWS, LABELS),
        "catboost": categories.fit(ROWS, LABELS),
        "onnx": onnx_library.load(out / "torch.onnx"),
        "pytorch": torch_library.nn.Linear(2, 2),
    }
    options = {"pytorch": {"serialization_format": "pickle"}}
    for name, model in models.items():
        with tempfile.TemporaryDirectory() as folder:
            getattr(mlflow, name).save_model(model, f"{folder}/model", pip_requirements=[name], **options.get(name, {}))
            (out / "mlflow" / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(f"{folder}/model/MLmodel", out / "mlflow" / name)


def spacy(out: Path) -> None:
    import spacy as library

    with tempfile.TemporaryDirectory() as folder:
        library.blank("en").to_disk(folder)
        shutil.copy(Path(folder, "meta.json"), out / "describing" / "meta.json")


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "torch")
    for wanted in sys.argv[2:]:
        globals()[wanted](Path(sys.argv[1]))
