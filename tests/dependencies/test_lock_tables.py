"""Lines of locks, where their text is not as the tools write it."""

from lineage.dependencies.lock_tables import line_of
from tests.support.declared import rows
from tests.support.declaredlocks import pin


def test_packages_in_one_line_have_none() -> None:
    text = 'package = [{name = "one", version = "1"}]\n[metadata]\nlock-version = "2.1"\n'

    assert rows("poetry.lock", text) == [pin("one", "1", 0)]


def test_a_name_where_the_version_stands_in_a_table_below() -> None:
    text = "[[package]]\r\nname = 'one'\r\npath = './x'\r\n[package.y]\r\nversion = 3\r\n"

    assert [one.line for one in rows("pdm.lock", text)] == [2]


def test_a_header_counts_at_the_beginning_of_a_line() -> None:
    text = b'a = "[metadata]"\nkey = 1\n  [metadata]\nkey = 2\n[other]\nlast = 3\n'

    assert [line_of(text, key, "[metadata]") for key in ("key", "last")] == [4, 0]
    assert (line_of(text, "key"), line_of(text, "key", "[missing]")) == (2, 0)
