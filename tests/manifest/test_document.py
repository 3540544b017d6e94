"""Manifest ↔ document: the format of a manifest, read back as it was written."""

import tomllib
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from lineage.errors import InputError
from lineage.manifest.canonical import manifest_id
from lineage.manifest.document import INLINE, from_document, to_document
from lineage.model.code import Code
from lineage.model.manifest import Manifest, StoredManifest
from lineage.portable.environment import Environment, Package
from lineage.system.tomlfile import parse_toml
from lineage.system.tomlwriter import render_toml
from tests.support.documents import BASE, BLOB, COMMIT, FULL, TREE, changed, full_document, with_id
from tests.support.generated import manifests

HINT = "capture the model again, or take the file from git as it was committed"

TEXT = f"""\
schema = "1.0"
id = "sha256:ID"
name = "models/fraud"
created = 2026-11-20T21:33:05Z
evidence = "observed"
tool = "model-lineage 0.1.0"
parent = "sha256:{"a" * 64}"
problems = [
    {{ code = "code.dirty", subject = "train.py", detail = "differs from HEAD" }},
    {{ code = "run.other", subject = "x", detail = "y" }},
]
[labels]
line = "A"
deep = {{ er = [1, 2] }}
[code]
commit = "{COMMIT}"
tree = "{TREE}"
base = "{BASE}"
remote = "https://example.org/acme/fraud"
[code.files]
"src/features.py" = "{BLOB}"
"train.py" = "{BLOB}"
[[weights]]
path = "models/fraud.pkl"
size = 52431
sha256 = "{"b" * 64}"
md5 = "{"c" * 32}"
[[weights]]
path = "models/tokenizer"
size = 7
sha256 = "{"d" * 64}"
md5 = "{"e" * 32}.dir"
[environment]
python = "3.11.7"
implementation = "CPython"
abi = "cpython-311-x86_64-linux-gnu"
[environment.platform]
os = "linux"
machine = "x86_64"
libc = "glibc 2.36"
[environment.accelerator]
cuda = "12.1"
driver = "550"
[environment.variables]
PYTHONHASHSEED = "0"
[environment.declared]
"requirements.txt" = "{BLOB}"
[environment.packages.numpy]
version = "1.26.4"
use = "weights"
record = "sha256:{"1" * 64}"
artifact = "sha256:{"2" * 64}"
tag = "cp311-cp311-manylinux_2_17_x86_64"
origin = "https://example.org/numpy.whl"
installer = "pip"
modules = ["numpy", "numpy.linalg"]
[environment.packages.ruamel-yaml]
version = "0.18"
use = "present"
[run]
command = "python train.py"
started = 2026-01-01T00:00:00Z
seconds = 1.5
exit = 0
[inputs]
"data/a.csv" = "md5:{"f" * 32}"
[params]
seed = 7
rates = [0.1, 0.2]
on = true
[metrics]
auc = 0.91
"""


def refused(document: dict[str, Any]) -> InputError:
    with pytest.raises(InputError) as caught:
        from_document(document, "m.toml")
    assert caught.value.where == "m.toml"
    return caught.value


def flattened(document: dict[str, Any]) -> list[str]:
    """The keys at every level, in order."""
    found = []
    for key, value in document.items():
        found.append(key)
        found += [f"{key}.{one}" for one in flattened(value)] if isinstance(value, dict) else []
    return found


def test_the_document_of_a_full_manifest() -> None:
    expected = tomllib.loads(TEXT)
    expected["id"] = manifest_id(expected)

    found = to_document(FULL)

    assert found == expected
    assert flattened(found) == flattened(expected)


def test_the_document_of_a_manifest_that_knows_little() -> None:
    manifest = Manifest(
        name="m",
        created=FULL.created,
        evidence="asserted",
        code=Code(base=BASE),
        weights=FULL.weights[:1],
        environment=Environment(packages=(Package("a", "1"),)),
    )

    found = to_document(manifest)

    assert found == {
        "schema": "1.0",
        "id": manifest_id(found),
        "name": "m",
        "created": FULL.created,
        "evidence": "asserted",
        "problems": [],
        "code": {"base": BASE, "files": {}},
        "weights": [{"path": "models/fraud.pkl", "size": 52431, "sha256": "b" * 64, "md5": "c" * 32}],
        "environment": {"platform": {}, "declared": {}, "packages": {"a": {"version": "1", "use": "unknown"}}},
    }
    assert from_document(found, "m.toml").manifest == manifest


@given(manifest=manifests())
def test_a_manifest_is_read_back_as_it_was(manifest: Manifest) -> None:
    document = to_document(manifest)

    assert from_document(document, "m.toml") == StoredManifest(manifest=manifest, id=document["id"], path="m.toml")


@given(manifest=manifests())
def test_also_through_the_text_of_the_file(manifest: Manifest) -> None:
    document = to_document(manifest)

    read = parse_toml(render_toml(document, INLINE), "m.toml")

    assert read == document
    assert from_document(read, "m.toml").manifest == manifest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ä→", "ä→"),
        ("a\udcffb", "a\\xffb"),
        ("\ud800", "\\ud800"),
        ("ä\ud800", "ä\\ud800"),
    ],
)
def test_what_utf_8_cannot_carry_is_escaped(text: str, expected: str) -> None:
    manifest = full_document() | {"labels": {expected: [expected]}}

    found = to_document(from_document(with_id(manifest), "m.toml").manifest)
    from_python = to_document(FULL.__class__(**{**fields(FULL), "labels": {text: [text]}}))

    assert found["labels"] == from_python["labels"] == {expected: [expected]}


def fields(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in manifest.__dataclass_fields__}


def test_content_that_was_edited_has_another_id() -> None:
    document = full_document()
    claimed = document["id"]
    document["environment"]["packages"]["numpy"]["version"] = "2.0.1"

    error = refused(document)

    assert error.message == (
        f"id is {claimed}, but the content has {manifest_id(document)}: it was edited after capture"
    )
    assert error.hint == HINT


@pytest.mark.parametrize("schema", [None, 1.0, "1", "1.0.0", "v1.0", "1.x", "", "1234567.0", " 1.0", "1.0\n"])
def test_what_has_no_schema_is_no_manifest(schema: object) -> None:
    document = changed(("schema",), schema)
    if schema is None:
        del document["schema"]

    error = refused(document)

    assert error.message == 'schema: is missing or not a text like "1.0": this is no manifest'
    assert error.hint == HINT


@pytest.mark.parametrize(
    ("schema", "hint"),
    [("2.0", "upgrade model-lineage to read it"), ("10.3", "upgrade model-lineage to read it"), ("0.9", HINT)],
)
def test_another_major_schema_cannot_be_read(schema: str, hint: str) -> None:
    error = refused({"schema": schema, "anything": 1})

    assert error.message == f"schema {schema} cannot be read by this version, which reads 1.0"
    assert error.hint == hint


def newer() -> dict[str, Any]:
    """A manifest by a later version: keys that this one does not know, at every level."""
    document = deepcopy(full_document())
    document["schema"] = "1.7"
    document["novel"] = {"a": 1}
    document["code"]["novel key"] = True
    document["weights"][1]["novel"] = "x"
    document["environment"]["platform"]["novel"] = "x"
    document["environment"]["packages"]["numpy"]["novel"] = []
    return with_id(document)


def test_a_newer_minor_schema_is_read_and_what_is_not_known_is_noted() -> None:
    document = newer()

    stored = from_document(document, "m.toml")

    assert stored == StoredManifest(
        manifest=FULL,
        id=document["id"],
        path="m.toml",
        notes=(
            'code."novel key": is not known to this version',
            "weights[1].novel: is not known to this version",
            "environment.packages.numpy.novel: is not known to this version",
            "environment.platform.novel: is not known to this version",
            "novel: is not known to this version",
        ),
    )


def test_a_newer_minor_schema_is_still_checked() -> None:
    document = newer()
    document["novel"] = {"a": 2}
    assert "it was edited after capture" in refused(document).message

    document["weights"][0]["size"] = "big"
    assert refused(document).message == "weights[0].size: must be a number >= 0, not a text"
