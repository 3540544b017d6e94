"""Rows that JSON carries give back exactly what they were made of, or nothing."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from lineage.checking.revisions.readings import declarations_of, declarations_row, manifest_of, manifest_row
from lineage.manifest.document import from_document, to_document
from lineage.model.declarations import Declarations, Dependency, Unread, mark_of
from lineage.model.manifest import StoredManifest, freeze
from lineage.portable.environment import Unknown
from tests.support.documents import FULL

TIMES = freeze({"t": time(1, 2), "d": date(2026, 1, 2), "m": [datetime(2026, 1, 1, tzinfo=UTC), [], {"x": 1.5}]})
PATH = "models/fraud.pkl.lineage.toml"
DECLARED = Declarations(
    path="uv.lock",
    form="uv.lock",
    is_lock=True,
    has_graph=True,
    dependencies=(
        Dependency(name="a", version="1", extras=("x",), requires=("b",), marker="os_name == 'nt'", line=3),
        Dependency(name="b", specifier="<2", written="<2", origin="path:./b", is_own=True, manager="conda"),
    ),
    python=">=3.11",
    python_line=2,
    system=(("image", "python:3.11", 1),),
    files=("uv.lock",),
    unknown=(Unknown("package:c", "uv.lock:9: what"),),
    marks=(mark_of("c = what"),),
    parts=(Unread("package:a", "uv.lock:3 has a marker that cannot be read", mark_of("odd")),),
)


def carried(row: object) -> Any:
    return json.loads(json.dumps(row))


@pytest.mark.parametrize("manifest", [FULL, replace(FULL, params=TIMES, labels=freeze({}), parent=None, tool=None)])
def test_a_manifest_is_had_again(manifest: Any) -> None:
    stored = from_document(to_document(manifest), PATH)
    assert manifest_of(carried(manifest_row(stored)), PATH) == stored
    noted = replace(stored, notes=("newer",))
    found = manifest_of(carried(manifest_row(noted)), "other")
    assert isinstance(found, StoredManifest)
    assert (found.notes, found.path) == (("newer",), "other")


def test_a_dependency_file_is_had_again() -> None:
    found = declarations_of(carried(declarations_row(DECLARED)))
    assert found == DECLARED
    assert (found.unread(), found.parts) == (DECLARED.unread(), DECLARED.parts)


@pytest.mark.parametrize("row", [None, [], {}, 3, "x", [[]] * 11, {"path": "x"}])
def test_what_is_no_row_is_nothing(row: object) -> None:
    assert (manifest_of(row, PATH), declarations_of(row)) == (None, None)


def test_a_row_that_lacks_something_is_nothing() -> None:
    whole = carried(manifest_row(from_document(to_document(FULL), PATH)))
    for index in range(len(whole)):
        assert manifest_of([*whole[:index], None, *whole[index + 1 :]], PATH) is None
    assert manifest_of([*whole[:-1], {"labels": {"x": ["year", "1"]}}], PATH) is None
    declared = carried(declarations_row(DECLARED))
    assert declarations_of(declared | {"dependencies": [["a"]]}) is None
    assert declarations_of(declared | {"more": 1}) is None
