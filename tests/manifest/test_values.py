"""A user's own values: what TOML can carry, or an error that names the key."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given

from lineage.errors import InputError
from lineage.manifest.values import MAX_DEPTH, plain_table
from lineage.model.manifest import Table, freeze, thaw
from tests.support.generated import tables


class Whole(int):
    """A number of another library: an ``Integral`` of its own class."""


class Real(float):
    """A number of another library: a ``Real`` of its own class."""


ODD = datetime(1880, 1, 1, tzinfo=timezone(timedelta(minutes=53, seconds=28)))
"""Local mean time: TOML's offsets have no seconds."""


def failure(values: object) -> InputError:
    with pytest.raises(InputError) as caught:
        plain_table(values, "--params p.json")
    assert caught.value.where == "--params p.json"
    return caught.value


def test_values_of_every_type() -> None:
    values = {
        "text": "a",
        "flag": True,
        "moments": [
            datetime(2026, 1, 1, tzinfo=UTC),
            ODD.astimezone(timezone(timedelta(minutes=53))),
            date(2026, 1, 1),
            time(1, 2),
        ],
        "table": {"list": (1, [2.5])},
    }

    found = plain_table(values, "here")

    assert thaw(found) == {**values, "table": {"list": [1, [2.5]]}}
    assert plain_table({}, "here") == {}


def test_numbers_of_other_libraries_become_plain_numbers() -> None:
    found = thaw(plain_table({"a": Whole(3), "b": Real(0.5), "c": Fraction(1, 4), "d": True}, "here"))

    assert found == {"a": 3, "b": 0.5, "c": 0.25, "d": True}
    assert [type(value) for value in found.values()] == [int, float, float, bool]


@given(table=tables())
def test_plain_values_stay_as_they_are(table: Table) -> None:
    assert plain_table(thaw(table), "here") == table


def test_values_cannot_be_changed_behind_a_manifest() -> None:
    values: dict[str, object] = {"a": {"b": [1]}}
    found = plain_table(values, "here")
    values["a"] = 1

    assert isinstance(found, MappingProxyType)
    assert isinstance(found["a"], MappingProxyType)
    assert found == freeze({"a": {"b": [1]}})
    assert found["a"]["b"] == (1,)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "no value (null)"),
        (Path("a"), "a PosixPath"),
        (b"x", "a bytes"),
        ({1, 2}, "a set"),
        (1j, "a complex"),
        (Decimal("1.5"), "a Decimal"),
    ],
)
def test_what_toml_cannot_carry_is_named(value: object, kind: str) -> None:
    error = failure({"a": {"b c": [0, {"d": value}]}})

    assert error.message == f'a."b c"[1].d: {kind} cannot be recorded'
    assert error.hint == "leave the key out, or give it a value"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({1: "a"}, "the table: the key 1 is not a text"),
        ({"": "a"}, "the table: the key '' is not a text"),
        ({"a": {"b": [{None: 1}]}}, "a.b[0]: the key None is not a text"),
        ([("a", 1)], "must be a table of names and values"),
        ("a=1", "must be a table of names and values"),
        (None, "must be a table of names and values"),
        ({"a": [{"b": time(1, 2, tzinfo=UTC)}]}, "a[0].b: a time of day with an offset cannot be recorded"),
        ({"a": {"b": ODD}}, "a.b: a time whose offset has seconds cannot be recorded"),
        ({"a": 1 << 4096}, "a: a number of more than 4096 bits cannot be recorded"),
        ({"a": [-(10**5000)]}, "a[0]: a number of more than 4096 bits cannot be recorded"),
    ],
)
def test_the_full_message(values: object, message: str) -> None:
    assert failure(values).message == message


def test_a_number_may_be_a_seed_of_many_bits() -> None:
    assert plain_table({"seed": (1 << 4096) - 1}, "here") == {"seed": (1 << 4096) - 1}


def nested(depth: int, in_lists: bool) -> Mapping[str, object]:
    value: object = 1
    for _ in range(depth - 1):
        value = [value] if in_lists else {"k": value}
    return {"k": value}


@pytest.mark.parametrize("in_lists", [False, True])
def test_nesting_has_an_end_that_every_reader_reaches(in_lists: bool) -> None:
    assert plain_table(nested(MAX_DEPTH, in_lists), "here") == freeze(nested(MAX_DEPTH, in_lists))

    path = "k" + ("[0]" if in_lists else ".k") * MAX_DEPTH
    assert failure(nested(MAX_DEPTH + 1, in_lists)).message == f"{path}: is nested deeper than 12"
    assert failure(nested(100_000, in_lists)).message == f"{path}: is nested deeper than 12"
