"""The report for people, in a terminal."""

import pytest

from lineage.model.report import Checked
from lineage.report.text import Style, depth, printable, render, table
from tests.support.answers import CHANGES, REPORTS, verdict
from tests.support.golden import expected


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_text(name: str) -> None:
    text = render(REPORTS[name], Style())

    assert text == expected(f"text/{name}.txt", text)
    assert all(line.isprintable() for line in text.split("\n"))


def test_verbose_shows_what_does_not_concern_the_model() -> None:
    text = render(REPORTS["verify-fail"], Style(verbose=True))

    assert text == expected("text/verify-fail-verbose.txt", text)


def test_what_was_not_looked_at_is_told_in_full_where_more_is_asked_for() -> None:
    text = render(REPORTS["verify-pass"], Style(verbose=True))

    assert text == expected("text/verify-pass-verbose.txt", text)


def test_colour_only_when_it_is_asked_for() -> None:
    report = REPORTS["verify-fail"]
    plain, coloured = render(report, Style()), render(report, Style(colour=True))

    assert "\x1b" not in plain
    assert coloured == expected("text/verify-fail-colour.txt", coloured)
    codes = ("\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[0m")
    for code in codes:
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_the_verdict_stands_last_with_how_deep_it_looked() -> None:
    last = [render(REPORTS[name], Style()).splitlines()[-1] for name in REPORTS]

    compared = "41 packages compared (38 by record, 1 by origin, 2 by version)"
    assert last[:4] == [
        f"pass: {compared}, weights read whole, code not compared",
        f"fail: 5 differences that matter; {compared}, weights read whole, code not compared",
        f"undecided: 1 thing could not be seen; {compared}, weights not found, code not compared",
        f"pass: {compared}, weights not looked at, code not compared",
    ]
    assert render(verdict(CHANGES[:1]), Style()).splitlines()[-1] == (
        f"fail: 1 difference that matters; {compared}, weights read whole, code not compared"
    )


@pytest.mark.parametrize(
    ("code", "files", "told"),
    [
        ("skipped", 0, "code not compared"),
        ("ast", 3, "3 files of code compared"),
        ("ast", 1, "1 file of code compared"),
        ("ast", 0, "no files of code compared"),
        ("bytes", 2, "2 files of code compared by their bytes"),
        ("any", 2, "2 files of code compared, any difference allowed"),
    ],
)
def test_the_depth_tells_of_the_code(code: str, files: int, told: str) -> None:
    assert depth(Checked(code=code, code_files=files)) == f"0 packages compared, weights not looked at, {told}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é → ×", "plain é → ×"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2028\x9b\x7f\x00", "\\u2028\\x9b\\x7f\\x00"),
        ("\ud800\udcff", "\\ud800\\udcff"),
    ],
)
def test_what_a_terminal_could_act_on_is_shown_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_table_is_aligned_without_blanks_at_its_ends() -> None:
    assert table([["a", "bb", ""], ["ccc", "d", "e"]], indent="  ") == ["  a    bb", "  ccc  d   e"]
    assert table([]) == []
