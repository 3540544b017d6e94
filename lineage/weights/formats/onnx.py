"""ONNX models, and ONNX Runtime's own form of them: what made them, and which operators and files they need.

Format: ``onnx/onnx.proto`` of the ONNX specification (ModelProto, GraphProto, TensorProto, FunctionProto,
StringStringEntryProto); the numbers below are its field numbers. ``producer_version`` is the version of a package only
for the producers in ``PRODUCERS``: each was compared with what its library writes. torch leaves its local label out
(``2.13.0`` of ``2.13.0+cpu``), tf2onnx adds the start of a commit. An ORT file is a flatbuffer with ``ORTM`` at byte 4.
Hand-written because onnx takes 240 ms of CPU to import, and parses a whole model, tensors too, by native code.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, is_version, noting, shown
from lineage.weights.formats.protobuf import BYTES, VARINT, Field, Messages
from lineage.weights.formats.streams import Damaged

LOADERS = ("onnxruntime", "onnx")
PRODUCERS = {"pytorch": "torch", "skl2onnx": "skl2onnx", "tf2onnx": "tf2onnx"}
"""producer_name → import name of what has that version"""
OWN_DOMAINS = frozenset(["", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training"])
DOMAIN_LOADERS = {"ai.onnx.contrib": ("onnxruntime_extensions",)}

_PRODUCER_NAME, _PRODUCER_VERSION, _GRAPH, _OPSET_IMPORT, _FUNCTIONS = 2, 3, 7, 8, 25
_WIRES = {1: VARINT, 2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT, 6: BYTES, 7: BYTES, 8: BYTES, 14: BYTES, 20: BYTES}
_WIRES |= {25: BYTES, 26: BYTES}
_DOMAIN_OF_OPSET, _DOMAIN_OF_FUNCTION = 1, 10
_INITIALIZER = 5
_EXTERNAL_DATA, _KEY, _VALUE = 13, 1, 2


def recognise(head: bytes, name: str) -> bool:
    """By the fields of a model at the start; a model named ``.onnx`` may begin with any of its fields."""
    if head[4:8] == b"ORTM":
        return True
    if not head or head[0] >> 3 not in _WIRES or head[0] & 7 != _WIRES[head[0] >> 3]:
        return False
    return name.lower().endswith(".onnx") or (head[0] == 8 and _has_graph(head))


def _has_graph(head: bytes) -> bool:
    """Whether the fields in ``head`` are those of a model as far as its graph, and in their order."""
    at, before = 0, 0
    while at + 3 < len(head):
        number, wire, at = head[at] >> 3, head[at] & 7, at + 1
        if head[at - 1] & 0x80 or _WIRES.get(number) != wire or number < before:
            return False
        if number == _GRAPH:
            return True
        length = head[at]
        if length & 0x80:
            return False
        at, before = at + 1 + (length if wire == BYTES else 0), number
    return False


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What an ONNX or ORT file says. Raises OSError."""
    found = Gathered(subject)
    stream.seek(0)
    if stream.read(8)[4:] == b"ORTM":
        return found.contents("onnxruntime", loaders=[("onnxruntime",)])
    model = _Model()
    with noting(found):
        model.walk(Messages(stream, size))
    if model.producer in PRODUCERS:
        version = model.producer_version.split(" ")[0]
        if is_version(version):
            found.add_writer(PRODUCERS[model.producer], version, "producer_version")
    loaders: list[tuple[str, ...]] = [LOADERS]
    foreign = set()
    for domain in model.domains - model.functions - OWN_DOMAINS:
        if domain in DOMAIN_LOADERS:
            loaders.append(DOMAIN_LOADERS[domain])
        elif not domain.startswith("com.microsoft"):  # ONNX Runtime's own
            foreign.add(domain)
    found.add_foreign_operators(foreign)
    if model.outside:
        found.add_problem("weights.external-data", f"its tensors lie in other files: {shown(model.outside)}")
    return found.contents("onnx", loaders=loaders)


class _Model:
    """What is kept of a ModelProto."""

    def __init__(self) -> None:
        self.producer = self.producer_version = ""
        self.domains: set[str] = set()
        self.functions: set[str] = set()
        """domains of operators that the model defines itself"""
        self.outside: set[str] = set()
        """files that hold its tensors"""

    def walk(self, messages: Messages) -> None:
        empty = True
        for field in messages.fields(messages.size):
            if field.number == _PRODUCER_NAME:
                self.producer = messages.text(field)
            elif field.number == _PRODUCER_VERSION:
                self.producer_version = messages.text(field)
            elif field.number == _GRAPH:
                empty = False
                self._graph(messages, field)
            elif field.number == _OPSET_IMPORT:
                self.domains |= set(_texts(messages, field, _DOMAIN_OF_OPSET))
            elif field.number == _FUNCTIONS:
                self.functions |= set(_texts(messages, field, _DOMAIN_OF_FUNCTION))
        if empty:
            raise Damaged(f"byte {messages.size}: it ends before the graph of the model")

    def _graph(self, messages: Messages, graph: Field) -> None:
        for field in messages.inside(graph):
            if field.number != _INITIALIZER:
                continue
            for part in messages.inside(field):
                if part.number == _EXTERNAL_DATA:
                    entry = {one.number: messages.text(one) for one in messages.inside(part)}
                    if entry.get(_KEY) == "location" and len(self.outside) < 1000:
                        self.outside.add(entry.get(_VALUE, ""))


def _texts(messages: Messages, field: Field, number: int) -> Iterator[str]:
    for part in messages.inside(field):
        if part.number == number:
            yield messages.text(part)
