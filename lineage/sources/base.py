"""The port of a target: one question, ``observe``; and what a capture may ask beyond it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lineage.portable.compare import every_name as every_name
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Observation

Identify = Callable[[str], bool]
"""Which canonical names need their identities read: reading them costs four files each."""


class Source(Protocol):
    """A target that can be observed."""

    def observe(self, identify: Identify = every_name) -> Observation:
        """What can be seen of the target. Raises ``InputError`` when it cannot be one, ``ObservationError`` when
        it does not answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """An observation with what only its own machine needs: where the distributions lie, how markers evaluate."""

    observation: Observation
    distributions: tuple[Distribution, ...]
    markers: tuple[tuple[str, str], ...]
    """PEP 508 environment of the target"""
    stdlib: frozenset[str]
    """top-level names of its standard library; empty where the interpreter does not list them (before 3.10)"""
    prefix: str
    """absolute path of the environment"""


class ExaminableSource(Source, Protocol):
    """A target on this machine, from which a manifest can be captured."""

    def examine(self) -> Examination:
        """Everything a capture needs; raises as ``observe`` does."""
        ...
