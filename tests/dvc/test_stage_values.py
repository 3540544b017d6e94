"""Parameters and metrics of a stage as tables: picked, nested, put together, and what a manifest cannot hold."""

from typing import Any

import pytest

from lineage.dvc.stage_values import nested, overlaid, picked, recordable, together
from lineage.model.manifest import thaw


@pytest.mark.parametrize(
    ("keys", "found", "missing"),
    [
        ((), {"lr": 1, "train": {"depth": 3}, "a.b": 2}, ()),
        (("lr", "train.depth"), {"lr": 1, "train.depth": 3}, ()),
        (("train",), {"train": {"depth": 3}}, ()),
        (("a.b",), {"a.b": 2}, ()),
        (("lr.x", "train.none", "other"), {}, ("lr.x", "train.none", "other")),
    ],
)
def test_keys_are_picked_as_dvc_does(keys: tuple[str, ...], found: dict[str, Any], missing: tuple[str, ...]) -> None:
    assert picked({"lr": 1, "train": {"depth": 3}, "a.b": 2}, keys) == (found, missing)


@pytest.mark.parametrize(
    ("values", "tables"),
    [
        ({"a": 1, "b.c": 2, "b.d.e": 3}, {"a": 1, "b": {"c": 2, "d": {"e": 3}}}),
        ({"b": {"x": 1}, "b.c": 2}, {"b": {"x": 1, "c": 2}}),
        ({"b": 1, "b.c": 2}, {"b": 1, "b.c": 2}),
        ({"b": {"c": 1}, "b.c": 2}, {"b": {"c": 1}, "b.c": 2}),
        ({"a..b": 1, ".": 2, "a.": 3}, {"a..b": 1, ".": 2, "a.": 3}),
    ],
)
def test_dotted_keys_are_tables_where_nothing_else_stands(values: dict[str, Any], tables: dict[str, Any]) -> None:
    assert nested(values) == tables


def test_what_a_manifest_cannot_hold_is_named_by_its_key() -> None:
    token = "ghp_" + "a" * 36
    deep: dict[str, Any] = {"x": 1}
    for _ in range(11):
        deep = {"d": [deep]}
    values = {
        "depth": None,
        "weights": {0: 1.0, True: 2},
        "train": {"token": token, "layers": [1, None], "rate": 0.5, "": 3},
        "deep": deep,
    }

    kept, lost = recordable(values)

    assert kept == {
        "weights": {"0": 1.0, "True": 2},
        "train": {"rate": 0.5},
    }
    assert lost == (
        "depth: no value (null) cannot be recorded",
        "train.token: looks like a GitHub token",
        "train.layers: no value (null) cannot be recorded",
        "train.\"\": the key '' is not a text",
        "deep: is nested deeper than 12",
    )


def test_files_without_a_key_in_common_stand_together() -> None:
    assert together([("a.json", {"auc": 1}), ("b.yaml", {"loss": {"x": 2}})]) == {"auc": 1, "loss": {"x": 2}}


def test_files_with_a_key_in_common_stand_below_their_stems() -> None:
    files = [("train.json", {"auc": 1}), ("eval.json", {"auc": 2, "n": 3}), ("speed.json", {"s": 4})]

    assert together(files) == {"train": {"auc": 1}, "eval": {"auc": 2, "n": 3}, "s": 4}


def test_files_with_one_stem_or_the_name_of_a_key_stand_below_their_paths() -> None:
    files = [("a/m.json", {"auc": 1}), ("b/m.json", {"auc": 2}), ("speed.json", {"auc": 3}), ("x.json", {"speed": 4})]

    assert together(files) == {
        "a/m.json": {"auc": 1},
        "b/m.json": {"auc": 2},
        "speed.json": {"auc": 3},
        "speed": 4,
    }


def test_what_was_given_wins_key_by_key() -> None:
    found = {"auc": 0.1, "by": {"a": 1, "b": 2}, "n": {"x": 1}, "m": 3}

    assert thaw(overlaid(found, {"auc": 0.9, "by": {"b": 7}, "n": 5, "m": {"y": 2}})) == {
        "auc": 0.9,
        "by": {"a": 1, "b": 7},
        "n": 5,
        "m": {"y": 2},
    }
