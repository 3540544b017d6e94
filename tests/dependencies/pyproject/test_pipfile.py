"""Pipfile: ranges, places and markers as pipenv writes them."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture


def test_a_whole_file() -> None:
    assert declared("Pipfile", fixture("pipenv/Pipfile")) == Declarations(
        path="Pipfile",
        form="Pipfile",
        dependencies=(
            Dependency(name="click", specifier=">=8", written=">=8", line=7),
            Dependency(name="colorama", written="*", marker='sys_platform == "win32"', line=9),
            Dependency(name="iniconfig", written="*", group="dev", line=12),
            Dependency(name="jinja2", written="*", group="docs", line=16),
            Dependency(name="pluggy", version="1.5.0", specifier="==1.5.0", written="==1.5.0", group="dev", line=13),
            Dependency(name="requests", written="*", extras=("socks",), line=8),
        ),
        python="3.11",
        python_line=19,
        files=("Pipfile",),
    )


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        ('One = ">= 1.0, < 2"', Dependency(name="one", specifier="<2,>=1.0", written=">= 1.0, < 2", line=2)),
        ('one = ""', Dependency(name="one", line=2)),
        ('one = "==1.*"', Dependency(name="one", specifier="==1.*", written="==1.*", line=2)),
        (
            'one = "===1.0-x"',
            Dependency(name="one", version="1.0-x", specifier="===1.0-x", written="===1.0-x", line=2),
        ),
        (
            'one = {version = "==1", os_name = "== \'nt\'", markers = "python_version > \'3\'"}',
            Dependency(
                name="one",
                version="1",
                specifier="==1",
                written="==1",
                marker='python_version > "3" and os_name == "nt"',
                line=2,
            ),
        ),
        (
            'one = {git = "https://u:p@example.org/one.git", ref = "v1", subdirectory = "s"}',
            Dependency(name="one", origin="git+https://example.org/one.git@v1#subdirectory=s", line=2),
        ),
        ('one = {path = ".", editable = true}', Dependency(name="one", origin="path:.", is_own=True, line=2)),
        (
            'one = {file = "https://example.org/one-1-py3-none-any.whl"}',
            Dependency(name="one", version="1", origin="https://example.org/one-1-py3-none-any.whl", line=2),
        ),
        ('one = {extras = ["B_c", "a"], os_name = ""}', Dependency(name="one", extras=("a", "b-c"), line=2)),
    ],
)
def test_one_entry(entry: str, row: Dependency) -> None:
    assert rows("Pipfile", f"[packages]\n{entry}\n") == [row]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('one = "1.2"', Unknown("package:one", "Pipfile:2 has a version that cannot be read: '1.2'")),
        ("one = {version = 3}", Unknown("package:one", "Pipfile:2 has a version that is no text")),
        ("one = {markers = 3}", Unknown("package:one", "Pipfile:2 has a markers that is no text")),
        ('one = {markers = "x"}', Unknown("package:one", "Pipfile:2 has a marker that cannot be read: 'x'")),
        ("one = {extras = 3}", Unknown("package:one", "Pipfile:2 has extras that are no list of texts")),
        ('"o ne" = "*"', Unknown("packages", "Pipfile:2 has a name that is none: 'o ne'")),
    ],
)
def test_an_entry_that_cannot_be_understood(entry: str, reason: Unknown) -> None:
    found = declared("Pipfile", f"[packages]\n{entry}\ntwo = '*'\n")

    assert (found.dependencies, found.unknown) == ((Dependency(name="two", written="*", line=3),), (reason,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("packages = 3", "Pipfile:1: packages: is not a table"),
        ("[packages]\none = 3", "Pipfile:2: packages.one: is not a table"),
        ("[requires]\npython_version = 3", "Pipfile: requires has a python_version that is no text"),
    ],
)
def test_what_is_no_pipfile_is_refused(text: str, message: str) -> None:
    assert refused("Pipfile", text) == message
