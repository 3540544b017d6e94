"""Metrics side by side, and the tolerances that judge them."""

from decimal import Decimal

import pytest

from lineage.errors import InputError
from lineage.model.manifest import freeze
from lineage.model.retraining import MetricMove
from lineage.retraining.metrics import compare_metrics, parse_tolerances, unjudged

HINT = "NAME=0.01 either way, NAME=1% of the old value, NAME=-0.01 only a fall, NAME=+0.01 only a rise"


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "state"),
    [
        (0.91, 0.90, "0.01", "within"),  # as binary fractions the difference is more
        (0.91, 0.8999, "0.01", "beyond"),
        (0.90, 0.92, "0.01", "beyond"),
        (0.90, 0.92, "-0.01", "within"),
        (0.92, 0.90, "-0.01", "beyond"),
        (0.92, 0.90, "+0.01", "within"),
        (0.90, 0.92, "+0.01", "beyond"),
        (200, 202, "1%", "within"),
        (200, 203, "1%", "beyond"),
        (-200, -203, "1%", "beyond"),
        (0, 0, "1%", "within"),
        (0, 0.001, "1%", "beyond"),
        (1, 1, "0", "within"),
        (1.0, float("nan"), "0.01", "unknown"),
        (1.0, float("inf"), "0.01", "unknown"),
        (1.0, None, "0.01", "unknown"),
        (None, 1.0, "0.01", "unknown"),
        (True, True, "0.01", "unknown"),
        ("good", "good", "0.01", "unknown"),
    ],
)
def test_a_tolerance_judges(old: object, new: object, tolerance: str, state: str) -> None:
    before, after = (freeze({} if one is None else {"auc": one}) for one in (old, new))
    (move,) = compare_metrics(before, after, parse_tolerances([f"auc={tolerance}"]))
    assert (move.state, move.tolerance) == (state, tolerance)


def test_every_metric_of_either_side_by_its_dotted_name() -> None:
    before = freeze({"eval": {"auc": 0.9, "rows": [1, 2]}, "old": 1, "kind": "a"})
    after = freeze({"eval": {"auc": 0.95, "rows": [1, 3]}, "new": 1e-3, "kind": "a"})
    assert compare_metrics(before, after, {}) == (
        MetricMove(name="eval.auc", recorded="0.9", observed="0.95", change=Decimal("0.05")),
        MetricMove(name="eval.rows", recorded="[1, 2]", observed="[1, 3]"),
        MetricMove(name="kind", recorded="a", observed="a"),
        MetricMove(name="new", recorded=None, observed="0.001"),
        MetricMove(name="old", recorded="1", observed=None),
    )


def test_a_tolerance_of_no_metric_is_named() -> None:
    tolerances = parse_tolerances(["auc=0.1", "loss=5%", "a=.5"])
    moves = compare_metrics(freeze({"auc": 1}), freeze({"auc": 1}), tolerances)
    assert unjudged(moves, tolerances) == ("a", "loss")


@pytest.mark.parametrize("text", ["auc", "auc=", "=0.1", "auc=x", "auc=1%%", "auc=--1", "auc=nan", "a b=1", "auc=1e3"])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_tolerances([text])
    assert str(caught.value) == f"--tolerance {text}: is not a tolerance\n  {HINT}"


def test_two_tolerances_of_one_metric_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        parse_tolerances(["auc=1", "auc=2%"])
    assert str(caught.value) == "--tolerance auc=2%: auc has two tolerances\n  name it once"
