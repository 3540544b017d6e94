"""What the product works with are values: they do not change behind anyone's back, and are built by name."""

import importlib
import pkgutil
from dataclasses import dataclass, fields, is_dataclass
from typing import NamedTuple

import pytest

import lineage.model

MODULES = [f"lineage.model.{found.name}" for found in pkgutil.iter_modules(lineage.model.__path__)]
CHANGEABLE = ("list", "dict", "set", "bytearray")


def breaches(noun: type) -> list[str]:
    """How a class of this layer fails to be a value."""
    if issubclass(noun, tuple):
        return []
    if not is_dataclass(noun):
        return ["no dataclass"]
    found = [] if noun.__dataclass_params__.frozen else ["not frozen"]  # type: ignore[attr-defined]
    found += [] if "__slots__" in vars(noun) else ["without slots"]
    found += [f"{one.name}: by position" for one in fields(noun) if not one.kw_only]
    changeable = [one for one in fields(noun) if str(one.type).removeprefix("<class '").startswith(CHANGEABLE)]
    return found + [f"{one.name}: can change" for one in changeable]


@pytest.mark.parametrize("module", MODULES)
def test_every_noun_is_a_value(module: str) -> None:
    named = vars(importlib.import_module(module)).values()
    nouns = [one for one in named if isinstance(one, type) and one.__module__ == module]

    assert nouns != []
    assert {noun.__name__: found for noun in nouns if (found := breaches(noun))} == {}


@dataclass
class Loose:
    names: list[str]


class Row(NamedTuple):
    name: str


def test_what_is_no_value_is_told() -> None:
    assert breaches(Loose) == ["not frozen", "without slots", "names: by position", "names: can change"]
    assert [breaches(int), breaches(Row)] == [["no dataclass"], []]
