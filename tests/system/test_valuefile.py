"""Files of values by their suffix."""

import pytest

from lineage.errors import InputError
from lineage.system.valuefile import parse_values


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("a.json", b'{"a": [1, null]}', {"a": [1, None]}),
        ("a.TOML", b"a = 1\n", {"a": 1}),
        ("a.yaml", b"a: 0.1\n", {"a": 0.1}),
        ("a.yml", b"- 1\n", [1]),
        ("a.json", b"0.9", 0.9),
        ("a.yaml", b"", None),
    ],
)
def test_each_kind(name: str, content: bytes, value: object) -> None:
    assert parse_values(content, name) == value


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b'{"a": }', "a.json:1:7: is not JSON: Expecting value"),
        ("a.json", b"\xff", "a.json: is not JSON in UTF-8 that can be read"),
        ("a.json", b"[" * 100_000, "a.json: is not JSON in UTF-8 that can be read"),
        ("params.py", b"a = 1\n", "params.py: must be .json, .toml or .yaml"),
        ("a", b"1\n", "a: must be .json, .toml or .yaml"),
    ],
)
def test_what_cannot_be_read_names_its_place(name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_values(content, name)
    assert str(caught.value) == message
