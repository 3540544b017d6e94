"""YAML read by libyaml: never anything but what ruamel.yaml makes of it, and all that tools write most often."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import InputError
from lineage.system.plainyaml import NOT_PLAIN, plain_yaml
from lineage.system.yamlfile import read_whole_yaml, read_yaml
from tests.support.generated import LAW

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


def by_ruamel(text: str) -> object:
    try:
        return read_whole_yaml(text, "x")
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("text", [LOCK, LOCK.replace("\n", "\r\n"), "", "# x\n", "---\na: 1\n", "- [1, 2]\n- - a\n"])
def test_what_tools_write_is_read_here(text: str) -> None:
    found = plain_yaml(text)

    assert found is not NOT_PLAIN
    assert repr(found) == repr(by_ruamel(text))


_WRITTEN = (
    "3.10|1e3|1E-3|1.5e+3|-1.5|.5|5.|12e03|1e|1.e3|e1|0|-0|+1|08|010|0o7|0x1f|0xg|0b1|0b2|0b|0x|"
    "1_0|_1|-_1|-_|1__.5|0o|-0x1|999999999999999999|1234567890123456789012|1:20|1:20:30.5|"
    "2024-01-01|2024-13-45|2024-01-01 10:00:00|2024-01-01T10:00:00Z|2024-1-1|2024a|2024.1|"
    "2024.1.1|1.2.3|1.2.3-4|1..2|1.2.|no|yes|on|off|y|n|true|True|TRUE|tRUE|false|null|Null|"
    "NULL|~|nil|=|==1.2|<<|<|.inf|-.INF|+.Inf|.nan|.NaN|inf|nan|1.2.*|>=1|'3.10'|\"no\"|''|a b|"
    "a#b|http://a:1/b|C:a|-a|?a|:a|a:|ä|😀|%a|@a|`a|!a|&a b|*a|[a|a]|{a|a, b|--- a|...|- a|? a|"
    'x: y|\'a|"\\n"'
)
_SCALARS = _WRITTEN.split("|")


@pytest.mark.parametrize("around", ["SCALAR", "a: SCALAR\nb: 1", "- SCALAR", "{a: SCALAR}", "SCALAR: 1", "[SCALAR, b]"])
def test_a_scalar_means_what_it_means_in_yaml_1_2(around: str) -> None:
    texts = [around.replace("SCALAR", one) for one in _SCALARS]
    read = {text: repr(found) for text in texts if (found := plain_yaml(text)) is not NOT_PLAIN}

    assert len(read) > len(texts) / 3
    assert read == {text: repr(by_ruamel(text)) for text in read}


@pytest.mark.parametrize("text", ["3.10", "1e3", "12", "-1", "0.001", "no", "1.2.3", "~", "0b918943df", "2024a", "<1"])
def test_common_scalars_need_no_other_reader(text: str) -> None:
    assert plain_yaml(text) is not NOT_PLAIN


LEFT = [
    "a: 1\na: 2\n",
    "1: a\ntrue: b\n",
    "a: &x 1\nb: *x\n",
    "a: &x [1]\n",
    "a: !!str 1\n",
    "a: !b [1]\n",
    "<<: {a: 1}\n",
    "? [a]\n: 1\n",
    "a: |\n  b\n",
    "a: b\n  c\n",
    "a: [1,\n  2]\n",
    'a: "\\n"\n',
    "a:\tb\n",
    "a: 1\n---\nb: 2\n",
    "a: 1\n...\n",
    "%YAML 1.1\n---\na: 1\n",
    "[" * 60 + "]" * 60,
    "[" * 100_000,
    "- " * 100_000,
    "a: 2024-01-01\n",
    "a: 010\n",
    "a: \x85\n",
    "a: [1\n",
]


@pytest.mark.parametrize("text", LEFT, ids=lambda one: repr(one[:20]))
def test_what_is_wrong_or_rare_is_left_to_the_other_reader(text: str) -> None:
    assert plain_yaml(text) is NOT_PLAIN


_SIGNS = [
    "-",
    "?",
    "#",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "|",
    ">",
    "!",
    "%",
    "@",
    "~",
    "_",
    "+",
    ".",
    "=",
    "\t",
    "\\",
    ":",
]
_PIECES = st.sampled_from(
    [
        *_SIGNS,
        ": ",
        "- ",
        "? ",
        " #",
        "&a ",
        "*a",
        "\n",
        "\n  ",
        "\n- ",
        "\n---\n",
        "\n...\n",
        " ",
        "  ",
        "a",
        "b: 1\n",
        "1",
        "1.5",
        "0",
        "null",
        "true",
        "<<",
        "ä",
        "\u2028",
        "😀",
        "''",
        '""',
        "a: ",
        "  - b\n",
        "a: [x, y]\n",
        "c:\n",
    ]
)


@LAW
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_whatever_is_read_here_is_what_ruamel_reads(text: str) -> None:
    found = plain_yaml(text)
    assert found is NOT_PLAIN or repr(found) == repr(by_ruamel(text))


@LAW
@given(st.data())
def test_so_is_a_document_with_a_mistake(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LOCK)))
    text = LOCK[:at] + data.draw(_PIECES) + LOCK[at + data.draw(st.integers(0, 3)) :]
    found = plain_yaml(text)
    assert found is NOT_PLAIN or repr(found) == repr(by_ruamel(text))


def test_without_libyaml_the_answers_are_the_same(tmp_path: Path) -> None:
    """PyYAML as it is where no wheel fits and no C compiler was there: without its extension."""
    program = """\
import sys
sys.modules["yaml._yaml"] = None
from lineage.system.plainyaml import NOT_PLAIN, plain_yaml
from lineage.system.yamlfile import read_yaml
text = sys.stdin.buffer.read()
print(plain_yaml(text.decode()) is NOT_PLAIN, read_yaml(text, "x"))
"""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=LOCK.encode(), capture_output=True, cwd=root, check=True)
    assert done.stdout.decode().strip() == f"True {read_yaml(LOCK.encode(), 'x')}"
