"""pdm.lock: groups of rows, or by the project beside it where rows do not say."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture, own, pin

_HINT = "\n  lock it again, or restore the version that git holds"
_PROJECT = {"pyproject.toml": fixture("pdm/project.toml")}


def test_what_pdm_wrote() -> None:
    expected = (
        pin("certifi", "2026.10.18", 15),
        pin("charset-normalizer", "3.5.2", 25),
        pin("click", "8.1.8", 35, requires=("colorama", "importlib-metadata")),
        pin("colorama", "0.4.6", 49, marker='sys_platform == "win32" or platform_system == "Windows"'),
        pin("idna", "3.20", 60),
        pin("iniconfig", "2.1.0", 70, group="dev"),
        pin("jinja2", "3.1.6", 80, group="docs", requires=("markupsafe",)),
        pin("markupsafe", "3.0.4", 93, group="docs"),
        pin("pluggy", "1.6.0", 103, group="dev"),
        pin("pysocks", "1.7.1", 113),
        pin(
            "requests",
            "2.32.5",
            123,
            extras=("socks",),
            requires=("certifi", "charset-normalizer", "idna", "pysocks", "urllib3"),
        ),
        pin("toolz", "1.2.0", 154, group="extra:fast"),
        pin("urllib3", "2.6.3", 164),
    )

    assert declared("pdm.lock", fixture("pdm/groups.lock"), _PROJECT) == Declarations(
        path="pdm.lock",
        form="pdm.lock",
        is_lock=True,
        has_graph=True,
        dependencies=expected,
        python=">=3.9",
        python_line=11,
        files=("pdm.lock", "pyproject.toml"),
    )


def test_without_the_project_an_extra_is_a_group_of_its_own() -> None:
    found = rows("pdm.lock", fixture("pdm/groups.lock"))

    assert [one.group for one in found if one.name == "toolz"] == ["fast"]


@pytest.mark.parametrize(("files", "group"), [(_PROJECT, "docs"), ({}, "main")])
def test_rows_without_groups_are_reached_from_the_project(files: dict[str, bytes], group: str) -> None:
    text = b"\n".join(one for one in fixture("pdm/groups.lock").split(b"\n") if not one.startswith(b"groups"))

    assert [one.group for one in rows("pdm.lock", text, files) if one.name == "markupsafe"] == [group]


def _lock(rest: str, version: str = "4.5.1") -> str:
    return f'[metadata]\nlock_version = "{version}"\n\n[[package]]\nname = "one"\nversion = "1"\n{rest}\n'


@pytest.mark.parametrize(
    ("rest", "row"),
    [
        ('sections = ["dev"]', pin("one", "1", 6, group="dev")),
        ('marker = "os_name == \\"nt\\""', pin("one", "1", 6, marker='os_name == "nt"')),
        (
            'git = "https://example.org/one.git"\nrevision = "abc"\nref = "main"',
            pin("one", "1", 6, origin="git+https://example.org/one.git@abc"),
        ),
        ('hg = "https://example.org/one"\nref = "tip"', pin("one", "1", 6, origin="hg+https://example.org/one@tip")),
        ('path = "./libs/one"\neditable = true', own("one", 6, "path:./libs/one")),
        ('url = "https://example.org/one.zip"', pin("one", "1", 6, origin="https://example.org/one.zip")),
        ('dependencies = ["Two>=1; os_name == \\"nt\\"", "!"]', pin("one", "1", 6, requires=("two",))),
    ],
)
def test_one_package(rest: str, row: Dependency) -> None:
    assert rows("pdm.lock", _lock(rest)) == [row]


def test_what_builds_the_project_is_no_root() -> None:
    project = b'[build-system]\nrequires = ["one"]\n'

    assert rows("pdm.lock", _lock(""), {"pyproject.toml": project}) == [pin("one", "1", 6)]


def test_several_targets_ask_for_several_pythons() -> None:
    text = "[[metadata.targets]]\nrequires_python = '>=3.9'\n[[metadata.targets]]\nrequires_python = '>=3.8'\n"
    text += "[[metadata.targets]]\nplatform = 'x'\n"
    found = declared("pdm.lock", text)

    assert (found.python, found.python_line) == (">=3.9 || >=3.8", 2)


@pytest.mark.parametrize(
    ("text", "subject", "reason"),
    [
        (_lock("", "4.6"), "packages", "pdm.lock:2 has the lock version '4.6', which is newer than 4.5"),
        (_lock('marker = "x y"'), "package:one", "pdm.lock:6 has a marker that cannot be read: 'x y'"),
        (_lock('url = "https://[x"'), "package:one", "pdm.lock:6 has a url that is no address"),
    ],
)
def test_what_cannot_be_understood(text: str, subject: str, reason: str) -> None:
    assert declared("pdm.lock", text).unknown == (Unknown(subject, reason),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_lock("", "5.0"), f"pdm.lock:2: has the lock version '5.0', and up to 4.5 are known{_HINT}"),
        ("metadata = {lock_version = 'x'}", f"pdm.lock: has the lock version 'x', and up to 4.5 are known{_HINT}"),
        (_lock("path = 3"), f"pdm.lock:6: package[0].path must be a text, not a number{_HINT}"),
        ("metadata = {targets = 3}", f"pdm.lock: metadata.targets must be a list of tables, not a number{_HINT}"),
    ],
)
def test_what_no_tool_wrote_is_refused(text: str, message: str) -> None:
    assert refused("pdm.lock", text) == message


def test_dependencies_before_lock_version_3_are_tables() -> None:
    text = """[[package]]
name = "a"
sections = ["default"]
version = "1"
[package.dependencies]
B = { marker = "os_name == 'nt'", version = ">=1" }
c = "*"
"""

    assert rows("pdm.lock", text) == [pin("a", "1", 4, requires=("b", "c"))]


@pytest.mark.parametrize(
    ("project", "group"),
    [
        ("[project.optional-dependencies]\nsecurity = ['a']", "extra:security"),
        ("[tool.pdm.dev-dependencies]\nsecurity = ['a']", "dev"),
    ],
)
def test_a_name_that_says_dev_may_be_an_extra(project: str, group: str) -> None:
    text = '[[package]]\nname = "a"\nversion = "1"\ngroups = ["security"]\n'

    assert [one.group for one in rows("pdm.lock", text, {"pyproject.toml": project})] == [group]
