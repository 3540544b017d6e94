"""What is known of a model that no file of its code, data or environment tells."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Called(NamedTuple):
    """A model that somebody called due: it is until there is a new manifest of it."""

    manifest: str
    """id of the manifest"""
    because: str
    made: date
    """UTC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """All of that, of one model."""

    called: tuple[Called, ...] = ()


NOTHING = Outside()
