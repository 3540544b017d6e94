"""The parameter expansions of a shell."""

import pytest

from lineage.dependencies.docker.expansions import closing, expand, name_of, substitute

KNOWN = {"V": "2.1.0+cu118", "EMPTY": "", "PLACE": "/a/b/c.tar.gz", "W": "1", "LONG": "x" * 500}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("V", "2.1.0+cu118"),
        ("X", None),
        ("V%%+*", "2.1.0"),
        ("V%+*", "2.1.0"),
        ("V%none", "2.1.0+cu118"),
        ("V#2.", "1.0+cu118"),
        ("V#9", "2.1.0+cu118"),
        ("V#*.", "1.0+cu118"),
        ("V##*.", "0+cu118"),
        ("PLACE##*/", "c.tar.gz"),
        ("PLACE%/*", "/a/b"),
        ("PLACE%%.*", "/a/b/c"),
        ("PLACE%.*", "/a/b/c.tar"),
        ("V%\\+*", "2.1.0"),
        ("V%[a-z]*", "2.1.0+c"),
        ("V%[!0-9]*", "2.1.0+c"),
        ("V%[", "2.1.0+cu118"),
        ("V#?.?", ".0+cu118"),
        ("V/+/-", "2.1.0-cu118"),
        ("V/.", "21.0+cu118"),
        ("V//./_", "2_1_0+cu118"),
        ("PLACE//\\//_", "_a_b_c.tar.gz"),
        ("V/", "2.1.0+cu118"),
        ("V%%$X", None),
        ("V%%$W*", "2."),
        ("V%%***", None),
        ("V%[z-a]", None),
        ("LONG%x", None),
        ("X%%+*", None),
        ("X:-d", "d"),
        ("X-d", "d"),
        ("X:=d", "d"),
        ("EMPTY:-d", "d"),
        ("EMPTY-d", ""),
        ("V:-d", "2.1.0+cu118"),
        ("X:-${W}", "1"),
        ("X:-${Y:-${W}}", "1"),
        ("X:-$Y", None),
        ("X:-${X:-${X:-${X:-${X:-${X:-1}}}}}", None),
        ("X:+y", ""),
        ("V:+y$W", "y1"),
        ("EMPTY:+y", ""),
        ("EMPTY+y", "y"),
        ("V:?none", "2.1.0+cu118"),
        ("X?none", None),
        ("V^^", None),
        ("V:0:2", None),
        ("#V", None),
        ("", None),
    ],
)
def test_an_expansion(inside: str, expected: str | None) -> None:
    assert expand(inside, KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("a$W ${V%%+*} \\$W $ 5$", "a1 2.1.0 $W $ 5$"),
        ("$X", None),
        ("`x`", None),
        ("$(x)", None),
    ],
)
def test_a_text(text: str, expected: str | None) -> None:
    assert substitute(text, KNOWN) == expected


def test_where_an_expansion_ends() -> None:
    assert (closing("{a{b}}c", 0), closing("{a", 0)) == (6, 2)
    assert (name_of("V%%+*"), name_of("#V")) == ("V", "")
