"""Pipfile.lock: sections are groups; what is pinned twice alike counts once."""

import json

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture, pin

_HINT = "\n  lock it again, or restore the version that git holds"


def test_what_pipenv_wrote() -> None:
    expected = (
        pin("certifi", "2026.10.18", 24, marker='python_version >= "3.7"'),
        pin("charset-normalizer", "3.5.2", 31, marker='python_version >= "3.7"'),
        pin("click", "8.5.1", 39, marker='python_version >= "3.10"'),
        Dependency(name="colorama", written="*", marker='sys_platform == "win32"', line=43),
        pin("idna", "3.20", 50, marker='python_version >= "3.9"'),
        pin("iniconfig", "2.3.1", 84, marker='python_version >= "3.10"', group="dev"),
        pin("jinja2", "3.1.6", 102, marker='python_version >= "3.7"', group="docs"),
        pin("markupsafe", "3.0.4", 109, marker='python_version >= "3.9"', group="docs"),
        pin("pluggy", "1.5.0", 92, marker='python_version >= "3.8"', group="dev"),
        pin(
            "pysocks",
            "1.7.1",
            57,
            marker='python_version >= "2.7" and python_version != "3.0" and python_version != "3.1"'
            ' and python_version != "3.2" and python_version != "3.3"',
        ),
        pin("requests", "2.34.2", 67, extras=("socks",), marker='python_version >= "3.10"'),
        pin("urllib3", "2.8.0", 74, marker='python_version >= "3.10"'),
    )

    assert declared("Pipfile.lock", fixture("pipenv/locked.json")) == Declarations(
        path="Pipfile.lock",
        form="Pipfile.lock",
        is_lock=True,
        dependencies=expected,
        python="3.11",
        python_line=8,
        files=("Pipfile.lock",),
    )


def _lock(**sections: object) -> str:
    return json.dumps({"_meta": {"pipfile-spec": 6}, **sections}, indent=1)


def test_what_default_and_develop_pin_alike_is_main() -> None:
    text = _lock(develop={"one": {"version": "==1", "extras": ["b"]}}, default={"one": {"version": "==1"}})

    assert rows("Pipfile.lock", text) == [pin("one", "1", 7, extras=("b",))]


def test_a_repository_has_no_version() -> None:
    text = _lock(gpu={"one": {"git": "https://example.org/one", "ref": "ab"}})

    assert rows("Pipfile.lock", text) == [
        Dependency(name="one", origin="git+https://example.org/one@ab", group="gpu", line=6)
    ]


def test_lines_are_not_known_where_keys_are_not_written_by_a_tool() -> None:
    text = '{"default" : {"one" : {"version" : "==1"}}, "_meta": {"requires": {}}}'

    assert rows("Pipfile.lock", text) == [pin("one", "1", 0)]


def test_a_package_that_is_called_as_a_key() -> None:
    text = _lock(default={"version": {"hashes": []}, "default": {"version": "==1"}})

    assert declared("Pipfile.lock", text).dependencies == (
        pin("default", "1", 10),
        Dependency(name="version", line=6),
    )


def test_an_entry_that_cannot_be_understood() -> None:
    found = declared("Pipfile.lock", _lock(default={"one": {"version": "1"}, "two": {"version": "==2"}}))

    assert (found.dependencies, found.unknown) == (
        (pin("two", "2", 10),),
        (Unknown("package:one", "Pipfile.lock:7 has a version that cannot be read: '1'"),),
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], f"Pipfile.lock: must be a table, not a list{_HINT}"),
        ({"_meta": {"pipfile-spec": 7}}, f"Pipfile.lock: has the pipfile-spec 7, and up to 6 are known{_HINT}"),
        ({"_meta": {"pipfile-spec": "6"}}, f"Pipfile.lock: has the pipfile-spec '6', and up to 6 are known{_HINT}"),
        ({"_meta": {"pipfile-spec": True}}, f"Pipfile.lock: has the pipfile-spec True, and up to 6 are known{_HINT}"),
        ({"default": []}, f"Pipfile.lock: default must be a table, not a list{_HINT}"),
        ({"default": {"one": []}}, f"Pipfile.lock: default.one must be a table, not a list{_HINT}"),
        (
            {"_meta": {"requires": {"python_version": 3}}},
            f"Pipfile.lock: _meta.requires has a python_version that is no text{_HINT}",
        ),
    ],
)
def test_what_no_tool_wrote_is_refused(document: object, message: str) -> None:
    assert refused("Pipfile.lock", json.dumps(document)) == message


def test_versions_alone_as_the_first_pipenv_wrote_them() -> None:
    text = """{
    "default": {
        "One": "==1.0",
        "two": {
            "markers": null,
            "version": "==2"
        },
        "three": "*"
    },
    "develop": {
        "four": "==4"
    }
}"""

    assert rows("Pipfile.lock", text) == [
        pin("four", "4", 11, group="dev"),
        pin("one", "1.0", 3),
        Dependency(name="three", written="*", line=8),
        pin("two", "2", 6),
    ]
