"""The id of a manifest: the same for one state, another for any other."""

import hashlib
from copy import deepcopy
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.manifest.canonical import NOT_IN_ID, canonical_json, differing_key, manifest_id
from lineage.manifest.document import to_document
from lineage.model.manifest import Manifest
from tests.support.documents import KeyPath, full_document, key_paths, within, written
from tests.support.generated import manifests

PATHS = list(key_paths(full_document()))


def is_left_out(path: KeyPath) -> bool:
    return path[0] in ("id", "created", "tool", "parent", "labels") or path in (("run", "started"), ("run", "seconds"))


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, datetime):
        return value.replace(year=value.year + 1)
    return [*value, "x"] if isinstance(value, list) else {**value, "x": "y"}


def with_value(path: KeyPath, value: Any) -> dict[str, Any]:
    document = deepcopy(full_document())
    within(document, path[:-1])[path[-1]] = value
    return document


@pytest.mark.parametrize("path", PATHS, ids=written)
def test_the_id_is_of_everything_but_what_the_contract_leaves_out(path: KeyPath) -> None:
    document = full_document()
    changed = with_value(path, other(within(document, path)))
    gone = deepcopy(document)
    del within(gone, path[:-1])[path[-1]]

    same = (manifest_id(changed) == document["id"], manifest_id(gone) == document["id"])
    assert same == ((True, True) if is_left_out(path) else (False, False))


def test_what_is_left_out_is_named_once() -> None:
    assert sorted(NOT_IN_ID) == ["created", "id", "labels", "parent", "tool"]
    assert set(full_document()) > NOT_IN_ID


@given(manifest=manifests(), data=st.data())
def test_the_order_of_keys_does_not_matter(manifest: Manifest, data: st.DataObject) -> None:
    document = to_document(manifest)
    shuffled = dict(data.draw(st.permutations(list(document.items()))))
    packages = data.draw(st.permutations(list(document["environment"]["packages"].items())))
    shuffled["environment"] = {**document["environment"], "packages": dict(packages)}

    assert manifest_id(shuffled) == document["id"]


def test_the_id_is_the_sha256_of_the_canonical_json() -> None:
    document = {
        "b": [1, 1.5, True, "ä\u2028", {"z": 1, "a": 2}],
        "a": datetime(2026, 11, 20, 21, 33, 5, tzinfo=UTC),
        "c": [date(2026, 11, 20), time(21, 33)],
        "id": "sha256:0",
        "labels": {"x": 1},
        "run": {"started": 1, "seconds": 2, "exit": 0},
    }
    text = (
        '{"a":"2026-11-20T21:33:05+00:00","b":[1,1.5,true,"ä\u2028",{"a":2,"z":1}],"c":["2026-11-20","21:33:00"],'
        '"run":{"exit":0}}'
    )

    assert manifest_id(document) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_equal_bytes_mean_equal_content() -> None:
    assert canonical_json({"b": 1, "a": float("nan")}) == b'{"a":NaN,"b":1}'
    assert canonical_json({"a": "\udcff"}) == b'{"a":"\xed\xb3\xbf"}'
    assert canonical_json({"a": 1}) != canonical_json({"a": 1.0}) != canonical_json({"a": "1"})


def test_a_run_that_is_no_table_is_part_of_the_id_as_it_stands() -> None:
    assert manifest_id({"run": "started"}) != manifest_id({})


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ({"a": 1}, {"a": 1}, ""),
        ({"a": 1, "b": {"c": 1}}, {"a": 1, "b": {"c": 2}}, "b.c"),
        ({"a": 1}, {"a": 1, "b.c": 2}, '"b.c"'),
        ({"a": 1}, {}, "a"),
        ({"a": [1, {"b": 1}]}, {"a": [1, {"b": 1.0}]}, "a[1].b"),
        ({"a": [1]}, {"a": [1, 2]}, "a"),
        ({"a": {}}, {"a": []}, "a"),
    ],
)
def test_the_first_key_that_differs(one: dict[str, object], other: dict[str, object], key: str) -> None:
    assert differing_key(one, other) == key


def test_what_toml_does_not_have_is_no_content() -> None:
    with pytest.raises(TypeError) as caught:
        canonical_json({"a": {1, 2}})

    assert str(caught.value) == "not a value of TOML: {1, 2}"
