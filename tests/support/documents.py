"""One manifest with everything that the format can hold, and its document."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from lineage.manifest.canonical import manifest_id
from lineage.manifest.document import to_document
from lineage.model.code import Code
from lineage.model.manifest import Manifest, freeze
from lineage.model.weights import Weights
from lineage.portable.environment import Environment, Package, Platform, Problem

COMMIT, TREE, BASE, BLOB = ("0123456789abcdef0123456789abcdef0123456" + digit for digit in "6789")

FULL = Manifest(
    name="models/fraud",
    created=datetime(2026, 11, 20, 21, 33, 5, tzinfo=UTC),
    evidence="observed",
    tool="model-lineage 0.1.0",
    parent="sha256:" + "a" * 64,
    problems=(Problem("code.dirty", "train.py", "differs from HEAD"), Problem("run.other", "x", "y")),
    labels=freeze({"line": "A", "deep": {"er": [1, 2]}}),
    code=Code(
        commit=COMMIT,
        tree=TREE,
        base=BASE,
        remote="https://example.org/acme/fraud",
        files=(("src/features.py", BLOB), ("train.py", BLOB)),
    ),
    weights=(
        Weights(path="models/fraud.pkl", size=52431, sha256="b" * 64, md5="c" * 32),
        Weights(path="models/tokenizer", size=7, sha256="d" * 64, md5="e" * 32 + ".dir"),
    ),
    declared=(("requirements.txt", BLOB),),
    environment=Environment(
        python="3.11.7",
        implementation="CPython",
        abi="cpython-311-x86_64-linux-gnu",
        platform=Platform(os="linux", machine="x86_64", libc="glibc 2.36"),
        accelerator=(("cuda", "12.1"), ("driver", "550")),
        variables=(("PYTHONHASHSEED", "0"),),
        packages=(
            Package(
                "numpy",
                "1.26.4",
                use="weights",
                record="sha256:" + "1" * 64,
                artifact="sha256:" + "2" * 64,
                tag="cp311-cp311-manylinux_2_17_x86_64",
                origin="https://example.org/numpy.whl",
                installer="pip",
                modules=("numpy", "numpy.linalg"),
            ),
            Package("ruamel-yaml", "0.18", use="present"),
        ),
    ),
    run=freeze({"command": "python train.py", "started": datetime(2026, 1, 1, tzinfo=UTC), "seconds": 1.5, "exit": 0}),
    inputs=freeze({"data/a.csv": "md5:" + "f" * 32}),
    params=freeze({"seed": 7, "rates": [0.1, 0.2], "on": True}),
    metrics=freeze({"auc": 0.91}),
)

KeyPath = tuple[str | int, ...]


def full_document() -> dict[str, Any]:
    return to_document(FULL)


def key_paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key of a document, and every row of its arrays of tables."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from key_paths(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict):
                yield from key_paths(one, (*path, index))


def written(path: KeyPath) -> str:
    """A key path as an error names it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quoted = part if part.replace("-", "").replace("_", "").isalnum() else f'"{part}"'
            text += f".{quoted}" if text else quoted
    return text


def within(document: dict[str, Any], path: KeyPath) -> Any:
    for part in path:
        document = document[part]  # type: ignore[index]
    return document


def changed(path: KeyPath, value: Any) -> dict[str, Any]:
    """The full document with one value changed, and the id that belongs to it."""
    document = deepcopy(full_document())
    within(document, path[:-1])[path[-1]] = value
    return document if path == ("id",) else with_id(document)


def without(path: KeyPath) -> dict[str, Any]:
    """The full document without one key or row, and the id that belongs to it."""
    document = deepcopy(full_document())
    del within(document, path[:-1])[path[-1]]
    return with_id(document)


def with_id(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the id of its content, where it has one at all."""
    if isinstance(document.get("id"), str):
        document["id"] = manifest_id(document)
    return document
