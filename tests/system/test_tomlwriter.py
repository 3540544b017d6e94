"""TOML as it is written: one line a row, and every comment of the file before it kept."""

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.model.manifest import Table, thaw
from lineage.system.tomlwriter import render_toml
from tests.support.generated import tables

DOCUMENT: dict[str, Any] = {
    "schema": "1.0",
    "problems": [{"code": "a", "subject": "b"}, {"code": "c", "subject": "d"}],
    "labels": {"line": "A"},
    "weights": [{"path": "m.pkl", "size": 1}, {"path": "n.pkl", "size": 2}],
    "environment": {
        "python": "3.11.7",
        "platform": {"os": "linux"},
        "packages": {"numpy": {"version": "1.26.4"}, "ruamel.yaml": {"version": "0.18"}},
    },
}
INLINE = ("problems", "environment.packages")


def rendered(document: dict[str, Any] = DOCUMENT, previous: str | None = None) -> str:
    before = None if previous is None else previous.encode()
    return render_toml(document, INLINE, before).decode()


def test_rows_take_one_line_each_and_keys_come_before_tables() -> None:
    text = rendered()

    assert tomllib.loads(text) == DOCUMENT
    assert text == (
        """\
schema = "1.0"
problems = [
    {code = "a", subject = "b"},
    {code = "c", subject = "d"},
]

[labels]
line = "A"

[[weights]]
path = "m.pkl"
size = 1

[[weights]]
path = "n.pkl"
size = 2

[environment]
python = "3.11.7"

[environment.platform]
os = "linux"

[environment.packages]
numpy = {version = "1.26.4"}
"ruamel.yaml" = {version = "0.18"}
"""
    )


COMMENTED = """\
# first line
# second line
schema = "1.0"  # behind schema
problems = [
    {code = "a", subject = "b"},
    {code = "c", subject = "d"},
]  # behind problems

# above labels
[labels] # behind labels
# above line
line = "A" # behind line
# at the end of labels

# above weights
[[weights]] # behind the first
path = "m.pkl" # behind path
size = 1

# above the second
[[weights]]
path = "n.pkl"
size = 2

[environment]
python = "3.11.7"

# above platform
[environment.platform]
os = "linux"

[environment.packages]
# above numpy
numpy = {version = "1.26.4"} # behind numpy
"ruamel.yaml" = {version = "0.18"}
# the very last
"""


def comments(text: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]


def after(text: str, comment: str) -> str:
    """The line that follows a comment."""
    lines = text.splitlines()
    (index,) = [i for i, line in enumerate(lines) if line.strip() == f"# {comment}"]
    return lines[index + 1]


def test_comments_stay_where_they_stand() -> None:
    text = rendered(previous=COMMENTED)

    assert tomllib.loads(text) == DOCUMENT
    assert comments(text) == comments(COMMENTED)
    for line in COMMENTED.splitlines():
        if line.strip() and "#" in line and not line.startswith("#"):
            assert " ".join(line.split()) in [" ".join(one.split()) for one in text.splitlines()]
    assert after(text, "second line").startswith("schema = ")
    assert after(text, "above labels").startswith("[labels]")
    assert after(text, "above line").startswith("line = ")
    assert after(text, "above weights").startswith("[[weights]]")
    assert after(text, "above the second") == "[[weights]]"
    assert after(text, "above platform") == "[environment.platform]"
    assert after(text, "above numpy").startswith("numpy = ")
    assert text.endswith("# the very last\n")


def test_writing_again_changes_nothing() -> None:
    once = rendered(previous=COMMENTED)

    assert rendered(previous=once) == once
    assert rendered(previous=rendered()) == rendered()


def test_values_change_and_their_comments_stay() -> None:
    changed = {**DOCUMENT, "schema": "1.1", "labels": {"line": "B", "new": 1}}

    text = rendered(changed, COMMENTED)

    assert tomllib.loads(text) == changed
    assert 'schema = "1.1" # behind schema' in text
    assert comments(text) == comments(COMMENTED)


def test_comments_of_what_is_gone_stand_at_the_end_of_its_table() -> None:
    smaller: dict[str, Any] = {
        "schema": "1.0",
        "weights": DOCUMENT["weights"][:1],
        "environment": {"python": "3.11.7", "packages": {"ruamel.yaml": {"version": "0.18"}}},
    }

    text = rendered(smaller, COMMENTED)

    assert tomllib.loads(text) == smaller
    assert sorted(comments(text)) == sorted(comments(COMMENTED))
    packages = text.partition("[environment.packages]")[2].splitlines()
    assert packages[1:4] == ['"ruamel.yaml" = {version = "0.18"}', "# above numpy", "# behind numpy"]
    settled = rendered(smaller, text)
    assert sorted(comments(settled)) == sorted(comments(COMMENTED))
    assert rendered(smaller, settled) == settled


def test_the_header_of_a_table_of_tables_keeps_its_comments() -> None:
    before = "x = 1\n\n# above a\n[a] # behind a\n\n# above b\n[a.b] # behind b\nc = 1\n"

    assert rendered({"x": 1, "a": {"b": {"c": 1}}}, before) == before
    assert rendered({"a": {"b": {"c": 1}}}, "# above\n[a.b] # behind b\nc = 1\n") == (
        "\n# above\n[a]\n\n[a.b] # behind b\nc = 1\n"
    )


def test_tables_in_lists_in_rows_stay_in_their_line() -> None:
    document = {"problems": [{"a": [{"b": [{}]}]}], "l": [[{"a": 1}], [1, {"b": [{"c": 2}]}]]}

    text = rendered(document)

    assert tomllib.loads(text) == document
    assert "{a = [{b = [{}]}]}" in text


def test_a_table_that_becomes_another_kind_keeps_its_comments() -> None:
    for document in ({"labels": "none", "weights": {"a": 1}}, {"labels": [{"a": 1}], "weights": []}, {}):
        text = rendered(document, COMMENTED)

        assert tomllib.loads(text) == document
        assert sorted(comments(text)) == sorted(comments(COMMENTED))
        assert rendered(document, text) == text


@pytest.mark.parametrize(
    "previous",
    [
        "# only a comment\n",
        "a.b = 1 # dotted\n# above\na.c = 2\n",
        "x = {a = 1} # inline\n",
        "[a.b.c] # deep\n# in it\nd = 1\n[a] # late\ne = 1\n",
        "l = [\n  1, # in a list\n  2,\n]\n# end\n",
        '# one\n\n# two\n\n\n# three\nschema = "1.0"\n',
        "\r\n# windows\r\nschema = 1 # line ends\r\n",
        "[[weights]]\n# inside\n\n# above nothing\n",
        "[labels]\n# inside labels\n[labels.deep] # deep\n# deeper\n",
    ],
)
def test_no_comment_outside_of_a_value_is_lost_whatever_stood_there(previous: str) -> None:
    text = rendered(previous=previous)

    assert tomllib.loads(text) == DOCUMENT
    kept = [comment for comment in comments(previous) if comment != "in a list"]
    assert sorted(comments(text)) == sorted(kept)
    assert rendered(previous=text) == text


def test_an_empty_document_and_empty_tables() -> None:
    assert rendered({}) == ""
    assert tomllib.loads(rendered({"a": {}, "b": [], "c": {"d": {}}})) == {"a": {}, "b": [], "c": {"d": {}}}


@given(table=tables())
def test_what_is_written_is_read_back(table: Table) -> None:
    document = {"plain": 1, "table": thaw(table), "problems": [thaw(table)], "rows": [thaw(table), {}]}

    assert tomllib.loads(rendered(document)) == document


@given(one=tables(), other=tables(), words=st.lists(st.text("abc ä#\"'", max_size=8), min_size=3, max_size=3))
def test_any_table_over_any_other(one: Table, other: Table, words: list[str]) -> None:
    lines = [f"# comment {index}: {word}\n" for index, word in enumerate(words)]
    before = lines[0] + "plain = 1 " + lines[1] + rendered({"t": thaw(one), "l": [thaw(one)]}) + lines[2]
    document = {"plain": 1, "t": thaw(other), "l": [thaw(other)]}

    text = rendered(document, before)

    assert tomllib.loads(text) == document
    assert [found.rstrip() for found in re.findall("# comment .*", text)] == [line.rstrip() for line in lines]
    assert rendered(document, text) == text
