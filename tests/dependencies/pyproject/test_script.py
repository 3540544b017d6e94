"""The block of a script, and the lock beside it."""

import pytest

from lineage.dependencies.forms import is_dependency_file, is_lock_file, is_of_script
from lineage.dependencies.scripts import has_block, of_script
from lineage.model.declarations import Declarations, Dependency
from tests.support.declared import declared, refused

BLOCK = """#!/usr/bin/env python
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "numpy==1.26.4",
#
#   "fraudlib",
# ]
# [tool.uv.sources]
# fraudlib = { git = "https://example.org/acme/fraudlib", rev = "v1" }
# ///
import numpy
"""


def test_what_a_block_asks_for_stands_on_its_lines() -> None:
    origin = "git+https://example.org/acme/fraudlib@v1"
    assert declared("train.py", BLOCK) == Declarations(
        path="train.py",
        form="script",
        dependencies=(
            Dependency(name="fraudlib", origin=origin, line=7),
            Dependency(name="numpy", version="1.26.4", specifier="==1.26.4", written="==1.26.4", line=5),
        ),
        python=">=3.11",
        python_line=3,
        files=("train.py",),
    )


def test_line_endings_and_white_space_do_not_matter() -> None:
    left, right = declared("train.py", BLOCK), declared("train.py", BLOCK.replace("\n", "  \r\n").replace("#  ", "#"))

    assert left == right


def test_a_block_ends_at_the_last_closing_line_of_its_comment() -> None:
    text = '# /// script\n# dependencies = ["a"]\n# note = """\n# ///\n# """\n# ///\n\n# ///\n'

    assert [row.name for row in declared("a.py", text).dependencies] == ["a"]


@pytest.mark.parametrize(
    "text", ["import numpy\n", "", "#/// script\n# ///\n", "# /// pyproject\n# ///\n", "x # /// script\n"]
)
def test_a_script_without_a_block_asks_for_nothing(text: str) -> None:
    assert declared("a.py", text) == Declarations(path="a.py", form="script", files=("a.py",))
    assert not has_block(text.encode())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# /// script\n# a = 1\n\n# ///\n", "a.py:1: the block of the script is not closed"),
        ("\n# /// script\n# ///\n\n# /// script\n# ///\n", "a.py:5: has a second block of this kind"),
        ("# /// script\n# dependencies = 'a'\n# ///\n", "a.py:2: dependencies: is not a list of texts"),
        ("# /// script\n# a = \n# ///\n", "a.py: is not TOML: Invalid value"),
    ],
)
def test_a_block_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    assert refused("a.py", text).startswith(message)


def test_a_script_and_its_lock_concern_nothing_else() -> None:
    assert [is_of_script(one) for one in ("src/train.py", "train.py.lock", "setup.py", "uv.lock")] == [
        True,
        True,
        False,
        False,
    ]
    assert not is_dependency_file("src/train.py")
    assert not is_dependency_file("src/train.py.lock")
    assert is_lock_file("src/train.py.lock")
    assert of_script("a.py", b"# /// script\n", {"a.py", "a.py.lock"}) == ("a.py", "a.py.lock")
    assert of_script("a.py", b"# /// script\n", {"a.py"}) == ("a.py",)
    assert of_script("a.py", b"", {"a.py", "a.py.lock"}) == ()


def test_the_lock_of_a_script_is_a_form_of_its_own() -> None:
    text = """version = 1
requires-python = ">=3.11"

[manifest]
requirements = [{ name = "numpy", specifier = "==1.26.4" }]

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://index.example/simple" }
"""
    found = declared("train.py.lock", text)

    assert (found.form, found.is_lock, [(row.name, row.version, row.group) for row in found.dependencies]) == (
        "script.lock",
        True,
        [("numpy", "1.26.4", "main")],
    )
