"""What stands beside weights: files as the libraries wrote them, and damaged ones."""

import json
from io import BytesIO

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import describing
from tests.support.native import SUBJECT, partly_read, read_bytes, read_native, unreadable


def of(format: str, *writers: tuple[str, str, str], modules: tuple[str, ...] = ()) -> Contents:
    return Contents(
        formats=(format,),
        modules=modules,
        loaders=((format,),),
        writers=tuple(Writer(module=module, version=version, place=place) for module, version, place in writers),
    )


TRANSFORMERS = ("transformers", "5.23.0", "transformers_version")
MLFLOW = ("mlflow", "3.17.2", "mlflow_version")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("config.json", of("transformers", TRANSFORMERS)),
        ("generation_config.json", of("transformers", TRANSFORMERS)),
        ("adapter_config.json", of("peft", ("peft", "0.21.2", "peft_version"))),
        (
            "config_sentence_transformers.json",
            of(
                "sentence_transformers",
                ("sentence_transformers", "6.2.0", "__version__"),
                ("torch", "2.13.0+cpu", "__version__"),
                ("transformers", "5.23.0", "__version__"),
            ),
        ),
        (
            "modules.json",
            Contents(
                formats=("sentence_transformers",),
                modules=("sentence_transformers.sentence_transformer.modules.bow",),
            ),
        ),
        ("tokenizer.json", of("tokenizers")),
        ("meta.json", of("spacy")),
    ],
)
def test_files_of_hugging_face_and_spacy(name: str, expected: Contents) -> None:
    assert read_native(describing, f"describing/{name}") == expected


@pytest.mark.parametrize(
    ("flavor", "module", "version", "key", "modules"),
    [
        ("catboost", "catboost", "1.2.10", "catboost_version", ("mlflow.catboost",)),
        ("lightgbm", "lightgbm", "4.7.0", "lgb_version", ("lightgbm.sklearn", "mlflow.lightgbm")),
        ("onnx", "onnx", "1.23.2", "onnx_version", ("mlflow.onnx",)),
        ("pytorch", "torch", "2.13.0+cpu", "pytorch_version", ("mlflow.pytorch",)),
        ("sklearn", "sklearn", "1.9.1", "sklearn_version", ("mlflow.sklearn",)),
        ("xgboost", "xgboost", "3.2.0", "xgb_version", ("mlflow.xgboost", "xgboost.sklearn")),
    ],
)
def test_a_model_of_mlflow(flavor: str, module: str, version: str, key: str, modules: tuple[str, ...]) -> None:
    writers = sorted([MLFLOW, (module, version, f"flavors.{flavor}.{key}")])
    assert read_native(describing, f"mlflow/{flavor}/MLmodel") == of("mlflow", *writers, modules=modules)


def test_code_beside_it_is_named_and_code_elsewhere_is_a_problem() -> None:
    places = {"AutoModel": "acme/own--modeling.Own", "AutoTokenizer": ["tokens.Slow", None]}
    text = json.dumps({"model_type": "own", "auto_map": places}).encode()
    detail = "it is loaded by code that no package holds: 'acme/own--modeling.Own'"
    assert read_bytes(describing, text, "config.json") == Contents(
        formats=("transformers",),
        loaders=(("transformers",),),
        beside=("tokens",),
        problems=(Problem("weights.custom-code", SUBJECT, detail),),
    )


@pytest.mark.parametrize("text", [b'{"learning_rate": 0.1}', b"[1, 2]", b'[{"idx": 0}]'])
def test_a_file_of_such_a_name_may_be_anybody_s(text: bytes) -> None:
    assert read_bytes(describing, text, "config.json") == Contents(formats=("json",))


def test_what_is_no_version_is_not_repeated() -> None:
    text = b'{"transformers_version": "git\\u0000"}'
    assert read_bytes(describing, text, "config.json") == of("transformers")


@pytest.mark.parametrize(
    ("name", "text", "format", "problem"),
    [
        ("config.json", b"{", "json", unreadable("it: not JSON at character 1")),
        ("config.json", b'{"a": "\xff"}', "json", unreadable("it: not JSON at character 7")),
        ("config.json", b"[" * 100_000, "json", partly_read("it: nested too deeply")),
        (
            "config.json",
            b"{}" + b" " * (2 << 20),
            "json",
            partly_read("it: 2097154 bytes, and no more than 2097152 are read"),
        ),
        ("MLmodel", b"flavors: 1\n", "mlflow", unreadable("it: no flavors")),
        (
            "MLmodel",
            b"a: [\n",
            "mlflow",
            unreadable("it:2: unusable YAML: did not find expected node content"),
        ),
        (
            "MLmodel",
            b"#" * 131_073,
            "mlflow",
            unreadable("it: 131073 bytes, and no more than 131072 are read"),
        ),
    ],
    ids=["json", "utf-8", "deep", "large", "flavors", "yaml", "large-yaml"],
)
def test_a_damaged_file_is_a_problem(name: str, text: bytes, format: str, problem: Problem) -> None:
    assert read_bytes(describing, text, name) == Contents(formats=(format,), problems=(problem,))


def test_only_known_names_are_read() -> None:
    assert not describing.recognise(b"{}", "weights.json")
    assert not describing.recognise(b"\x80\x04.", "config.json")


def test_the_parts_of_a_diffusers_model() -> None:
    index = b"""{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.27.2",
      "feature_extractor": [null, null],
      "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
      "text_encoder": ["transformers", "CLIP"]}"""
    found = describing.read(BytesIO(index), len(index), "models/sd")

    assert describing.recognise(index, "model_index.json")
    assert (found.formats, found.modules) == (("diffusers",), ("diffusers", "transformers"))
    assert found.writers == (Writer(module="diffusers", version="0.27.2", place="_diffusers_version"),)


def described(name: str, **value: object) -> Contents:
    text = json.dumps(value).encode()
    assert describing.recognise(text, name)
    return read_bytes(describing, text, name)


@pytest.mark.parametrize(
    ("value", "loaders", "modules"),
    [
        ({"architecture": "resnet50", "num_classes": 5, "pretrained_cfg": {}}, [("timm",)], ()),
        ({"architecture": "resnet50", "num_classes": 5, "num_features": 9}, [("timm",)], ()),
        ({"model_type": "detr", "use_timm_backbone": True}, [("transformers",)], ("timm",)),
        ({"model_type": "detr", "use_timm_backbone": False}, [("transformers",)], ()),
        ({"model_type": "timm_wrapper", "architecture": "a", "pretrained_cfg": {}}, [("transformers",)], ("timm",)),
    ],
)
def test_models_of_timm(value: dict[str, object], loaders: list[tuple[str, ...]], modules: tuple[str, ...]) -> None:
    found = described("config.json", **value)

    assert (found.loaders, found.modules, found.problems) == (tuple(loaders), modules, ())


@pytest.mark.parametrize(
    ("told", "loader"),
    [
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, ("bitsandbytes",)),
        ({"load_in_8bit": True}, ("bitsandbytes",)),
        ({"quant_method": "gptq", "bits": 4}, ("gptqmodel", "auto_gptq")),
        ({"quant_method": "awq", "bits": 4}, ("awq", "gptqmodel")),
        ({"quant_method": "compressed-tensors"}, ("compressed_tensors",)),
        ({"quant_method": "gguf"}, ("gguf",)),
        ({"quant_method": "fp8"}, None),
    ],
)
def test_a_quantised_model_names_what_reads_it(told: dict[str, object], loader: tuple[str, ...] | None) -> None:
    found = described("config.json", model_type="llama", quantization_config=told)

    assert found.formats == ("transformers",)
    assert found.loaders == tuple(sorted({("transformers",), *([loader] if loader else [])}))
    assert found.problems == ()


def test_a_part_of_a_diffusers_model_may_be_quantised() -> None:
    found = described("config.json", _diffusers_version="0.36.0", quantization_config={"quant_method": "torchao"})

    assert found.loaders == (("diffusers",), ("torchao",))


@pytest.mark.parametrize(
    ("name", "value", "format", "loader", "writers"),
    [
        (
            "quantize_config.json",
            {"bits": 4, "group_size": 128, "desc_act": False, "meta": {"quantizer": ["gptqmodel:1.7.4"]}},
            "gptq",
            ("gptqmodel", "auto_gptq"),
            [("gptqmodel", "1.7.4")],
        ),
        (
            "quantize_config.json",
            {"bits": 4, "group_size": 128, "desc_act": False, "meta": {"quantizer": "own:scripts/a.py"}},
            "gptq",
            ("gptqmodel", "auto_gptq"),
            [],
        ),
        ("quant_config.json", {"w_bit": 4, "q_group_size": 128, "version": "GEMM"}, "awq", ("awq", "gptqmodel"), []),
        (
            "hf_quant_config.json",
            {"producer": {"name": "modelopt", "version": "0.15.0"}, "quantization": {"quant_algo": "FP8"}},
            "modelopt",
            ("modelopt",),
            [("modelopt", "0.15.0")],
        ),
    ],
)
def test_files_that_tell_of_quantised_weights(
    name: str, value: dict[str, object], format: str, loader: tuple[str, ...], writers: list[tuple[str, str]]
) -> None:
    found = described(name, **value)

    assert (found.formats, found.loaders) == ((format,), (loader,))
    assert [(one.module, one.version, one.place) for one in found.writers] == [
        (module, version, "meta.quantizer") for module, version in writers
    ]


@pytest.mark.parametrize("told", [{"quant_method": "qvq"}, {"quant_method": 3}, {}])
def test_a_method_that_nobody_knows_is_told(told: dict[str, object]) -> None:
    method = told.get("quant_method") if isinstance(told.get("quant_method"), str) else ""
    found = described("config.json", model_type="llama", quantization_config=told)
    detail = f"it is quantised by {method!r}: which package reads that is not known"

    assert found.problems == (Problem("weights.partly-read", SUBJECT, detail),)
    assert described("config.json", quantization_config=told).formats == ("quantised",)


@pytest.mark.parametrize(
    "value", [{"producer": {"name": "x"}, "quantization": {}}, {"producer": 1, "quantization": {}}]
)
def test_other_files_of_these_names_say_nothing(value: dict[str, object]) -> None:
    assert described("hf_quant_config.json", **value) == Contents(formats=("json",))
