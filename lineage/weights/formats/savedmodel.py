"""TensorFlow's SavedModel, the files of its variables, and TensorFlow Lite models.

Formats: ``tensorflow/core/protobuf/saved_model.proto`` and ``meta_graph.proto``, whose field numbers stand below; the
variables are a table of TensorFlow's checkpoints (``tensor_bundle.proto``), known by the names of its files; a TFLite
model is a flatbuffer with the identifier ``TFL3`` (``tensorflow/lite/schema/schema.fbs``). An
operator outside of TensorFlow is told by its name only where it is named ``package>Operator``.
"""

import re
from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, is_version, noting
from lineage.weights.formats.protobuf import Field, Messages
from lineage.weights.formats.streams import Damaged

LOADERS = ("tensorflow",)
LITE_LOADERS = ("ai_edge_litert", "tflite_runtime", "tensorflow")

_SCHEMA_1 = b"\x08\x01\x12"
"""saved_model_schema_version 1, then the first graph"""
_META_GRAPHS, _META_INFO, _OPERATORS, _VERSION = 2, 1, 2, 5
_OPERATOR, _OPERATOR_NAME = 1, 1
_VARIABLES = re.compile(r"(?:.*\.data-\d{5}-of-\d{5}|variables\.index|fingerprint\.pb|keras_metadata\.pb)\Z", re.DOTALL)


def recognise(head: bytes, name: str) -> bool:
    """By the bytes of a saved model or a TFLite model, by name the other files of a saved model."""
    return _kind(head, name) is not None


def _kind(head: bytes, name: str | None) -> str | None:
    """``None`` when it is of another format; without a name it was recognised before."""
    if head[4:8] == b"TFL3":
        return "tflite"
    if head.startswith(_SCHEMA_1) and (name is None or name.endswith(".pb")):
        return "tensorflow-savedmodel"
    return "tensorflow-variables" if name is None or _VARIABLES.match(name) else None


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What one file of a saved model says; of the variables only what reads them. Raises OSError."""
    found = Gathered(subject)
    stream.seek(0)
    kind = _kind(stream.read(8), None)
    if kind == "tflite":
        return found.contents(kind, loaders=[LITE_LOADERS])
    if kind == "tensorflow-variables":
        return found.contents(kind, loaders=[LOADERS])
    operators: set[str] = set()
    with noting(found):
        messages = Messages(stream, size)
        graphs = 0
        for field in messages.fields(size):
            if field.number == _META_GRAPHS:
                graphs += 1
                _read_graph(messages, field, found, operators)
        if not graphs:
            raise Damaged(f"byte {size}: it ends before the first graph")
    found.add_foreign_operators({name.partition(">")[0] for name in operators if ">" in name})
    return found.contents("tensorflow-savedmodel", loaders=[LOADERS])


def _read_graph(messages: Messages, graph: Field, found: Gathered, operators: set[str]) -> None:
    for field in messages.inside(graph):
        if field.number != _META_INFO:
            continue
        for part in messages.inside(field):
            if part.number == _VERSION:
                version = messages.text(part)
                if is_version(version):
                    found.add_writer("tensorflow", version, "tensorflow_version")
            elif part.number == _OPERATORS:
                for operator in messages.inside(part):
                    if operator.number == _OPERATOR:
                        operators |= _names(messages, operator)


def _names(messages: Messages, operator: Field) -> set[str]:
    return {messages.text(one) for one in messages.inside(operator) if one.number == _OPERATOR_NAME}
