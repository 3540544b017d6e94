"""What is known of a model that no file of its code, data or environment tells."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class Called(NamedTuple):
    """A model that somebody called due: it is until there is a new manifest of it."""

    manifest: str
    """id of the manifest"""
    because: str
    made: date
    """UTC"""


class LiveValue(NamedTuple):
    """What a metric of a model came to where it serves."""

    model: str
    """its name, or the path of its weights or manifest"""
    metric: str
    value: Decimal
    data: str
    """digest of what it was measured on"""
    time: datetime
    """UTC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """All of that, of one model."""

    called: tuple[Called, ...] = ()
    live: tuple[LiveValue, ...] | None = None
    """``None``: nobody gave any"""


NOTHING = Outside()
