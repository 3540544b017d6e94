import time

import pytest

from lineage.errors import InputError
from lineage.system.yamlfile import read_yaml

RESTORE = "correct the file, or restore the version that git holds"


def test_plain_data_is_read() -> None:
    text = """\
outs:
- md5: 0123
  size: 12
  path: modèle.pkl
on: yes
ratio: 1e-3
empty:
""".encode()
    assert read_yaml(text, "x.dvc") == {
        "outs": [{"md5": 123, "size": 12, "path": "modèle.pkl"}],
        "on": "yes",
        "ratio": 0.001,
        "empty": None,
    }


@pytest.mark.parametrize("text", [b"", b"# nothing\n", b"\n"])
def test_an_empty_file_is_none(text: bytes) -> None:
    assert read_yaml(text, "dvc.yaml") is None


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "dvc.yaml") == {"a": 1, "b": 2}


def test_aliases_and_merge_keys_are_honoured() -> None:
    text = b"""\
base: &base {cmd: a, deps: &deps [x]}
one: {<<: *base, deps: [y]}
two: &other {<<: *base, cmd: b, outs: *deps}
three: *other
"""
    two = {"cmd": "b", "deps": ["x"], "outs": ["x"]}
    assert read_yaml(text, "dvc.yaml") == {
        "base": {"cmd": "a", "deps": ["x"]},
        "one": {"cmd": "a", "deps": ["y"]},
        "two": two,
        "three": two,
    }


def test_only_a_plain_key_merges() -> None:
    assert read_yaml(b"- &a '<<'\n- {*a : 1}\n- {'<<': {b: 2}}\n", "x") == ["<<", {"<<": 1}, {"<<": {"b": 2}}]


ALIAS_BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (letter, letter, b", ".join([b"*%c" % (letter - 1)] * 9)) for letter in b"bcdefghi"
)

MALFORMED = [
    pytest.param(b"a: [1\nb: 2\n", "2", "did not find expected ',' or ']'", id="not closed"),
    pytest.param(b"a: 1\nb:\n\t- x\n", "3", "found character that cannot start any token", id="tab"),
    pytest.param(b"a: 1\nb: 2\na: 3\n", "3", "the key 'a' stands twice", id="duplicate key"),
    pytest.param(b"x:\n  <<: {a: 1}\n  b: 2\n  b: 3\n", "4", "the key 'b' stands twice", id="duplicate beside a merge"),
    pytest.param(b"? [a]\n: 1\n? [a]\n: 2\n", "3", "the key ('a',) stands twice", id="duplicate sequence key"),
    pytest.param(b"1: a\ntrue: b\n", "2", "the key True stands twice", id="keys that Python holds for one"),
    pytest.param(b"<<: {a: 1}\n<<: {b: 1}\n", "2", "the key '<<' stands twice", id="duplicate merge key"),
    pytest.param(b"a: 1\n<<: x\n", "2", "expected a mapping or list of mappings for merging", id="nothing to merge"),
    pytest.param(b"? {a: b}\n: 1\n", "1", "found unhashable key", id="mapping as key"),
    pytest.param(b"a: 1\n---\nb: 2\n", "2", "but found another document", id="two documents"),
    pytest.param(b"a: *b\n", "1", "found undefined alias 'b'", id="undefined alias"),
    pytest.param(b"a: &a\n- *a\n", "2", "the alias *a stands inside of what it names", id="recursive"),
    pytest.param(
        b"a: &a [1]\nb: &a [*a]\n",
        "2",
        "the alias *a stands inside of what it names",
        id="recursive, anchor used twice",
    ),
    pytest.param(ALIAS_BOMB, "6", "the aliases stand for more than 100000 nodes", id="alias bomb"),
    pytest.param(b"[" * 150, "1", "nested more than 100 deep", id="deep flow"),
    pytest.param(
        b"a:\n" + b"".join(b" " * n + b"-\n" for n in range(150)), "101", "nested more than 100 deep", id="deep"
    ),
    pytest.param(b"a: !!python/object/apply:os.system [x]\n", "1", "tags are not read here", id="python object"),
    pytest.param(b"a: 1\nb: !!int '2'\n", "2", "tags are not read here", id="harmless tag"),
    pytest.param(b"%YAML 1.1\n---\na: 1\n", "1", "directives are not read here", id="directive"),
    pytest.param(b"a: 1\nb: 2024-13-45\n", "2", "month must be in 1..12", id="no such date"),
    pytest.param(b"a: 1\nb: \x01\n", "2", "the character U+0001", id="control character"),
    pytest.param(b"a: 1 # x\xe2\x80\xa8b: 2\n", "1", "the character U+2028", id="ends a line in YAML 1.1"),
    pytest.param(b"a: 1\n\xef\xbb\xbfb: 2\n", "2", "the character U+FEFF", id="byte order mark inside"),
]


@pytest.mark.parametrize(("text", "line", "message"), MALFORMED)
def test_what_is_wrong_is_named_with_its_line(text: bytes, line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "a/dvc.yaml")
    assert str(caught.value) == f"a/dvc.yaml:{line}: unusable YAML: {message}\n  {RESTORE}"


def test_an_endless_number_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(b"a: 1\nb: " + b"1" * 5000, "dvc.lock")
    assert caught.value.where == "dvc.lock:2"


def test_other_encodings_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(b"a: 1\nb: \xff\n", "dvc.lock")
    assert str(caught.value) == f"dvc.lock:2: not UTF-8 text\n  {RESTORE}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [b"[" + b"a," * 3_500_000 + b"]", b"".join(b"k%d: &a%d {x: 1}\n" % (one, one) for one in range(260_000))],
    ids=["values", "anchors"],
)
def test_a_file_of_seven_megabytes_of_values_is_given_up_early(text: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InputError, match="holds more than 500000 values"):
        read_yaml(text, "dvc.lock")

    assert time.process_time() - began < 20


def test_a_file_over_the_limit_is_not_parsed() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(b"[" * 11, "dvc.lock", limit=10)
    assert str(caught.value) == "dvc.lock: 11 bytes, and no more than 10 are read\n  split the file"
