"""Bounds of metrics: how they are written, and by what they hold."""

from decimal import Decimal

import pytest

from lineage.errors import InputError
from lineage.portable.bounds import is_within
from lineage.portable.policy import parse_policy


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [
        (">=0.88", "0.88", True),
        (">=0.88", "0.8799", False),
        ("> 0.88", "0.88", False),
        ("> 0.88", "0.89", True),
        ("<=-1", "-1", True),
        ("<=-1", "-0.9", False),
        ("<1e-3", "0.001", False),
        ("<1e-3", "0.00099", True),
    ],
)
def test_a_bound_holds_by_its_digits(bound: str, value: str, holds: bool) -> None:
    assert is_within(bound, Decimal(value)) is holds


def test_bounds_are_read_by_dotted_names() -> None:
    table = {"metrics": {"auc": ">=0.88", "test": {"loss": "<0.1"}, "a.b": "> 0"}}
    found = parse_policy({"retrain": table}, "x").retrain.metrics
    assert found == (("auc", ">=0.88"), ("test.loss", "<0.1"), ("a.b", "> 0"))


@pytest.mark.parametrize("text", ["0.88", "=0.88", ">=", ">=0,88", ">=0.88 ", ">=nan", ">=0.88,<1", "≥0.88"])
def test_what_is_no_bound_is_named(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy({"retrain": {"metrics": {"auc": text}}}, "x")
    assert caught.value.message == f"tool.lineage.retrain.metrics.auc: must be a bound, as '>=0.88', not {text!r}"
