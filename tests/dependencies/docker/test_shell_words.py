"""A shell script as simple commands: quotes, variables, separators, redirections."""

import pytest

from lineage.dependencies.docker.shell_words import Word, commands

KNOWN = {"V": "9", "EMPTY": "", "LIST": "b==1  c==2"}


def texts(script: str) -> list[list[str]]:
    return [[word.text if word.is_known else f"?{word.text}" for word in one] for one in commands(script, KNOWN)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        ("a b\tc", [["a", "b", "c"]]),
        ("a && b || c; d | e & f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("{ a; b; }", [["a"], ["b"]]),
        ("a {b,c}", [["a", "{b,c}"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a b'c'\"d\"e", [["a", "bcde"]]),
        ("a '' \"\"", [["a", "", ""]]),
        ("a 'b", [["a", "b"]]),
        ('a "b', [["a", "b"]]),
        ('a "b\\"c"', [["a", 'b"c']]),
        ("a\\\nb \\\n c", [["ab", "c"]]),
        ("a # b\nc#d", [["a"], ["c#d"]]),
        ("a # b", [["a"]]),
        ("a $V ${V} \"$V\" '$V' \\$V", [["a", "9", "9", "9", "$V", "$V"]]),
        ('a $W ${W}x "$W"', [["a", "?${W}", "?${W}x", "?${W}"]]),
        ("a ${W:-2} ${W-3} ${EMPTY:-4} ${EMPTY-5} ${V:-6}", [["a", "2", "3", "4", "", "9"]]),
        ("a ${V:+x} ${W:+y}z", [["a", "x", "z"]]),
        ("a $(b $(c) d) e", [["a", "?${}", "e"]]),
        ("a `b c` d", [["a", "?${}", "d"]]),
        ('a ${V%.*} "${V#9}" ${W%%+*} "${W#x}" ${V^^} b', [["a", "9", "", "?${W}", "?${W}", "?${V}", "b"]]),
        ("a ${W:-$V} ${W:-${X:-1}} ${W:-$X}", [["a", "9", "1", "?${W}"]]),
        ("a ${W:-2", [["a", "?${}"]]),
        ("a < <(b c) -r <(d) e", [["a", "-r", "?${}", "e"]]),
        (
            'for p in a==1 b==$W; do x $p "y-$p" ${p%%=*}; done; p=3; x $p',
            [
                ["for", "p", "in", "a==1", "?b==${W}"],
                ["do", "x", "a==1", "?b==${W}", "y-a==1", "?y-b==${W}", "a", "?b"],
                ["done"],
                ["p=3"],
                ["x", "3"],
            ],
        ),
        (
            "for x in a b; do for y in 1 2; do i $x==$y ${y^^}; done; done",
            [
                ["for", "x", "in", "a", "b"],
                ["do", "for", "y", "in", "1", "2"],
                ["do", "i", "a==1", "a==2", "b==1", "b==2", "?${y}", "?${y}"],
                ["done"],
                ["done"],
            ],
        ),
        ("cat <<EOF > f\nb c\nEOF\nd", [["cat"], ["d"]]),
        ("cat <<-'E' <<F\nb\n\tE\nc\nF\nd", [["cat"], ["d"]]),
        ("cat <<EOF\nb\nc", [["cat"], ["b"], ["c"]]),
        ("a $(b", [["a", "?${}"]]),
        ("a $ b$", [["a", "$", "b$"]]),
        ("a > x b", [["a", "b"]]),
        ("a >x 2>&1 b >> y", [["a", "b"]]),
        ("a &> x; b", [["a"], ["b"]]),
        ("a >&2 < in <<< w b", [["a", "b"]]),
        ("> x; a", [["a"]]),
        ("pip install a>=1.2 b<2 'c>=3' d>x", [["pip", "install", "a>=1.2", "b<2", "c>=3", "d"]]),
        ('a $LIST "$LIST" x$LIST$EMPTY', [["a", "b==1", "c==2", "b==1  c==2", "xb==1", "c==2"]]),
        ("X=1; a $X", [["X=1"], ["a", "1"]]),
        ("export X=1 Y=$X && a $X $Y", [["export", "X=1", "?Y=${X}"], ["a", "1", "?${Y}"]]),
        ("V=$(x); a $V", [["?V=${}"], ["a", "?${V}"]]),
        ("X=1 a $X", [["X=1", "a", "?${X}"]]),
    ],
)
def test_a_script_is_split(script: str, expected: list[list[str]]) -> None:
    assert texts(script) == expected


def test_a_word_knows_where_it_begins() -> None:
    assert commands("a  'b'\nc", {}) == ((Word("a", 0), Word("b", 3)), (Word("c", 7),))


def test_another_character_may_escape() -> None:
    assert commands("a`\nb c\\d", {}, "`") == ((Word("ab", 0), Word("c\\d", 5)),)


def test_values_that_double_each_other_end_as_unknown() -> None:
    script = "A=0123456789; " + "A=$A$A; " * 50 + "x $A"

    assert commands(script, {})[-1] == (Word("x", 414), Word("${A}", 416, False))


@pytest.mark.parametrize("piece", ["$(", "`", '"', "'", "${", "${A:-", "a>", "<", "\\", "$A ", "{ "])
def test_time_is_linear(piece: str) -> None:
    assert len(commands(piece * 100_000, {})) <= 100_000
