"""TOML from anyone who can open a pull request: read in bounded time, or refused with its place."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import InputError
from lineage.system.tomlfile import MAX_KEY_DEPTH, MAX_VALUE_DEPTH, parse_toml
from tests.support.patience import little_work

TOO_DEEP = "m.toml: a key is nested deeper than 16"
TOO_LONG = "m.toml: holds a value that cannot be read: nested too deeply, or a number too long"


def refusal(content: bytes) -> str:
    with little_work(), pytest.raises(InputError) as caught:
        parse_toml(content, "m.toml")
    return str(caught.value)


def test_a_document_is_read() -> None:
    content = b'a = 1\r\n# \xc3\xa4\n[b."c.d"]\ne = [{ f = "\xc3\xa4" }, 2026-01-01]\n'

    assert parse_toml(content, "m.toml") == tomllib.loads(content.decode())
    assert parse_toml(b"", "m.toml") == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = 1\nb = ?\n", "m.toml:2:5: is not TOML: Invalid value"),
        (b"a = 1\na = 2\n", "m.toml:2:6: is not TOML: Cannot overwrite a value"),
        (b"a", "m.toml: is not TOML: Expected '=' after a key in a key/value pair"),
        (b'a = "x', "m.toml: is not TOML: Unterminated string"),
        (b"a = 1\nb = '\xff'\n", "m.toml:2: is not UTF-8"),
        (b"\xff", "m.toml:1: is not UTF-8"),
        (
            b"a = 1\n<<<<<<< HEAD\nb = 2\n=======\n>>>>>>> branch\n",
            "m.toml:2:1: is not TOML: Invalid statement\n"
            "  it holds conflict markers: take one side whole, or capture again",
        ),
    ],
)
def test_what_is_no_toml_is_named_with_its_place(content: bytes, message: str) -> None:
    assert refusal(content) == message


DOTS = b".a" * 40_000
FIRST_PARTS = (b"a", b'"="', b"'#'", b'"\\""', b'""', b"''", b'"[a]"', b'"a.b"', b"a ", b'"\\\\"')
AROUND = (
    (b"", b" = 1"),
    (b"[", b"]"),
    (b"[[", b"]]"),
    (b"x = {", b" = 1}"),
    (b"x = {y = 1, ", b" = 1}"),
    (b'x = {y = """\n"", ', b" = 1}"),
    (b'x = {y = """"\n""""", ', b" = 1}"),
    (b"x = {y = '''\n'''', ", b" = 1}"),
    (b"y = '\\'\n", b" = 1"),
    (b'y = ["#", \'"\'] # "\n', b" = 1"),
)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("first", FIRST_PARTS)
def test_a_key_of_many_dots_is_refused_before_it_costs_anything(first: bytes, around: tuple[bytes, bytes]) -> None:
    closed = around[0] if not around[0].startswith(b'x = {y = """\n""') else b'x = {y = """\n""", '

    assert refusal(closed + first + DOTS + around[1]) == TOO_DEEP


@pytest.mark.parametrize("part", [b"a", b'"a.b"', b"'a'", b" a ", b'"\\"."'])
def test_sixteen_parts_are_read_and_seventeen_are_not(part: bytes) -> None:
    key = b".".join([part] * MAX_KEY_DEPTH)

    assert parse_toml(key + b" = 1", "m.toml") == tomllib.loads((key + b" = 1").decode())
    assert refusal(key + b"." + part + b" = 1") == TOO_DEEP


DOTTED = b"1.3.6.1.4.1.311.21.8.1.2.3.4.5.6.7.8.9.10.11.12"


@pytest.mark.parametrize(
    "content",
    [
        b'a = "%b"',
        b"a = '%b'",
        b'a = """\n"\n%b\n"" \\" %b"""',
        b"a = '''\n'\n%b\n'' \" %b'''",
        b"a = 1 # %b",
        b'# " %b\na = 1',
        b'a = { "%b" = 1, b = "%b" }',
        b'["%b"]\n"%b" = 1',
    ],
)
def test_dots_in_a_text_a_comment_or_a_quoted_key_are_harmless(content: bytes) -> None:
    content = content.replace(b"%b", DOTTED)

    assert parse_toml(content, "m.toml") == tomllib.loads(content.decode())


HOSTILE = b"z = '" + DOTTED + b"'\n"
"""What makes the reader look closer at the rest."""


@pytest.mark.parametrize(
    "content",
    [
        b'"""\n' + b'\\"""x\n' * 200_000,
        b'x = "' + b'\\"' * 150_000,
        b"x = '''" + b"''x" * 300_000,
        b"x = " + b"'" * 500_001,
        b'."\\"' * 300_000,
        b'.a\\"' * 300_000,
        b". '" * 300_000,
        b"x = {" * 200_000,
        b"a" * 1_000_000,
        b"a." + b" " * 1_000_000,
        b'x = """' + b"\\" * 299_999,
    ],
)
def test_a_hostile_text_is_refused_in_bounded_time(content: bytes) -> None:
    assert refusal(HOSTILE + content).startswith("m.toml")
    assert refusal(content).startswith("m.toml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = " + b"[" * 2000 + b"]" * 2000, TOO_LONG),
        (b"a = " + b"{b = " * 2000 + b"1" + b"}" * 2000, TOO_LONG),
        (b"a = " + b"[" * 100_000, TOO_LONG),
        (b"a = " + b"1" * 5000, TOO_LONG),
        (b"a = 2026-02-30", "m.toml:1:5: is not TOML: Invalid date or datetime"),
        (b"a = 2026-13-01", "m.toml:1:9: is not TOML: Expected newline or end of document after a statement"),
        (b"a = " + b"[" * 100 + b"]" * 100, "m.toml: a value is nested deeper than 64"),
        (b"[a.b.c]\nd = " + b"{e = [" * 40 + b"]}" * 40, "m.toml: a value is nested deeper than 64"),
    ],
)
def test_what_exhausts_a_reader_is_refused(content: bytes, message: str) -> None:
    assert refusal(content) == message


@pytest.mark.parametrize("opening", [b"[", b"{a = "])
def test_the_deepest_value_that_is_read(opening: bytes) -> None:
    closing, inner = (b"]", b"") if opening == b"[" else (b"}", b"1")

    def nested(depth: int) -> bytes:
        return b"k = " + opening * depth + inner + closing * depth

    assert list(parse_toml(nested(MAX_VALUE_DEPTH - 1), "m.toml")) == ["k"]
    assert refusal(nested(MAX_VALUE_DEPTH)) == "m.toml: a value is nested deeper than 64"


def test_a_large_manifest_costs_little() -> None:
    rows = b"".join(b'"package-%d" = { version = "1.2.3", use = "present" }\n' % i for i in range(5000))

    with little_work():
        found = parse_toml(b"[environment.packages]\n" + rows, "m.toml")

    assert len(found["environment"]["packages"]) == 5000


PIECES = ['"', "'", "\\", ".", "a", "#", "\n", " ", "=", "[", "]", "{", "}", ",", "1", '"""', "'''", ".a.a.a.a.a.a.a.a"]


def depth_of(document: Any) -> int:
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return 1 + max(map(depth_of, inner), default=0)


@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=4 * settings().max_examples)
def test_whatever_is_read_is_what_tomllib_reads(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(InputError):
            parse_toml(text.encode(), "m.toml")
        return

    if depth_of(expected) <= MAX_KEY_DEPTH:
        assert parse_toml(text.encode(), "m.toml") == expected
