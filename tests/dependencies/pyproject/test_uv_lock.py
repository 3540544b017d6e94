"""uv.lock: what uv wrote, and what its graph says packages are for."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture, own, pin

_HINT = "\n  lock it again, or restore the version that git holds"
_COMMIT = "1234567890123456789012345678901234567890"


def test_a_workspace_with_forks_extras_and_groups() -> None:
    expected = (
        own(
            "acme-app",
            18,
            "path:.",
            requires=("acme-part", "attrs", "click", "colorama", "itsdangerous", "numpy", "zipp"),
        ),
        own("acme-part", 79, "path:./part", requires=("cachetools", "packaging", "wheel")),
        pin("attrs", "26.1.0", 110),
        pin("cachetools", "7.3.2", 118, marker='python_full_version < "3.11"', group="extra:fast"),
        pin(
            "cachetools",
            "8.0.0",
            129,
            marker='python_full_version >= "3.12" or python_full_version == "3.11.*"',
            group="extra:fast",
        ),
        pin("click", "8.5.1", 141),
        pin("colorama", "0.4.6", 149),
        pin("iniconfig", "2.3.1", 157, group="dev"),
        pin("itsdangerous", "2.2.0", 165, group="extra:web"),
        pin("jinja2", "3.1.6", 173, group="docs", requires=("markupsafe",)),
        pin("markupsafe", "3.0.4", 184, group="docs"),
        pin("numpy", "1.26.4", 192, marker='python_full_version < "3.11"'),
        pin("numpy", "2.4.6", 203, marker='python_full_version == "3.11.*"'),
        pin("numpy", "2.5.5", 214, marker='python_full_version >= "3.12"'),
        pin("packaging", "26.3", 225),
        pin("pluggy", "1.7.0", 233, group="dev"),
        pin("tomli", "2.5.0", 241, group="test"),
        pin("toolz", "1.2.0", 249, group="dev"),
        pin("wheel", "0.48.0", 257, requires=("packaging",)),
        pin("zipp", "4.1.2", 268, group="docs"),
    )

    assert declared("uv.lock", fixture("uv/workspace.lock")) == Declarations(
        path="uv.lock",
        form="uv.lock",
        is_lock=True,
        has_graph=True,
        dependencies=expected,
        python=">=3.10",
        python_line=3,
        files=("uv.lock",),
    )


def test_extras_that_exclude_each_other_an_archive_and_a_directory() -> None:
    archive = "https://files.example.org/packages/d1/d6"
    archive += "/3965ed04c63042e047cb6a3e6ed1a63a35087b6a609aa3a15ed8ac56c221/colorama-0.4.6-py2.py3-none-any.whl"
    expected = [
        own("acme", 11, "path:.", requires=("colorama", "libx", "numpy", "requests")),
        pin("certifi", "2026.10.18", 39),
        pin("charset-normalizer", "3.5.2", 47),
        pin("colorama", "0.4.6", 55, origin=archive),
        pin("idna", "3.20", 63),
        own("libx", 71, "path:./libs/x", requires=("toolz",)),
        pin("numpy", "1.26.4", 82, group="extra:cpu"),
        pin("numpy", "2.0.2", 90, group="extra:gpu"),
        pin("pysocks", "1.7.1", 98),
        pin("requests", "2.34.2", 106, requires=("certifi", "charset-normalizer", "idna", "pysocks", "urllib3")),
        pin("toolz", "1.2.0", 125),
        pin("urllib3", "2.8.0", 133),
    ]

    assert rows("uv.lock", fixture("uv/conflicts.lock")) == expected


_ROOT = """version = 1

[[package]]
name = "App.Main"
version = "0.1"
source = { editable = "." }
dependencies = [{ name = "one" }]

[package.dev-dependencies]
dev = [{ name = "two", extra = ["fast"] }]
gpu = [{ name = "two" }, { name = "three" }]
"""


def _package(name: str, version: str, rest: str = 'source = { registry = "https://example.org/simple" }') -> str:
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{rest}\n'


def test_what_several_groups_reach_is_for_the_strongest() -> None:
    text = (
        _ROOT + _package("one", "1") + _package("two", "2", "[package.optional-dependencies]\nfast = [{ name = 'x' }]")
    )
    text += _package("three", "3", 'dependencies = [{ name = "one" }, { name = "missing" }]') + _package("x", "4")

    assert rows("uv.lock", text) == [
        own("app-main", 5, "path:.", requires=("one",)),
        pin("one", "1", 15),
        pin("three", "3", 26, group="gpu", requires=("missing", "one")),
        pin("two", "2", 20, group="gpu", requires=("x",)),
        pin("x", "4", 31, group="dev"),
    ]


@pytest.mark.parametrize(
    ("rest", "row"),
    [
        (
            f'source = {{ git = "https://u:p@example.org/a/one.git?subdirectory=sub&tag=v1#{_COMMIT}" }}',
            pin("one", "1", 15, origin=f"git+https://example.org/a/one.git@{_COMMIT}#subdirectory=sub"),
        ),
        (
            f'source = {{ git = "ssh://git@example.org/a/one#{_COMMIT}" }}',
            pin("one", "1", 15, origin=f"git+ssh://example.org/a/one@{_COMMIT}"),
        ),
        (
            'source = { url = "https://example.org/one-1.tar.gz", subdirectory = "x" }',
            pin("one", "1", 15, origin="https://example.org/one-1.tar.gz#subdirectory=x"),
        ),
        (
            'source = { path = "wheels/one-1-py3-none-any.whl" }',
            pin("one", "1", 15, origin="path:./wheels/one-1-py3-none-any.whl"),
        ),
        ('source = { virtual = "libs/one" }', own("one", 15, "path:./libs/one")),
        ('source = { directory = "../one" }', pin("one", "1", 15, origin="local")),
        (
            "resolution-markers = [\"os_name == 'nt' and extra == 'extra-3-app-cpu'\"]",
            pin("one", "1", 15, marker='os_name == "nt"'),
        ),
        ("", pin("one", "1", 15)),
    ],
)
def test_where_a_package_comes_from(rest: str, row: Dependency) -> None:
    found = declared("uv.lock", _ROOT + _package("one", "1", rest))

    assert ([one for one in found.dependencies if one.name == "one"], found.unknown) == ([row], ())


def test_a_directory_at_the_lock_of_a_part_is_told_from_there() -> None:
    found = rows("services/api/uv.lock", _ROOT + _package("one", "1", 'source = { directory = "../../libs/one" }'))

    assert [(one.origin, one.is_own) for one in found] == [("path:.", True), ("path:../../libs/one", True)]


def test_a_workspace_that_is_no_project_itself() -> None:
    text = """version = 1
[manifest]
members = ["part"]
requirements = [{ name = "one" }]
[manifest.dependency-groups]
test = [{ name = "two" }]
"""
    text += _package("part", "1", "") + _package("one", "1") + _package("two", "1")

    assert rows("uv.lock", text) == [pin("one", "1", 15), own("part", 10, "path:."), pin("two", "1", 20, group="test")]


def test_a_part_of_the_repository_that_only_a_group_needs_is_no_root() -> None:
    text = _ROOT.replace('name = "two"', 'name = "part"') + _package("two", "2")
    text += _package("part", "1", 'source = { editable = "libs/part" }\ndependencies = [{ name = "two" }]')

    assert [(one.name, one.group) for one in rows("uv.lock", text)] == [
        ("app-main", "main"),
        ("part", "main"),
        ("two", "gpu"),
    ]


def test_a_lock_in_the_folder_of_the_docs_is_for_these() -> None:
    found = rows("docs/uv.lock", _ROOT + _package("one", "1"))

    assert [one.group for one in found] == ["docs", "docs"]


def test_edges_of_old_locks_name_one_extra() -> None:
    text = "version = 1\n" + _package(
        "app", "1", 'source = { virtual = "lib" }\ndependencies = [{ name = "a", extra = "b" }]'
    )
    text += _package("a", "1", "[package.optional-dependencies]\nb = [{ name = 'c' }]") + _package("c", "1")

    assert [one.group for one in rows("uv.lock", text)] == ["main", "main", "main"]


@pytest.mark.parametrize(
    ("package", "reason"),
    [
        (_package("one", "1 2"), Unknown("package:one", "uv.lock:15 has a version that cannot be read: '1 2'")),
        (_package("one", ""), Unknown("package:one", "uv.lock:15 has no version")),
        (_package("o ne", "1"), Unknown("packages", "uv.lock:15 has a name that is none: 'o ne'")),
        (_package("", "1"), Unknown("packages", "uv.lock:15 has no name")),
        (
            _package("one", "1", 'resolution-markers = ["x y"]'),
            Unknown("package:one", "uv.lock:15 has a marker that cannot be read: 'x y'"),
        ),
        (
            _package("one", "1", 'source = { git = "https://[example.org/a" }'),
            Unknown("package:one", "uv.lock:15 has a git that is no address"),
        ),
        (_package("one", "1", "source = { git = 3 }"), Unknown("package:one", "uv.lock:15 has a git that is no text")),
    ],
)
def test_a_package_that_cannot_be_understood_leaves_the_others(package: str, reason: Unknown) -> None:
    found = declared("uv.lock", _ROOT + package + _package("three", "3"))

    assert ([one.name for one in found.dependencies], found.unknown) == (["app-main", "three"], (reason,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"uv.lock: has the lock version None, and only 1 is known{_HINT}"),
        ("version = 2", f"uv.lock: has the lock version 2, and only 1 is known{_HINT}"),
        ("version = true", f"uv.lock: has the lock version True, and only 1 is known{_HINT}"),
        ("version = 1", f"uv.lock: holds neither a [[package]] nor requires-python, which uv always writes{_HINT}"),
        ("version = 1\npackage = 3", f"uv.lock: package must be a list of tables, not a number{_HINT}"),
        ("version = 1\npackage = [3]", f"uv.lock: package must be a list of tables, not a list{_HINT}"),
        (
            _ROOT + _package("one", "1", "source = []"),
            f"uv.lock:15: package[1].source must be a table, not a list{_HINT}",
        ),
        (
            _ROOT + _package("one", "1", 'dependencies = "a"'),
            f"uv.lock:15: package[1].dependencies must be a list of tables, not a text{_HINT}",
        ),
        (
            _ROOT + _package("one", "1", "dependencies = [[]]"),
            f"uv.lock:15: package[1].dependencies must be a list of tables, not a list{_HINT}",
        ),
        (
            _ROOT + _package("one", "1", "dependencies = [{name = 3}]"),
            f"uv.lock:15: package[1].dependencies[0].name must be a text, not a number{_HINT}",
        ),
        (
            _ROOT + _package("one", "1", "dependencies = [{name = 'a', extra = [3]}]"),
            f"uv.lock:15: package[1].dependencies[0].extra must be a list of texts, not a list{_HINT}",
        ),
        (
            _ROOT + "<<<<<<< HEAD\n",
            "uv.lock:12:1: is not TOML: Invalid statement\n"
            "  it holds conflict markers: take one side whole, or capture again",
        ),
    ],
)
def test_what_no_tool_wrote_is_refused(text: str, message: str) -> None:
    assert refused("uv.lock", text) == message


def test_layout_hashes_and_own_version_say_nothing() -> None:
    one = _ROOT + _package("one", "1") + _package("two", "2")
    other = (
        "# by hand\n"
        + _ROOT.replace('"0.1"', "'0.2'")
        + _package("two", "2", "sdist = { hash = 'x' }")
        + _package("one", "1")
    )

    assert [(row.name, row.version, row.group) for row in rows("uv.lock", one)] == [
        (row.name, row.version, row.group) for row in rows("uv.lock", other)
    ]


def test_a_project_without_any_package() -> None:
    found = declared("uv.lock", 'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n')

    assert (found.dependencies, found.python, found.unknown) == ((), ">=3.12", ())
