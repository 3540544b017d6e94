"""``[tool.poetry]``: its notation of ranges, its groups, extras, places and constraints under conditions."""

from dataclasses import replace

import pytest

from lineage.dependencies.pyproject.poetry_ranges import exact_version, to_specifier, to_specifiers
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows


@pytest.mark.parametrize(
    ("written", "specifier"),
    [
        ("^1.2", "<2.0,>=1.2"),
        ("^1.2.3", "<2.0.0,>=1.2.3"),
        ("^0.2.3", "<0.3.0,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0.0", "<0.1,>=0.0"),
        ("^0", "<1,>=0"),
        ("^1.2.*", "<2.0,>=1.2"),
        ("^2.0rc1", "<3.0,>=2.0rc1"),
        ("~1.2.3", "<1.3.0,>=1.2.3"),
        ("~1.2", "<1.3,>=1.2"),
        ("~1", "<2,>=1"),
        ("~=1.2", "~=1.2"),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        ("==1.2.*", "==1.2.*"),
        ("1.2.*", "==1.2.*"),
        ("1.*.*", "==1.*"),
        ("*", ""),
        ("", ""),
        (">=1 <2", "<2,>=1"),
        (">= 1.2 , < 3, !=2.5", "!=2.5,<3,>=1.2"),
        ("^1.24 || ^2.0", "<3.0,>=1.24"),
        ("^2.0 | >=1.24,<2", "<3.0,>=1.24"),
        ("^1 || ^3", None),
        (">=1,<9 || ^2", None),
        ("<1 || >=2", None),
        ("<1 || ^2", None),
        (">=1,<=2 || >=2,<3", None),
        ("^1 || x y", None),
        (">=1.*", None),
        ("abc", None),
        ("^abc", None),
        (">=", None),
        ("1" * 5000, None),
    ],
)
def test_a_range_as_pep_440(written: str, specifier: str | None) -> None:
    assert to_specifier(written) == specifier


@pytest.mark.parametrize(
    ("written", "specifiers"),
    [
        ("^1 || ^3", ["<2,>=1", "<4,>=3"]),
        ("^1.24 || ^2.0", ["<3.0,>=1.24"]),
        ("1.0", ["==1.0"]),
        ("", [""]),
        ("^1 || x y", None),
        ("1" * 5000, None),
    ],
)
def test_a_union_as_its_ranges(written: str, specifiers: list[str] | None) -> None:
    assert to_specifiers(written) == specifiers


@pytest.mark.parametrize(
    ("specifier", "version"),
    [("==1.2", "1.2"), ("===1.2-x", "1.2-x"), ("==1.*", None), ("!=1,==1.2", None), (">=1", None), ("", None)],
)
def test_one_version_is_exact(specifier: str, version: str | None) -> None:
    assert exact_version(specifier) == version


def poetry(text: str) -> list[Dependency]:
    return rows("pyproject.toml", f"[tool.poetry.dependencies]\n{text}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'Scikit_Learn = "1.3.0"',
            Dependency(name="scikit-learn", version="1.3.0", specifier="==1.3.0", written="1.3.0"),
        ),
        (
            'a = {version = "^1.2", extras = ["Y", "x"]}',
            Dependency(name="a", specifier="<2.0,>=1.2", written="^1.2", extras=("x", "y")),
        ),
        (
            'a = {version = "*", markers = "os.name==\'nt\'"}',
            Dependency(name="a", written="*", marker='os_name == "nt"'),
        ),
        (
            'a = {version = "*", python = "^3.8", platform = "linux", markers = "extra == \'x\' or os_name == \'nt\'"}',
            Dependency(
                name="a",
                written="*",
                marker='(extra == "x" or os_name == "nt") and python_version >= "3.8" and python_version < "4.0"'
                ' and sys_platform == "linux"',
            ),
        ),
        (
            'a = {version = "1.0", python = "~3.8.1"}',
            Dependency(
                name="a",
                version="1.0",
                specifier="==1.0",
                written="1.0",
                marker='python_full_version >= "3.8.1" and python_full_version < "3.9.0"',
            ),
        ),
        (
            'a = {version = "1.0", python = "~2.7 || ~3.4", platform = "linux"}',
            Dependency(
                name="a",
                version="1.0",
                specifier="==1.0",
                written="1.0",
                marker='(python_version >= "2.7" and python_version < "2.8" or python_version >= "3.4"'
                ' and python_version < "3.5") and sys_platform == "linux"',
            ),
        ),
        ('a = {version = "1.0", python = "*"}', Dependency(name="a", version="1.0", specifier="==1.0", written="1.0")),
        ('a.version = "1.0"', Dependency(name="a", version="1.0", specifier="==1.0", written="1.0")),
        (
            'a = {git = "https://ada:secret@example.org/acme/a.git", tag = "v1", subdirectory = "py"}',
            Dependency(name="a", origin="git+https://example.org/acme/a.git@v1#subdirectory=py"),
        ),
        (
            'a = {git = "git@example.org:acme/a.git", branch = "main"}',
            Dependency(name="a", origin="git+ssh://example.org/acme/a.git@main"),
        ),
        ('a = {git = "https://example.org/a.git"}', Dependency(name="a", origin="git+https://example.org/a.git@HEAD")),
        ('a = {path = "libs/a", develop = true}', Dependency(name="a", origin="path:./libs/a", is_own=True)),
        (
            'a = {path = "a-1.0-py3-none-any.whl"}',
            Dependency(name="a", version="1.0", origin="path:./a-1.0-py3-none-any.whl"),
        ),
        ('a = {file = "broken.whl"}', Dependency(name="a", origin="path:./broken.whl")),
        (
            'a = {url = "https://example.org/a-1.0-py3-none-any.whl"}',
            Dependency(name="a", version="1.0", origin="https://example.org/a-1.0-py3-none-any.whl"),
        ),
        (
            'a = {version = "1.0", source = "private"}',
            Dependency(name="a", version="1.0", specifier="==1.0", written="1.0"),
        ),
    ],
)
def test_a_dependency_means(text: str, expected: Dependency) -> None:
    assert poetry(text) == [replace(expected, line=2)]


WHOLE = """\
[tool.poetry]
name = "fraud"

[tool.poetry.dependencies]
python = "^3.9"
pandas = [
    {version = "<2", python = "<3.9"},
    "^2.0",
]
mysql = { version = "~1.2", optional = true }
lost = { version = "1.0", optional = true }
union = "^1 || ^3"
[tool.poetry.dependencies.torch]
version = "2.1.0"

[tool.poetry.extras]
db = ["MySQL", "other"]
all = ["mysql"]

[tool.poetry.dev-dependencies]
black = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "7.0"
[tool.poetry.group.train.dependencies]
xgboost = "2.0.1"
"""


def test_a_whole_project() -> None:
    assert declared("pyproject.toml", WHOLE) == Declarations(
        path="pyproject.toml",
        form="pyproject",
        files=("pyproject.toml",),
        python="^3.9",
        python_line=5,
        dependencies=(
            Dependency(name="black", written="*", group="dev", line=21),
            Dependency(name="lost", version="1.0", specifier="==1.0", written="1.0", line=11),
            Dependency(name="mysql", specifier="<1.3,>=1.2", written="~1.2", group="extra:all", line=10),
            Dependency(name="mysql", specifier="<1.3,>=1.2", written="~1.2", group="extra:db", line=10),
            Dependency(name="pandas", specifier="<3.0,>=2.0", written="^2.0", line=6),
            Dependency(name="pandas", specifier="<2", written="<2", marker='python_version < "3.9"', line=6),
            Dependency(name="sphinx", version="7.0", specifier="==7.0", written="7.0", group="docs", line=25),
            Dependency(name="torch", version="2.1.0", specifier="==2.1.0", written="2.1.0", line=13),
            Dependency(name="union", specifier="<2,>=1", written="^1 || ^3", line=12),
            Dependency(name="union", specifier="<4,>=3", written="^1 || ^3", line=12),
            Dependency(name="xgboost", version="2.0.1", specifier="==2.0.1", written="2.0.1", group="train", line=27),
        ),
        unknown=(
            Unknown(
                "package:union",
                "pyproject.toml:12 asks for union '^1 || ^3', which is no single range of PEP 440",
            ),
        ),
    )


def test_beside_pep_621_a_table_may_only_say_where_to_look() -> None:
    content = '[project]\nrequires-python = ">=3.9"\ndependencies = ["a>=1", "b"]\n[tool.poetry.dependencies]\n'
    content += 'a = {source = "private"}\nb = {git = "https://example.org/b"}\npython = {version = "^3.9"}\n'
    content += '[tool.poetry.group.dev.dependencies]\nc = {source = "private"}\n'

    found = declared("pyproject.toml", content)

    assert [(row.name, row.specifier, row.origin) for row in found.dependencies] == [
        ("a", ">=1", None),
        ("b", "", None),
        ("b", "", "git+https://example.org/b@HEAD"),
        ("c", "", None),
    ]
    assert (found.python, found.python_line) == (">=3.9", 2)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("{version = 1}", "has a version that is no text"),
        ("{git = 1}", "has a git that is no text"),
        ("{git = ''}", "has a git that is no text"),
        ("{git = 'https://ada:secret@[x/y'}", "has a git that is no address"),
        ("{extras = 'x'}", "has extras that are no list of texts"),
        ("{extras = [1]}", "has extras that are no list of texts"),
        ("{markers = 'what == 1'}", "has a marker that cannot be read"),
        ("{version = '^1 || x y'}", "asks for a '^1 || x y', which is no single range of PEP 440"),
        ("{python = '^2 || x y'}", "is for Python '^2 || x y', which is no range of PEP 440"),
        ("{platform = '\"'}", "has a platform that cannot be read"),
    ],
)
def test_a_dependency_that_cannot_be_read_is_unknown(value: str, reason: str) -> None:
    found = declared("pyproject.toml", f"[tool.poetry.dependencies]\na = {value}\nb = '1.0'\n")

    assert [row.name for row in found.dependencies] == ["b"]
    assert found.unknown == (Unknown("package:a", f"pyproject.toml:2 {reason}"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "[tool.poetry.dependencies]\na = 1",
            "pyproject.toml:2: tool.poetry.dependencies.a: is not a version, a table, or a list of these",
        ),
        (
            "[tool.poetry.dependencies]\na = [[]]",
            "pyproject.toml:2: tool.poetry.dependencies.a: is not a version, a table, or a list of these",
        ),
        (
            "[tool.poetry.dependencies]\npython = 3",
            "pyproject.toml:2: tool.poetry.dependencies.python: is not a text",
        ),
        ("[tool.poetry.group]\na = 1", "pyproject.toml:2: tool.poetry.group.a: is not a table"),
        ("[tool.poetry.extras]\na = 'b'", "pyproject.toml:2: tool.poetry.extras.a: is not a list of texts"),
    ],
)
def test_a_table_of_another_type_is_refused(content: str, message: str) -> None:
    assert refused("pyproject.toml", content) == message
