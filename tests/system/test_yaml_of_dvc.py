"""YAML means what it means to DVC, which reads by ruamel.yaml: with libyaml and without it."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lineage.errors import InputError
from lineage.system.yamlfile import read_yaml

LOCK = """\
# made by a tool
version: 1
metadata:
  channels: [conda-forge, 'a b']
  sources: {}
package:
- name: numpy
  version: 1.26.4
  optional: false
  dependencies:
    python: '>=3.11,<3.12.0a0'
    libblas: ">=3.9.0,<4.0a0"
  url: https://example.org/linux-64/numpy-1.26.4-py311h64a7726_0.conda?a=b#0b918943
  hash: {md5: 0b918943df0962bc7a1824c0555a3893, sha256: 0bba869d7f392cbc}
- name: _libgcc_mutex
  build: 0_gnu
  size: 52431
"""
PIPELINE = """\
stages:
  train: &train
    cmd: >-
      python train.py
      --lr ${lr}
    deps: [data, "src/x\\ty"]
    desc: |
      two
       lines

  other:
    <<: *train
    params: [lr, {p.yaml: [a, b]}]
    when: 2024-01-01 10:00:00Z
    'q k': 'it''s'
  third:
    cmd: none
    <<: [*train, {cmd: b, more: yes}]
"""
REFUSED = object()


def by_dvc(text: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, IndexError, AssertionError, AttributeError, TypeError):
        return REFUSED


def by_us(text: str) -> object:
    try:
        return read_yaml(text.encode(), "x")
    except InputError:
        return REFUSED


def shown(value: object) -> str:
    """Of times without the names that ruamel.yaml gives to their zones."""
    return re.sub(
        r"timezone\(datetime\.timedelta\(0\)\)", "timezone.utc", re.sub(r", '[-+:0-9Z]+'\)", ")", repr(value))
    )


DOCUMENTS = [LOCK, LOCK.replace("\n", "\r\n"), PIPELINE, "", "# x\n", "---\na: 1\n...\n", "- [1, 2]\n- - a\n"]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_what_tools_write_is_read(text: str) -> None:
    assert by_us(text) is not REFUSED
    assert shown(by_us(text)) == shown(by_dvc(text))


_WRITTEN = (
    "3.10|1e3|1E-3|1.5e+3|-1.5|.5|5.|12e03|1e|1.e3|e1|0|-0|+1|08|010|0o7|-0o17|0x1f|0xg|0b1|0b2|"
    "1_0|_1|-_1|1__.5|-0x1|-0.0|999999999999999999|1234567890123456789012|1:20|1:20:30.5|"
    "2024-01-01|2024-01-01 10:00:00|2024-01-01T10:00:00Z|2024-01-01t1:00:00.25 -03:30|2024-1-1|2024a|2024.1|"
    "2024.1.1|1.2.3|1.2.3-4|1..2|1.2.|no|yes|on|off|y|n|true|True|TRUE|tRUE|false|null|Null|"
    "NULL|~|nil|==1.2|<|.inf|-.INF|+.Inf|.nan|.NaN|+.nan|inf|nan|1.2.*|>=1|'3.10'|\"no\"|''|a b|"
    'a#b|http://a:1/b|C:a|-a|ä|😀|\'a|"\\n\\u00e4\\x41\\/"|\'<<\'|[]|{}|{"a":1}'
)


@pytest.mark.parametrize("around", ["SCALAR", "a: SCALAR\nb: 1", "- SCALAR", "{a: SCALAR}", "[SCALAR, b]"])
def test_a_scalar_means_what_it_means_in_yaml_1_2(around: str) -> None:
    texts = [around.replace("SCALAR", one) for one in _WRITTEN.split("|")]

    assert {text: shown(by_us(text)) for text in texts} == {text: shown(by_dvc(text)) for text in texts}


_SIGNS = list("-?#[]{},'\"|>!%@~_+.=\\:")
_PIECES = st.sampled_from(
    [
        *_SIGNS,
        *(": ", "- ", "? ", " #", "&a ", "*a", "\n", "\n  ", "\n- ", "\n---\n", " ", "  ", "a", "b: 1\n", "1", "1.5"),
        *(
            "0",
            "null",
            "true",
            "<<",
            "<<: ",
            "ä",
            "😀",
            "''",
            '""',
            "a: ",
            "  - b\n",
            "a: [x, y]\n",
            "c:\n",
            "|\n",
            ">-\n",
        ),
    ]
)


def agree(text: str) -> None:
    """What both read is the same. A text of its own in ``|`` may stand without indentation in one of them only."""
    ours, theirs = by_us(text), by_dvc(text)
    assert REFUSED in (ours, theirs) or isinstance(theirs, str) or shown(ours) == shown(theirs)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_whatever_is_read_is_what_dvc_reads(text: str) -> None:
    agree(text)


@given(st.data())
def test_so_is_a_document_with_a_mistake(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([LOCK, PIPELINE]))
    at = data.draw(st.integers(0, len(text)))
    agree(text[:at] + data.draw(_PIECES) + text[at + data.draw(st.integers(0, 3)) :])


def test_without_libyaml_the_answers_are_the_same() -> None:
    """PyYAML as it is where no wheel fits and no C compiler was there: without its extension."""
    program = """\
import sys
sys.modules["yaml._yaml"] = None
from lineage.errors import InputError
from lineage.system.yamlfile import read_yaml
for text in sys.stdin.buffer.read().split(b"\\0"):
    try:
        print(ascii(read_yaml(text, "x")))
    except InputError as error:
        print(error.where)
"""
    chosen = random.Random(5)
    spoilt = [LOCK[:at] + chosen.choice("[{:&*'") + LOCK[at:] for at in chosen.sample(range(len(LOCK)), 40)]
    texts = [*DOCUMENTS, *(f"a: {one}\n" for one in _WRITTEN.split("|")), *spoilt]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program], input="\0".join(texts).encode(), capture_output=True, cwd=root, check=True
    )
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(texts)
    read = {text: ascii(found) for text in texts if (found := by_us(text)) is not REFUSED}
    assert len(read) > len(texts) / 2
    assert {text: line for text, line in zip(texts, lines, strict=True) if text in read} == read


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("base: &base {a: 1}\nall:\n" + "- {<<: *base, b: &b [x, y]}\n- *b\n" * 170_000, id="anchors"),
        pytest.param("a: " + "[" * 7_000_000, id="open"),
        pytest.param("- " * 3_500_000, id="dashes"),
        pytest.param("? " * 3_500_000, id="keys"),
        pytest.param("a: &a " * 1_100_000, id="names"),
        pytest.param("\n".join(f"- &x{n} [a, *x{n}, b]" for n in range(300_000, 600_000)), id="own anchors"),
        pytest.param("[" + "a, " * 2_300_000, id="one line", marks=pytest.mark.slow),
        pytest.param(
            "\n".join(f"- &x{n} [a, b]" for n in range(300_000)) + "\n- [", id="many anchors", marks=pytest.mark.slow
        ),
        pytest.param("a: '" + "\n" * 7_000_000, id="empty lines"),
    ],
)
def test_seven_megabytes_end_in_time(text: str) -> None:
    pytest.importorskip("yaml.cyaml")
    start = time.monotonic()
    with pytest.raises(InputError):
        read_yaml(text.encode(), "x")
    assert time.monotonic() - start < 60
