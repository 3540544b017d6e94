"""``lineage.model.manifest``: the user's own values kept from change, and what a manifest says of its code."""

from dataclasses import replace

import pytest

from lineage.model.code import Code
from lineage.model.manifest import NO_REPOSITORY, flat, freeze, thaw
from lineage.portable.environment import Problem
from tests.support.documents import BASE, COMMIT, FULL


def test_what_is_frozen_is_thawed_as_it_was() -> None:
    values = {"a": [1, {"b": (2, [3])}], "c": {"d": "e"}}

    frozen = freeze(values)

    assert thaw(frozen) == {"a": [1, {"b": [2, [3]]}], "c": {"d": "e"}}
    assert frozen["a"][1]["b"] == (2, (3,))
    with pytest.raises(TypeError, match="does not support item assignment"):
        frozen["c"]["d"] = "f"


def test_a_table_in_a_table_is_flat_by_dotted_keys() -> None:
    assert flat(freeze({"b": {"c": {"d": 1.5}, "e": [1, 2]}, "a": "x"})) == [
        ("b.c.d", "1.5"),
        ("b.e", "[1, 2]"),
        ("a", "x"),
    ]


@pytest.mark.parametrize(
    ("commit", "problems", "text"),
    [
        (BASE, (), BASE),
        (COMMIT, (), f"snapshot {COMMIT} on {BASE}"),
        (None, (), f"uncommitted changes on {BASE}"),
        (None, (Problem("code.dirty", "train.py", "x"),), f"uncommitted changes on {BASE}"),
        (None, (Problem(NO_REPOSITORY, "repository", "x"),), f"files not compared with {BASE}"),
    ],
)
def test_which_code_it_was_in_words(commit: str | None, problems: tuple[Problem, ...], text: str) -> None:
    manifest = replace(FULL, code=Code(commit=commit, base=BASE), problems=problems)

    assert manifest.commit_text == text
