"""Small text files that lie beside weights and say what made them: of Hugging Face libraries, MLflow, spaCy.

They are recognised by name, and read by their keys, which the library's ``save_pretrained``, ``save`` or ``save_model``
wrote: ``transformers_version`` (transformers), ``peft_type`` and ``peft_version`` (peft), ``__version__`` and the types
of ``modules.json`` (sentence-transformers), ``_diffusers_version`` and the parts of ``model_index.json`` (diffusers),
``spacy_version`` (spaCy: a range, which is no version of a writer), ``truncation`` (tokenizers), ``pretrained_cfg``
(timm; a model of transformers may have its backbone), what ``quantisation`` reads, and MLflow's
``MLmodel`` in YAML (https://mlflow.org/docs/latest/ml/model/ , "MLmodel file"). In an ``MLmodel`` only the flavors
listed here have a version that was compared with the library's.
"""

import re
from typing import BinaryIO

from lineage.errors import InputError
from lineage.model.weights import Contents
from lineage.system.yamlfile import read_yaml
from lineage.weights.formats.gathering import Gathered, is_module, is_version, noting, shown
from lineage.weights.formats.quantisation import quantisation_of
from lineage.weights.formats.streams import Damaged, load_json, read_whole

NAMES = frozenset(
    [
        "MLmodel",
        "adapter_config.json",
        "config.json",
        "config_sentence_transformers.json",
        "generation_config.json",
        "hf_quant_config.json",
        "meta.json",
        "model_index.json",
        "modules.json",
        "preprocessor_config.json",
        "quant_config.json",
        "quantize_config.json",
        "scheduler_config.json",
        "sentence_bert_config.json",
        "special_tokens_map.json",
        "tokenizer_config.json",
    ]
)
MAX_YAML_BYTES = 128 * 1024
FLAVORS = {
    "catboost": ("catboost", "catboost_version"),
    "lightgbm": ("lightgbm", "lgb_version"),
    "onnx": ("onnx", "onnx_version"),
    "pytorch": ("torch", "pytorch_version"),
    "sklearn": ("sklearn", "sklearn_version"),
    "xgboost": ("xgboost", "xgb_version"),
}
"""flavor → (import name, key of its version)"""

_TOKENIZER = re.compile(rb'\s*\{\s*"version"\s*:\s*"[\d.]+"\s*,\s*"truncation"\s*:')
_TORCH = {"pytorch": "torch"}
_OF_PIPELINES = ("diffusers", "transformers", "onnxruntime", "optimum", "peft", "flax", "timm")


def recognise(head: bytes, name: str) -> bool:
    """By name; a tokenizer by what it begins with."""
    if name in NAMES:
        return name == "MLmodel" or head.lstrip()[:1] in (b"{", b"[")
    return _TOKENIZER.match(head) is not None


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What such a file says of what made it. Raises OSError."""
    found = Gathered(subject)
    stream.seek(0)
    head = stream.read(4096)
    if _TOKENIZER.match(head):
        return found.contents("tokenizers", loaders=[("tokenizers",)])  # its vocabulary may be large
    description = _Description(found, "json" if head.lstrip()[:1] in (b"{", b"[") else "mlflow")
    with noting(found):
        text = read_whole(stream, size, "it")
        if description.format == "mlflow":
            description.read_mlflow(text)
        else:
            description.read_json(load_json(text, "it"))
    return found.contents(description.format, loaders=description.loaders)


class _Description:
    """What was found so far; ``format`` stays ``json`` where no library is told."""

    def __init__(self, found: Gathered, format: str) -> None:
        self.format = format
        self.loaders: list[tuple[str, ...]] = []
        self._found = found

    def read_json(self, value: object) -> None:
        if isinstance(value, list):
            self._read_modules(value)
        if not isinstance(value, dict):
            return
        if "peft_type" in value:
            self._is("peft", value.get("peft_version"), "peft_version")
        elif "_diffusers_version" in value:
            self._is("diffusers", value["_diffusers_version"], "_diffusers_version")
            self._read_pipeline(value)
        elif "spacy_version" in value:
            self._is("spacy", value["spacy_version"], "spacy_version")
        elif isinstance(value.get("__version__"), dict):
            for name, version in value["__version__"].items():
                if is_module(name):
                    self._writer(_TORCH.get(name, name), version, "__version__")
            self._is("sentence_transformers")
        elif value.keys() & {"transformers_version", "architectures", "model_type"}:
            self._is("transformers", value.get("transformers_version"), "transformers_version")
            if value.get("use_timm_backbone") is True or str(value.get("model_type")).startswith("timm_"):
                self._module("timm")
        elif "architecture" in value and value.keys() & {"pretrained_cfg", "num_features"}:
            self._is("timm")
        self._read_quantisation(value)
        if isinstance(value.get("auto_map"), dict) and value["auto_map"]:
            self._add_code(value["auto_map"])

    def read_mlflow(self, text: bytes) -> None:
        """Raises Damaged."""
        try:
            value = read_yaml(text, "it", limit=MAX_YAML_BYTES)
        except InputError as error:
            raise Damaged(f"{error.where}: {error.message}") from error
        if not isinstance(value, dict) or not isinstance(value.get("flavors"), dict):
            raise Damaged("it: no flavors")
        self._is("mlflow", value.get("mlflow_version"), "mlflow_version")
        for flavor, told in value["flavors"].items():
            if not isinstance(told, dict):
                continue
            self._module(told.get("loader_module"))
            self._class(told.get("model_class"))
            if flavor in FLAVORS:
                module, key = FLAVORS[flavor]
                self._writer(module, told.get(key), f"flavors.{flavor}.{key}")

    def _add_code(self, places: dict[str, object]) -> None:
        """Each is a text, or one text for the slow and one for the fast form: a file beside it and a class, or those of
        another repository."""
        given = [one for place in places.values() for one in (place if isinstance(place, list) else [place])]
        names = {one for one in given if isinstance(one, str)}
        beside = {one for one in names if is_module(one) and "." in one}
        self._found.beside |= {one.partition(".")[0] for one in beside}
        if names - beside:
            detail = f"it is loaded by code that no package holds: {shown(names - beside)}"
            self._found.add_problem("weights.custom-code", detail)

    def _is(self, module: str, version: object = None, place: str = "") -> None:
        self.format = module
        self.loaders.append((module,))
        self._writer(module, version, place)

    def _writer(self, module: str, version: object, place: str) -> None:
        if isinstance(version, str) and is_version(version):
            self._found.add_writer(module, version, place)

    def _read_modules(self, entries: list[object]) -> None:
        """The steps of a sentence-transformers model: each names its class."""
        for entry in entries:
            if isinstance(entry, dict) and {"idx", "path", "type"} <= entry.keys():
                self.format = "sentence_transformers"
                self._class(entry["type"])

    def _read_pipeline(self, value: dict[str, object]) -> None:
        """What a part of a diffusers model is of; by any other name, its pipelines' own module."""
        parts = [part[0] for part in value.values() if isinstance(part, list) and len(part) == 2]
        for name in ("diffusers", *(one for one in parts if one in _OF_PIPELINES)):
            self._module(name)

    def _read_quantisation(self, value: dict[str, object]) -> None:
        found = quantisation_of(value)
        if found is None:
            return
        if self.format == "json":
            self.format = found.method if found.is_known else "quantised"
        if not found.is_known:
            detail = f"it is quantised by {shown({found.method})}: which package reads that is not known"
            self._found.partly_read(detail)
        if found.loaders:
            self.loaders.append(found.loaders)
        for name, version in found.writers:
            self._writer(name, version, "meta.quantizer")

    def _class(self, name: object) -> None:
        if isinstance(name, str):
            self._module(name.rpartition(".")[0])

    def _module(self, name: object) -> None:
        if isinstance(name, str) and is_module(name):
            self._found.add_module(name)
