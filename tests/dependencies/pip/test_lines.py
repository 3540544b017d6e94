"""The text of a requirements file as logical lines, and a line as requirement and options."""

import codecs
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dependencies.pip.lines import Line, decode, logical_lines, split_line, split_words
from lineage.errors import InputError
from tests.support.patience import little_work


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n  \n\t\n", []),
        ("a\nb", [Line(1, "a"), Line(2, "b")]),
        ("a\r\nb\rc\n", [Line(1, "a"), Line(2, "b"), Line(3, "c")]),
        ("# all\n  # of it\na # behind\nb#part", [Line(3, "a"), Line(4, "b#part")]),
        ("a#b #c", [Line(1, "a#b")]),
        ("a \\\n  b \\\n  c\nd", [Line(1, "a   b   c"), Line(4, "d")]),
        ("a\\\nb", [Line(1, "ab")]),
        ("a \\\n# ends it \\\nb", [Line(1, "a"), Line(3, "b")]),
        ("a # goes on \\\nb\nc", [Line(1, "a"), Line(3, "c")]),
        ("a \\", [Line(1, "a")]),
        ("a \\\n\nb", [Line(1, "a"), Line(3, "b")]),
        ("a \\ \nb", [Line(1, "a \\"), Line(2, "b")]),
        ("\\\n\\\na", [Line(1, "a")]),
        ("a\x0bb\x0cc\u2028d", [Line(1, "a"), Line(2, "b"), Line(3, "c"), Line(4, "d")]),
        (
            "a \\\n<<<<<<< ours\nb\n=======\n>>>>>>> theirs\nc",
            [
                Line(1, "a"),
                Line(2, "<<<<<<< ours"),
                Line(3, "b"),
                Line(4, "======="),
                Line(5, ">>>>>>> theirs"),
                Line(6, "c"),
            ],
        ),
    ],
)
def test_lines_are_joined_and_their_comments_dropped(text: str, expected: list[Line]) -> None:
    assert list(logical_lines(text)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("ä==1\n".encode(), "ä==1\n"),
        (codecs.BOM_UTF8 + "ä".encode(), "ä"),
        (codecs.BOM_UTF16_LE + "ä".encode("utf-16-le"), "ä"),
        (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), "ä"),
        (codecs.BOM_UTF32_LE + "ä".encode("utf-32-le"), "ä"),
        (codecs.BOM_UTF32_BE + "ä".encode("utf-32-be"), "ä"),
        (b"# -*- coding: UTF_8 -*-\na", "# -*- coding: UTF_8 -*-\na"),
        (
            b"a\n\n# coding: latin-1, in a line that does not count",
            "a\n\n# coding: latin-1, in a line that does not count",
        ),
    ],
)
def test_the_byte_order_mark_says_the_encoding(content: bytes, expected: str) -> None:
    assert decode(content, "a.txt") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\nb\xff", "a.txt:2: is not UTF-8\n  save it as UTF-8"),
        (codecs.BOM_UTF16_LE + b"a", "a.txt:1: is not UTF-16-LE\n  save it as UTF-8"),
        (b"# coding: utf-7\na", "a.txt:1: declares another encoding than UTF-8\n  save it as UTF-8"),
        (b"a\n# vim: fileencoding=latin-1", "a.txt:2: declares another encoding than UTF-8\n  save it as UTF-8"),
    ],
)
def test_what_pip_would_decode_another_way_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(content, "a.txt")

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a==1", ("a==1", "")),
        ("a==1 --hash=x", ("a==1", "--hash=x")),
        ("a ; b == '-c'  -d e", ("a ; b == '-c'", "-d e")),
        ("-e a", ("", "-e a")),
        ("a-b", ("a-b", "")),
        ("a\t-b", ("a\t-b", "")),
    ],
)
def test_the_options_begin_at_the_first_word_with_a_dash(text: str, expected: tuple[str, str]) -> None:
    assert split_line(text) == expected


@given(st.text(st.sampled_from(" \t\r\nab\\'\"#-=ä"), max_size=30))
def test_words_are_those_of_a_shell(text: str) -> None:
    try:
        expected = tuple(shlex.split(text))
    except ValueError:
        with pytest.raises(InputError) as caught:
            split_words(text)
        assert str(caught.value) == "has a quotation or a backslash that does not end"
        return
    assert split_words(text) == expected


@pytest.mark.parametrize("part", [" ", "#", " #", "\\\n", "\\", "'", '"', "a", "\t \x0b"])
def test_the_time_is_linear_in_hostile_text(part: str) -> None:
    text = part * (400_000 // len(part))
    with little_work():  # quadratic time would be many minutes
        for line in logical_lines(text):
            split_line(line.text)
        for quoted in ("", "'", '"'):
            try:
                split_words(quoted + text)
            except InputError:
                continue
