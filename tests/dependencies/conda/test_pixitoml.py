"""pixi.toml, and the same tables below [tool.pixi]: dependencies by feature and platform."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows

WHOLE = """\
[workspace]
name = "fraud"
channels = ["conda-forge"]

[dependencies]
python = "3.11.*"
numpy = ">=1.20,<2"
pytorch = { version = "2.1.*", build = "*cuda*", channel = "pytorch" }
anything = "*"

[pypi-dependencies]
flask = "==3.0"
fraud = { path = ".", editable = true }
odd = { git = "https://example.org/acme/odd", rev = "abc" }

[target.linux-64.dependencies]
libgomp = "==13.2"

[build-dependencies]
cmake = "3.28"

[feature.test.dependencies]
pytest = "*"

[feature.cuda.pypi-dependencies]
cupy = { version = ">=13", extras = ["all"] }

[feature.served.dependencies]
uvicorn = ">=0.30"

[environments]
default = ["served"]
test = { features = ["test"], solve-group = "default" }
"""


def conda(name: str, line: int, version: str | None = None, **told: str) -> Dependency:
    return Dependency(name=name, version=version, line=line, manager="conda", **told)  # type: ignore[arg-type]


EXPECTED = (
    conda("anything", 9, written="*"),
    conda("cmake", 20, "3.28", specifier="==3.28", written="3.28", group="build"),
    Dependency(name="cupy", specifier=">=13", written=">=13", group="cuda", line=26),
    Dependency(name="flask", version="3.0", specifier="==3.0", written="==3.0", line=12),
    Dependency(name="fraud", origin="path:.", is_own=True, line=13),
    conda(
        "libgomp",
        17,
        "13.2",
        specifier="==13.2",
        written="==13.2",
        marker='platform_machine == "x86_64" and sys_platform == "linux"',
    ),
    conda("numpy", 7, specifier="<2,>=1.20", written=">=1.20,<2"),
    Dependency(name="odd", origin="git+https://example.org/acme/odd@abc", line=14),
    conda("pytest", 23, written="*", group="test"),
    conda("pytorch", 8, specifier="==2.1.*", written="2.1.*", label="*cuda*"),
    conda("uvicorn", 29, specifier=">=0.30", written=">=0.30"),
)


def test_a_whole_file() -> None:
    assert declared("pixi.toml", WHOLE) == Declarations(
        path="pixi.toml",
        form="pixi.toml",
        dependencies=EXPECTED,
        python="3.11",
        python_line=6,
        files=("pixi.toml",),
    )


def test_the_same_below_tool_pixi() -> None:
    text = (
        WHOLE.replace("[workspace]", "[tool.pixi.workspace]")
        .replace("\n[", "\n[tool.pixi.")
        .replace("[tool.pixi.tool.pixi.", "[tool.pixi.")
    )
    found = declared("pyproject.toml", text)

    assert (found.dependencies, found.python, found.python_line, found.unknown) == (EXPECTED, "3.11", 6, ())


def test_the_python_of_the_project_itself_comes_first() -> None:
    text = "[project]\nrequires-python = '>=3.10'\n[tool.pixi.dependencies]\npython = '3.11.*'\n"

    assert declared("pyproject.toml", text).python == ">=3.10"


def test_a_python_for_each_feature() -> None:
    text = "[feature.py311.dependencies]\npython = '3.11.*'\n[feature.py312.dependencies]\npython = '3.12.*'\n"
    found = declared("pixi.toml", text)

    assert (found.python, found.python_line, found.dependencies) == ("3.11 | 3.12", 2, ())


def test_what_a_package_is_built_with_is_for_building() -> None:
    text = "[package.host-dependencies]\nhatchling = '*'\n[package.run-dependencies]\nrich = '*'\n"

    assert [(row.name, row.group) for row in rows("pixi.toml", text)] == [("hatchling", "build"), ("rich", "main")]


def test_families_of_platforms_are_markers() -> None:
    text = "".join(f"[target.{one}.dependencies]\na = '*'\n" for one in ("linux", "osx", "win", "unix"))

    assert sorted(row.marker for row in rows("pixi.toml", text)) == [
        'sys_platform != "win32"',
        'sys_platform == "darwin"',
        'sys_platform == "linux"',
        'sys_platform == "win32"',
    ]


def test_where_a_package_comes_from() -> None:
    text = (
        "[dependencies]\na = { git = 'https://example.org/a', rev = 'v1' }\n"
        "[pypi-dependencies]\nb = { path = './b' }\nc = { version = '*', index = 'https://example.org/simple' }\n"
    )

    assert [(row.name, row.manager, row.origin, row.is_own) for row in rows("pixi.toml", text)] == [
        ("a", "conda", "git+https://example.org/a@v1", False),
        ("b", "pypi", "path:./b", True),
        ("c", "pypi", None, False),
    ]


def test_what_cannot_be_read_is_unknown_by_itself() -> None:
    text = (
        "[dependencies]\na = '>=1|<0.5'\nb = '1.0'\n[pypi-dependencies]\nc = '^^'\nd = { git = 1 }\n"
        "[target.moon.dependencies]\ne = '*'\n"
    )
    found = declared("pixi.toml", text)

    assert [row.name for row in found.dependencies] == ["b"]
    assert found.unknown == (
        Unknown("package:a", "pixi.toml:2 has alternatives, which no specifier can say: 'a >=1|<0.5'"),
        Unknown("package:c", "pixi.toml:5 asks for c '^^', which is no range of PEP 440"),
        Unknown("package:d", "pixi.toml:6 has a git that is no text"),
        Unknown("packages", "pixi.toml:7 has a platform that is not known: moon"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dependencies = 1\n", "pixi.toml:1: dependencies: is not a table"),
        ("[dependencies]\na = 1\n", "pixi.toml:2: dependencies.a: is not a version or a table"),
        (
            "[dependencies]\na = { version = 1 }\n",
            "pixi.toml:2: dependencies.a: is not a package with a version in quotes",
        ),
        (
            "[environments]\ndefault = 'x'\n",
            "pixi.toml:2: environments.default: is not a list of features, or a table with one",
        ),
    ],
)
def test_another_type_is_refused(text: str, message: str) -> None:
    assert refused("pixi.toml", text) == message
