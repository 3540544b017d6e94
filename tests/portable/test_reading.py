"""Strict reading: each failure with the path of its key, all of them raised once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from lineage.errors import InputError
from lineage.portable.reading import Reader, key_path, kind_of


def failures(table: dict[str, object], read: Callable[[Reader], object]) -> list[str]:
    """What reading notes; the value that stands in for the broken one goes on to be used."""
    reader = Reader(table, "a")
    read(reader)
    return reader.failures


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "name", "name"),
        ("a.b", "c-d_1", "a.b.c-d_1"),
        ("a", "ruamel.yaml", 'a."ruamel.yaml"'),
        ("a", "", 'a.""'),
        ("", "with space", '"with space"'),
        ("a", "new\nline\x1b", 'a."new\\nline\\x1b"'),
        ("a", "ä→", 'a."\\xe4\\u2192"'),
    ],
)
def test_the_path_of_a_key(path: str, key: str, expected: str) -> None:
    assert key_path(path, key) == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "true or false"),
        ("a", "a text"),
        ("", "an empty text"),
        (0, "a number"),
        (0.0, "a number"),
        ([], "a list"),
        ({}, "a table"),
        (date(2026, 1, 1), "a date or time"),
        (time(1, 2), "a date or time"),
    ],
)
def test_values_in_the_words_of_toml(value: object, name: str) -> None:
    assert kind_of(value) == name


def test_a_text() -> None:
    reader = Reader({"a": "x", "b": "y"})

    assert (reader.text("a"), reader.text("b", "default"), reader.text("c", "default")) == ("x", "y", "default")
    assert reader.failures == []
    assert failures({}, lambda one: one.text("k")) == ["a.k: is missing"]
    assert failures({"k": 1}, lambda one: one.text("k", "d")) == ["a.k: must be a text that is not empty, not a number"]
    assert Reader({"k": 1}).text("k") == ""
    assert Reader({"k": 1}).text("k", "d") == "d"


def test_a_text_of_a_form() -> None:
    reader = Reader({"a": "12", "b": "any\nthing"})

    assert reader.matching("a", r"\d+", "digits") == "12"
    assert (reader.optional_text("b"), reader.optional_text("c", r"\d+", "digits")) == ("any\nthing", None)
    assert reader.failures == []
    assert failures({"k": "1x"}, lambda one: one.matching("k", r"\d+", "digits")) == ["a.k: must be digits, not '1x'"]
    assert failures({"k": "1\n"}, lambda one: one.optional_text("k", r"\d+", "digits")) == [
        "a.k: must be digits, not '1\\n'"
    ]
    assert failures({"k": "x" * 99}, lambda one: one.matching("k", r"\d+", "digits")) == [
        f"a.k: must be digits, not {'x' * 80!r}"
    ]
    assert failures({}, lambda one: one.matching("k", r"\d+", "digits")) == ["a.k: is missing"]
    assert failures({"k": ""}, lambda one: one.optional_text("k")) == [
        "a.k: must be a text that is not empty, not an empty text"
    ]


def test_a_choice() -> None:
    reader = Reader({"a": "x"})

    assert (reader.choice("a", ("y", "x")), reader.choice("b", ("y", "x"), "x")) == ("x", "x")
    assert reader.failures == []
    assert Reader({}).choice("b", ("y", "x")) == "y"
    assert Reader({"b": "z"}).choice("b", ("y", "x")) == "y"
    assert Reader({"b": "z"}).choice("b", ("y", "x"), "x") == "x"
    assert failures({}, lambda one: one.choice("k", ("y", "x"))) == ["a.k: is missing"]
    assert failures({"k": "z"}, lambda one: one.choice("k", ("y", "x"))) == ["a.k: must be one of y, x, not 'z'"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ["a.k: is missing"]),
        (-1, ["a.k: must be a number >= 0, not a number"]),
        (True, ["a.k: must be a number >= 0, not true or false"]),
        (1.0, ["a.k: must be a number >= 0, not a number"]),
        ("1", ["a.k: must be a number >= 0, not a text"]),
        (0, []),
        (2**70, []),
    ],
)
def test_a_number(value: object, expected: list[str]) -> None:
    table = {} if value is None else {"k": value}

    assert failures(table, lambda one: one.integer("k")) == expected
    assert Reader(table).integer("k") == (0 if expected else value)


def test_a_list_of_texts() -> None:
    assert Reader({"k": ["x", "y"]}).texts("k") == ("x", "y")
    assert (Reader({}).texts("k"), Reader({}).texts("k", ("d",)), Reader({"k": 1}).texts("k", ("d",))) == (
        (),
        ("d",),
        ("d",),
    )
    assert failures({"k": ["x", ""]}, lambda one: one.texts("k")) == ["a.k: must be a list of texts, not a list"]


def test_a_moment() -> None:
    berlin = datetime(2026, 11, 20, 22, 33, tzinfo=timezone(timedelta(hours=1)))

    assert Reader({"k": berlin}).moment("k") == datetime(2026, 11, 20, 21, 33, tzinfo=UTC)
    assert Reader({"k": berlin}).moment("k").tzinfo == UTC
    assert Reader({}).moment("k") == datetime(1970, 1, 1, tzinfo=UTC)
    assert failures({}, lambda one: one.moment("k")) == ["a.k: is missing"]
    for wrong in (berlin.replace(tzinfo=None), berlin.date(), "2026-11-20T21:33:05Z"):
        assert failures({"k": wrong}, lambda one: one.moment("k")) == ["a.k: must be a time with its offset (…Z)"]
    for edge in (datetime(1, 1, 1, tzinfo=berlin.tzinfo), datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))):
        wrong_year = ["a.k: must be a time in the years 1 to 9999 of UTC"]
        assert failures({"k": edge}, lambda one: one.moment("k")) == wrong_year


def test_tables_share_what_is_found_wrong() -> None:
    reader = Reader({"t": {"u": {"x": 1}}, "l": [{"x": 1}, {"y": 1}]})

    reader.table("t").table("u").done()
    for one in reader.tables("l"):
        one.text("x", "d")
        one.done()
    reader.table("absent").done()

    assert reader.tables("absent") == ()
    assert reader.failures == [
        "t.u.x: is not a known key",
        "l[0].x: must be a text that is not empty, not a number",
        "l[1].y: is not a known key",
    ]
    assert failures({"k": "x"}, lambda one: one.table("k")) == ["a.k: must be a table, not a text"]
    assert failures({"k": [1]}, lambda one: one.tables("k")) == ["a.k: must be an array of tables, not a list"]
    assert failures({"k": {}}, lambda one: one.tables("k")) == ["a.k: must be an array of tables, not a table"]


def test_what_is_left_over_is_unknown_a_failure_or_a_note() -> None:
    table = {"x": 1, "sub": {"y z": 2}}
    strict, lenient = Reader(table), Reader(table, strict=False)
    for reader in (strict, lenient):
        reader.table("sub").done()
        reader.done()

    assert (strict.failures, strict.notes) == (['sub."y z": is not a known key', "x: is not a known key"], [])
    assert (lenient.failures, lenient.notes) == (
        [],
        ['sub."y z": is not known to this version', "x: is not known to this version"],
    )


def test_keys_are_taken_once_in_the_order_of_the_document() -> None:
    table = {"b": 1, "a": 2}
    reader = Reader(table)

    assert [(key, reader.take(key)) for key in reader.remaining()] == [("b", 1), ("a", 2)]
    assert (reader.take("b"), reader.has("a"), list(reader.remaining())) == (None, False, [])
    assert table == {"b": 1, "a": 2}


def test_a_failure_of_the_table_itself() -> None:
    reader = Reader({}, "a.b")
    reader.fail("", "is empty")
    Reader({}, parent=reader).fail("", "is empty")

    assert reader.failures == ["a.b: is empty", "the document: is empty"]


def test_nothing_found_wrong_raises_nothing() -> None:
    Reader({}).finish("file.toml")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (1, "k0: bad"),
        (2, "\n  k0: bad\n  k1: bad"),
        (20, "".join(f"\n  k{i}: bad" for i in range(20))),
        (22, "".join(f"\n  k{i}: bad" for i in range(20)) + "\n  … and 2 more"),
    ],
)
def test_all_failures_are_raised_once(number: int, message: str) -> None:
    reader = Reader({})
    for index in range(number):
        reader.fail(f"k{index}", "bad")

    with pytest.raises(InputError) as caught:
        reader.finish("file.toml", "mend it")

    assert (caught.value.message, caught.value.where, caught.value.hint) == (message, "file.toml", "mend it")
