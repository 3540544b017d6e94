"""What reads weights whose numbers were made smaller: ``quantization_config`` of a ``config.json``, and files for it.

Sources: ``QuantizationMethod`` and the quantizers of transformers 4.57 and diffusers 0.36; ``quantize_config.json`` of
auto-gptq and gptqmodel, ``quant_config.json`` of autoawq, ``hf_quant_config.json`` of ModelOpt. A method that several
packages read has them in a row, the usual first. Who made the weights is told by ``meta.quantizer``:
``["gptqmodel:1.7.4"]``.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from lineage.weights.formats.gathering import is_module, is_version

METHODS: dict[str, tuple[str, ...]] = {
    "aqlm": ("aqlm",),
    "auto-round": ("auto_round",),
    "awq": ("awq", "gptqmodel"),
    "bitnet": (),
    "bitsandbytes": ("bitsandbytes",),
    "compressed-tensors": ("compressed_tensors",),
    "eetq": ("eetq",),
    "fbgemm_fp8": ("fbgemm_gpu",),
    "fp8": (),
    "fp_quant": ("fp_quant",),
    "gguf": ("gguf",),
    "gptq": ("gptqmodel", "auto_gptq"),
    "higgs": ("flute",),
    "hqq": ("hqq",),
    "modelopt": ("modelopt",),
    "mxfp4": ("kernels", "triton_kernels"),
    "quanto": ("optimum.quanto", "quanto"),
    "quark": ("quark",),
    "spqr": ("spqr_quant",),
    "torchao": ("torchao",),
    "vptq": ("vptq",),
}
"""method → import names; none where the library of the model reads it alone"""
_GPTQ, _AWQ, _MODELOPT = {"bits", "group_size", "desc_act"}, {"w_bit", "q_group_size"}, {"producer", "quantization"}
_MADE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+):(?P<version>.+)")


class Quantised(NamedTuple):
    """How weights are to be read."""

    method: str
    """as written; ``""`` where it is not told"""
    loaders: tuple[str, ...]
    writers: tuple[tuple[str, str], ...]
    """(import name, version)"""

    @property
    def is_known(self) -> bool:
        return self.method in METHODS


def quantisation_of(value: Mapping[str, object]) -> Quantised | None:
    """What a file says of it, by the keys that its writer gave it; ``None`` where it says nothing."""
    told = value.get("quantization_config")
    if isinstance(told, dict):
        return _quantised(told, "bitsandbytes" if told.get("load_in_8bit") or told.get("load_in_4bit") else "")
    if value.keys() >= _GPTQ:
        return _quantised(value, "gptq")
    if value.keys() >= _AWQ:
        return _quantised(value, "awq")
    producer = value.get("producer")
    if value.keys() >= _MODELOPT and isinstance(producer, dict) and producer.get("name") == "modelopt":
        made = [f"modelopt:{producer.get('version')}"]
        return _quantised({"meta": {"quantizer": made}}, "modelopt")
    return None


def _quantised(told: Mapping[str, object], otherwise: str) -> Quantised:
    method = told.get("quant_method", otherwise)
    method = method if isinstance(method, str) else ""
    meta = told.get("meta")
    made = meta.get("quantizer") if isinstance(meta, dict) else None
    writers = [_MADE.fullmatch(one) for one in (made if isinstance(made, list) else [made]) if isinstance(one, str)]
    return Quantised(
        method,
        METHODS.get(method, ()),
        tuple(
            (one["name"], one["version"])
            for one in writers
            if one is not None and is_module(one["name"]) and is_version(one["version"])
        ),
    )
