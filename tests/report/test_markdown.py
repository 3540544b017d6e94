"""The report as Markdown: nothing of a manifest or a package can act in it."""

import re

import pytest

from lineage.report.markdown import escape, markdown_table, render
from lineage.report.text import Style
from tests.support.answers import REPORTS
from tests.support.golden import expected


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_markdown(name: str) -> None:
    text = render(REPORTS[name], Style())

    assert text == expected(f"markdown/{name}.md", text)


def test_no_text_of_others_becomes_markup_or_a_line_of_its_own() -> None:
    text = render(REPORTS["verify-hostile"], Style())

    assert [line for line in text.split("\n") if line.startswith("#")] == ["### lineage verify: fail"]
    assert not re.search(r"[<>`\[\]*@\x00-\x09\x0b-\x1f\x7f-\x9f]|\bfail: forged$", text, re.MULTILINE)
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("numpy 1.26.4 → 2.0.1", "numpy 1.26.4 → 2.0.1"),
        ("<img src=x>", "&#60;img src=x&#62;"),
        ("a|b", "a&#124;b"),
        ("[x](y)", "&#91;x&#93;(y)"),
        ("`*_~`", "&#96;&#42;&#95;&#126;&#96;"),
        ("@team #12 &amp;", "&#64;team &#35;12 &#38;amp;"),
        ("http://e.org", "http&#58;//e.org"),
        ("a\nb", "a&#92;nb"),
        ("\x1b[31m", "&#92;x1b&#91;31m"),
    ],
)
def test_every_special_character_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_table_keeps_its_cells() -> None:
    assert markdown_table(("a", "b"), [["x|y", "z"]]) == ["| a | b |", "| --- | --- |", "| x&#124;y | z |"]
