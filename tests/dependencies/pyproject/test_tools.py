"""Tables of pdm, hatch, uv, rye and flit in pyproject.toml."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from tests.support.declared import declared, refused, rows

WHOLE = """\
[tool.pdm.dev-dependencies]
test = ["pytest"]
gpu = ["-e file:///${PROJECT_ROOT}/libs/a#egg=a", "cupy"]
default = ["ipdb"]

[tool.hatch.envs.default]
dependencies = ["coverage"]
[tool.hatch.envs.train]
dependencies = ["torch==2.1"]
extra-dependencies = ["xgboost"]
[tool.hatch.envs.docs]
python = "3.11"

[tool.uv]
dev-dependencies = ["ruff"]
constraint-dependencies = ["numpy<2"]
override-dependencies = ["scipy==1.13.0"]

[tool.rye]
dev-dependencies = ["black"]

[tool.flit.metadata]
requires-python = ">=3.8"
requires = ["click"]
[tool.flit.metadata.requires-extra]
doc = ["sphinx"]
"""


def test_a_whole_file() -> None:
    assert declared("pyproject.toml", WHOLE) == Declarations(
        path="pyproject.toml",
        form="pyproject",
        files=("pyproject.toml",),
        python=">=3.8",
        python_line=23,
        dependencies=(
            Dependency(name="a", origin="path:./libs/a", group="dev", line=3, is_own=True),
            Dependency(name="black", group="dev", line=20),
            Dependency(name="click", line=24),
            Dependency(name="coverage", group="dev", line=7),
            Dependency(name="cupy", group="dev", line=3),
            Dependency(name="ipdb", group="dev", line=4),
            Dependency(name="numpy", specifier="<2", written="<2", line=16),
            Dependency(name="pytest", group="test", line=2),
            Dependency(name="ruff", group="dev", line=15),
            Dependency(name="scipy", version="1.13.0", specifier="==1.13.0", written="==1.13.0", line=17),
            Dependency(name="sphinx", group="docs", line=26),
            Dependency(name="torch", version="2.1", specifier="==2.1", written="==2.1", group="train", line=9),
            Dependency(name="xgboost", group="train", line=10),
        ),
    )


SOURCES = """\
[project]
name = "fraud"
dependencies = ["a>=1", "b==1.0; os_name == 'nt'", "part", "c", "d @ https://example.org/d.zip", "fraud[x]"]
[tool.uv.sources]
"""


def sources(text: str) -> list[Dependency]:
    return rows("pyproject.toml", SOURCES + text)


PLAIN = {
    "a": Dependency(name="a", specifier=">=1", written=">=1", line=3),
    "b": Dependency(name="b", version="1.0", specifier="==1.0", written="==1.0", marker='os_name == "nt"', line=3),
    "c": Dependency(name="c", line=3),
    "d": Dependency(name="d", origin="https://example.org/d.zip", line=3),
    "fraud": Dependency(name="fraud", extras=("x",), line=3, is_own=True),
    "part": Dependency(name="part", line=3),
}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("a = {index = 'private'}", {}),
        ("D = {path = 'd'}", {}),
        (
            "A = {git = 'https://ada:secret@example.org/a.git', rev = 'v1'}",
            {"a": [Dependency(name="a", origin="git+https://example.org/a.git@v1", line=3)]},
        ),
        ("part = {workspace = true}", {"part": [Dependency(name="part", line=3, is_own=True)]}),
        (
            "part = {path = 'libs/part', editable = true}",
            {"part": [Dependency(name="part", origin="path:./libs/part", line=3, is_own=True)]},
        ),
        (
            "b = {git = 'https://example.org/b', marker = \"sys_platform == 'linux'\"}",
            {
                "b": [
                    PLAIN["b"],
                    Dependency(
                        name="b",
                        version="1.0",
                        origin="git+https://example.org/b@HEAD",
                        marker='os_name == "nt" and sys_platform == "linux"',
                        line=3,
                    ),
                ]
            },
        ),
        (
            "c = [{url = 'https://example.org/c-1.0-py3-none-any.whl', marker = \"os_name == 'nt'\"},\n"
            "     {index = 'x', marker = \"os_name == 'posix'\"}]",
            {
                "c": [
                    PLAIN["c"],
                    Dependency(
                        name="c",
                        version="1.0",
                        origin="https://example.org/c-1.0-py3-none-any.whl",
                        marker='os_name == "nt"',
                        line=3,
                    ),
                ]
            },
        ),
    ],
)
def test_a_source_says_where_a_package_comes_from(text: str, changed: dict[str, list[Dependency]]) -> None:
    expected = [row for name, plain in sorted(PLAIN.items()) for row in changed.get(name, [plain])]

    assert sources(text) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[tool.uv.sources]\na = 1", "tool.uv.sources.a: is not a table, or a list of tables"),
        ("[tool.uv.sources]\na = [1]", "tool.uv.sources.a: is not a table, or a list of tables"),
        ("[tool.uv.sources]\na = {git = 1}", "tool.uv.sources.a: has a git that is no text"),
        (
            "[tool.uv.sources]\na = {git = 'https://example.org/a', marker = 1}",
            "tool.uv.sources.a: is not a source with a marker that is a text",
        ),
        (
            "[tool.uv.sources]\na = {git = 'https://example.org/a', marker = 'x'}",
            "tool.uv.sources.a: is not a source with a marker that can be read",
        ),
        ("[tool.hatch.envs]\na = []", "tool.hatch.envs.a: is not a table"),
        ("[tool.uv]\ndev-dependencies = 'a'", "tool.uv.dev-dependencies: is not a list of texts"),
        ("[tool.pdm.dev-dependencies]\na = 1", "tool.pdm.dev-dependencies.a: is not a list of texts"),
    ],
)
def test_a_table_of_another_type_is_refused(content: str, message: str) -> None:
    assert refused("pyproject.toml", content) == f"pyproject.toml:2: {message}"
