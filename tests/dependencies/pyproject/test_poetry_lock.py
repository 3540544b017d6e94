"""poetry.lock: groups as 2.1 says them, by category before 1.2, by the project beside it in between."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture, own, pin

_HINT = "\n  lock it again, or restore the version that git holds"
_COMMIT = "1234567890123456789012345678901234567890"


def test_what_poetry_2_wrote() -> None:
    expected = (
        pin("certifi", "2026.10.18", 5),
        pin("charset-normalizer", "3.5.2", 21),
        pin("click", "8.1.8", 37, marker='python_version == "3.9"', requires=("colorama",)),
        pin("click", "8.5.1", 57, marker='python_version >= "3.10"'),
        pin("colorama", "0.4.6", 74, marker='python_version == "3.9" and platform_system == "Windows"'),
        pin("idna", "3.20", 91),
        pin("iniconfig", "2.1.0", 110, marker='python_version == "3.9"', group="dev"),
        pin("iniconfig", "2.3.1", 127, marker='python_version >= "3.10"', group="dev"),
        pin("jinja2", "3.1.6", 144, group="docs", requires=("markupsafe",)),
        pin("markupsafe", "3.0.4", 166, group="docs"),
        pin("numpy", "1.26.4", 182, marker='python_version == "3.9"'),
        pin("numpy", "2.2.6", 199, marker='python_version >= "3.10"'),
        pin("pluggy", "1.6.0", 216, marker='python_version == "3.9"', group="dev"),
        pin("pluggy", "1.7.0", 237, marker='python_version >= "3.10"', group="dev"),
        pin("pysocks", "1.7.1", 254),
        pin(
            "requests",
            "2.32.5",
            270,
            marker='python_version == "3.9"',
            requires=("certifi", "charset-normalizer", "idna", "pysocks", "urllib3"),
        ),
        pin(
            "requests",
            "2.34.2",
            298,
            marker='python_version >= "3.10"',
            requires=("certifi", "charset-normalizer", "idna", "pysocks", "urllib3"),
        ),
        pin("toolz", "0.12.1", 326, group="extra:fast"),
        pin("urllib3", "2.6.3", 343, marker='python_version == "3.9"'),
        pin("urllib3", "2.8.0", 366, marker='python_version >= "3.10"'),
    )

    assert declared("poetry.lock", fixture("poetry/two-one.lock")) == Declarations(
        path="poetry.lock",
        form="poetry.lock",
        is_lock=True,
        has_graph=True,
        dependencies=expected,
        python=">=3.9,<4.0",
        python_line=392,
        files=("poetry.lock",),
    )


def test_what_poetry_1_8_wrote_beside_its_project() -> None:
    expected = (
        pin("certifi", "2026.10.18", 5),
        pin("charset-normalizer", "3.5.2", 20),
        pin("click", "8.1.8", 35, requires=("colorama",)),
        pin("colorama", "0.4.6", 53),
        pin("idna", "3.20", 68),
        pin("iniconfig", "2.1.0", 86, group="dev"),
        pin("jinja2", "3.1.6", 101, group="docs", requires=("markupsafe",)),
        pin("markupsafe", "3.0.4", 122, group="docs"),
        pin("numpy", "1.26.4", 137, marker='python_version < "3.10"'),
        pin("numpy", "2.2.6", 152, marker='python_version >= "3.10"'),
        pin("pluggy", "1.6.0", 167, group="dev"),
        pin("pysocks", "1.7.1", 186),
        pin("requests", "2.32.5", 201, requires=("certifi", "charset-normalizer", "idna", "pysocks", "urllib3")),
        pin("toolz", "0.12.1", 227, group="extra:fast"),
        pin("urllib3", "2.6.3", 242),
    )
    found = declared(
        "a/poetry.lock", fixture("poetry/two-zero.lock"), {"a/pyproject.toml": fixture("poetry/project.toml")}
    )

    assert (found.dependencies, found.files) == (expected, ("a/poetry.lock", "a/pyproject.toml"))


@pytest.mark.parametrize(
    "project",
    [None, b"[[[", b"\xff", b"[tool.poetry]\ndependencies = 3", b"a" + b".a" * 17 + b" = 1"],
)
def test_without_a_project_that_can_be_read_all_but_extras_is_main(project: bytes | None) -> None:
    files = {} if project is None else {"pyproject.toml": project}
    found = declared("poetry.lock", fixture("poetry/two-zero.lock"), files)

    assert {one.name: one.group for one in found.dependencies if one.group != "main"} == {"toolz": "extra:fast"}
    assert found.files == ("poetry.lock",)


_END = """
[extras]
fast = ["two", "one (>=1)", "?"]
dev = ["four"]

[metadata]
lock-version = "1.1"
python-versions = "^3.8"
"""


def test_categories_and_optional_packages_of_1_1() -> None:
    text = """
[[package]]
name = "One"
version = "1"
category = "main"
optional = false

[[package]]
name = "two"
version = "2"
category = "main"
optional = true
marker = "os_name == 'nt'"

[package.dependencies]
Three = {version = "*", optional = true}
one = "*"

[[package]]
name = "three"
version = "3"
category = "main"
optional = true

[[package]]
name = "four"
version = "4"
category = "main"
optional = true

[[package]]
name = "five"
version = "5"
category = "dev"
optional = false

[package.dependencies]
six = "*"

[[package]]
name = "six"
version = "6"
category = "main"
optional = true
"""

    assert rows("poetry.lock", text + _END) == [
        pin("five", "5", 33, group="dev", requires=("six",)),
        pin("four", "4", 27, group="dev"),
        pin("one", "1", 4),
        pin("six", "6", 42, group="dev"),
        pin("three", "3", 21, group="extra:fast"),
        pin("two", "2", 10, group="extra:fast", marker='os_name == "nt"', requires=("one", "three")),
    ]


def _lock(rest: str, version: str = "2.1") -> str:
    return f'[[package]]\nname = "one"\nversion = "1"\n{rest}\n[metadata]\nlock-version = "{version}"\n'


@pytest.mark.parametrize(
    ("rest", "row"),
    [
        ('groups = ["dev", "gpu"]', pin("one", "1", 3, group="gpu")),
        ('groups = ["docs", "test", "lint"]', pin("one", "1", 3, group="dev")),
        (
            'groups = ["main", "dev"]\nmarkers = {main = "os_name == \\"nt\\"", dev = "python_version < \\"3\\""}',
            pin("one", "1", 3, marker='os_name == "nt"'),
        ),
        ('groups = ["main", "dev"]\nmarkers = {dev = "python_version < \\"3\\""}', pin("one", "1", 3)),
        (
            'groups = ["main"]\nmarkers = "os_name == \\"nt\\" and (extra == \\"web\\" or extra == \\"all\\")"',
            pin("one", "1", 3, marker='os_name == "nt"', group="extra:all"),
        ),
        ('groups = ["dev"]\nmarkers = "extra == \\"web\\""', pin("one", "1", 3, group="dev")),
        (
            '[package.source]\ntype = "git"\nurl = "git@example.org:a/one.git"\nreference = "main"\n'
            f'resolved_reference = "{_COMMIT}"\nsubdirectory = "s"',
            pin("one", "1", 3, origin=f"git+ssh://example.org/a/one.git@{_COMMIT}#subdirectory=s"),
        ),
        ('[package.source]\ntype = "directory"\nurl = "libs/one"', own("one", 3, "path:./libs/one")),
        ('[package.source]\ntype = "file"\nurl = "w/one-1.tar.gz"', pin("one", "1", 3, origin="path:./w/one-1.tar.gz")),
        (
            '[package.source]\ntype = "url"\nurl = "https://example.org/o.zip"',
            pin("one", "1", 3, origin="https://example.org/o.zip"),
        ),
        ('[package.source]\ntype = "legacy"\nurl = "https://example.org"', pin("one", "1", 3)),
    ],
)
def test_one_package(rest: str, row: Dependency) -> None:
    assert rows("poetry.lock", _lock(rest)) == [row]


@pytest.mark.parametrize(
    ("text", "subject", "reason"),
    [
        (_lock("", "2.2"), "packages", "poetry.lock:6 has the lock version '2.2', which is newer than 2.1"),
        (_lock('markers = "x y"'), "package:one", "poetry.lock:3 has a marker that cannot be read: 'x y'"),
        (
            _lock('[package.source]\ntype = "cvs"'),
            "package:one",
            "poetry.lock:3 comes from a source of a kind that is not known: 'cvs'",
        ),
        (_lock('[package.source]\ntype = "hg"\nurl = ""'), "package:one", "poetry.lock:3 has a hg that is no text"),
    ],
)
def test_what_cannot_be_understood(text: str, subject: str, reason: str) -> None:
    assert declared("poetry.lock", text).unknown == (Unknown(subject, reason),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_lock("", "3.0"), f"poetry.lock:6: has the lock version '3.0', and 1.0 to 2.1 are known{_HINT}"),
        ("metadata = {lock-version = 'x'}", f"poetry.lock: has the lock version 'x', and 1.0 to 2.1 are known{_HINT}"),
        (_lock("groups = 3"), f"poetry.lock:3: package[0].groups must be a list of texts, not a number{_HINT}"),
        (
            _lock("[package.dependencies]\n[package.source]\ntype = 3"),
            f"poetry.lock:3: package[0].source.type must be a text, not a number{_HINT}",
        ),
        (
            _lock('category = "main"\noptional = "no"'),
            f"poetry.lock:3: package[0].optional must be true or false, not a text{_HINT}",
        ),
        ("metadata = []", f"poetry.lock: metadata must be a table, not a list{_HINT}"),
    ],
)
def test_what_no_tool_wrote_is_refused(text: str, message: str) -> None:
    assert refused("poetry.lock", text) == message


def test_an_empty_lock_before_1_0() -> None:
    found = declared("poetry.lock", "package = []\n[metadata]\npython-versions = '*'\n")

    assert (found.dependencies, found.python, found.python_line, found.unknown) == ((), "*", 3, ())


def _optional(name: str, rest: str) -> str:
    return f'[[package]]\nname = "{name}"\nversion = "1"\noptional = true\n{rest}\n'


def test_what_is_optional_in_2_1_is_for_the_extra_that_its_marker_names_else_for_those_that_reach_it() -> None:
    text = _optional("a", 'groups = ["main"]\n[package.dependencies]\nb = "*"\nc = "*"')
    text += _optional("b", 'groups = ["main"]') + _optional("c", 'groups = ["main"]\nmarkers = "extra == \'fast\'"')
    text += _optional("d", 'groups = ["main"]') + _optional("e", 'groups = ["train"]')
    text += '[extras]\nweb = ["a"]\ndocs = ["a", "b"]\n[metadata]\nlock-version = "2.1"\n'

    assert [(one.name, one.group) for one in rows("poetry.lock", text)] == [
        ("a", "extra:web"),
        ("b", "extra:web"),
        ("c", "extra:fast"),
        ("d", "main"),
        ("e", "train"),
    ]


def test_what_is_optional_and_in_no_extra_is_no_root() -> None:
    project = """[tool.poetry.dependencies]
a = "*"
b = { version = "*", optional = true }
c = { version = "*", optional = true }
[tool.poetry.dev-dependencies]
d = "*"
[tool.poetry.extras]
web = ["c"]
"""
    text = "".join(_optional(name, "") for name in "ab") + _optional("c", "[package.dependencies]\nf = '*'")
    text += _optional("d", "[package.dependencies]\nb = '*'") + _optional("f", "")
    text += '[extras]\nweb = ["c"]\n[metadata]\nlock-version = "2.0"\n'

    assert [(one.name, one.group) for one in rows("poetry.lock", text, {"pyproject.toml": project})] == [
        ("a", "main"),
        ("b", "dev"),
        ("c", "extra:web"),
        ("d", "dev"),
        ("f", "extra:web"),
    ]


def test_a_group_that_is_called_build_is_a_root() -> None:
    project = "[build-system]\nrequires = ['b']\n[tool.poetry.group.build.dependencies]\na = '*'\n"
    text = "".join(_optional(name, "") for name in "ab") + '[metadata]\nlock-version = "2.0"\n'

    found = rows("poetry.lock", text, {"pyproject.toml": project})
    assert [(one.name, one.group) for one in found] == [("a", "build"), ("b", "main")]
