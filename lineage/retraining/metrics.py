"""Metrics of two manifests side by side, judged by the tolerances that somebody typed."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lineage.errors import InputError
from lineage.model.manifest import Table
from lineage.model.retraining import MetricMove

_TOLERANCE = re.compile(r"(?P<name>[^=\s]+)=(?P<sign>[+-]?)(?P<amount>\d+(?:\.\d*)?|\.\d+)(?P<relative>%?)")
_HINT = "NAME=0.01 either way, NAME=1% of the old value, NAME=-0.01 only a fall, NAME=+0.01 only a rise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far one metric may move."""

    name: str
    amount: Decimal
    is_relative: bool
    sign: str
    """``-``: only a fall counts, ``+``: only a rise, ``""``: both"""
    text: str
    """as typed, behind the name"""


def parse_tolerances(texts: Sequence[str]) -> dict[str, Tolerance]:
    """Tolerances by the name of their metric. Raises ``InputError``."""
    found: dict[str, Tolerance] = {}
    for text in texts:
        match = _TOLERANCE.fullmatch(text)
        if match is None:
            raise InputError("is not a tolerance", where=f"--tolerance {text}", hint=_HINT)
        name = match["name"]
        if name in found:
            raise InputError(f"{name} has two tolerances", where=f"--tolerance {text}", hint="name it once")
        found[name] = Tolerance(
            name=name,
            amount=Decimal(match["amount"]),
            is_relative=bool(match["relative"]),
            sign=match["sign"],
            text=text.removeprefix(f"{name}="),
        )
    return found


def compare_metrics(before: Table, after: Table, tolerances: Mapping[str, Tolerance]) -> tuple[MetricMove, ...]:
    """Every metric of either side, by its name. One that neither side has is not judged here."""
    old, new = _flat(before), _flat(after)
    return tuple(_move(name, old.get(name), new.get(name), tolerances.get(name)) for name in sorted({*old, *new}))


def unjudged(moves: Sequence[MetricMove], tolerances: Mapping[str, Tolerance]) -> tuple[str, ...]:
    """The tolerances whose metric is not among these."""
    return tuple(sorted(set(tolerances) - {one.name for one in moves}))


def _move(name: str, old: Any, new: Any, tolerance: Tolerance | None) -> MetricMove:
    left, right = _number(old), _number(new)
    change = None if left is None or right is None else right - left
    return MetricMove(
        name=name,
        recorded=_text(old),
        observed=_text(new),
        change=change,
        tolerance=None if tolerance is None else tolerance.text,
        state="told" if tolerance is None else _judged(left, change, tolerance),
    )


def _judged(old: Decimal | None, change: Decimal | None, tolerance: Tolerance) -> str:
    if old is None or change is None:
        return "unknown"
    allowed = tolerance.amount * abs(old) / 100 if tolerance.is_relative else tolerance.amount
    moved = {"-": -change, "+": change}.get(tolerance.sign, abs(change))
    return "beyond" if moved > allowed else "within"


def _number(value: Any) -> Decimal | None:
    """By its decimal digits: 0.91 - 0.90 is 0.01, which as binary fractions it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Decimal(str(value))


def _text(value: Any) -> str | None:
    return None if value is None else str(list(value) if isinstance(value, tuple) else value)


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found
