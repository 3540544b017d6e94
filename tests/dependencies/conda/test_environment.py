"""environment.yml by meaning: conda's packages, the requirements of pip in it, the Python."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows

WHOLE = """\
name: fraud
channels:
  - conda-forge   # numpy=0
  - numpy=1.26.4=py311h_0
dependencies:
  - python=3.11
  - numpy=1.26.4=py311h_0   # why
  - "scipy>=1.10,<2"
  - 'conda-forge::pandas'
  - pip
  - pip:
    - --index-url https://example.org/simple
    - torch==2.1.0+cpu ; sys_platform == "linux"
    - -r more/requirements.txt
    - -e ./libs/core
variables:
  A: b
"""
MORE = {"ops/more/requirements.txt": "flask>=3\n-c narrow.txt\n", "ops/more/narrow.txt": "jinja2==3.1\n"}


def test_a_whole_file() -> None:
    assert declared("ops/environment.yml", WHOLE, MORE) == Declarations(
        path="ops/environment.yml",
        form="environment.yml",
        dependencies=(
            Dependency(name="core", origin="path:./libs/core", line=15, is_own=True),
            Dependency(name="flask", specifier=">=3", written=">=3", line=1, file="ops/more/requirements.txt"),
            Dependency(
                name="jinja2",
                version="3.1",
                specifier="==3.1",
                written="==3.1",
                line=1,
                file="ops/more/narrow.txt",
            ),
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                written="=1.26.4=py311h_0",
                label="py311h_0",
                line=7,
                manager="conda",
            ),
            Dependency(name="pandas", line=9, manager="conda"),
            Dependency(name="pip", line=10, manager="conda"),
            Dependency(name="scipy", specifier="<2,>=1.10", written=">=1.10,<2", line=8, manager="conda"),
            Dependency(
                name="torch",
                version="2.1.0+cpu",
                specifier="==2.1.0+cpu",
                written="==2.1.0+cpu",
                marker='sys_platform == "linux"',
                line=13,
            ),
        ),
        python="3.11",
        python_line=6,
        files=("ops/environment.yml", "ops/more/narrow.txt", "ops/more/requirements.txt"),
    )


def test_another_layout_of_the_same_means_the_same_but_for_lines() -> None:
    flow = "dependencies: [{pip: ['torch==2.1.0']}, 'scipy >=1.10, <2', python 3.11.*, other::numpy==1.26.4]\n"
    block = "dependencies:\n- numpy=1.26.4\n- scipy>=1.10,<2\n- python=3.11\n- pip:\n  - torch==2.1.0\n"

    def meaning(text: str) -> list[tuple[object, ...]]:
        found = declared("environment.yml", text)
        return [(found.python,), *((row.name, row.version, row.specifier, row.manager) for row in found.dependencies)]

    assert meaning(flow) == meaning(block)
    assert [row.line for row in rows("environment.yml", block)] == [2, 3, 6]
    assert [row.line for row in rows("environment.yml", flow)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("environment.yml", "main"),
        ("environment-dev.yaml", "dev"),
        ("docs/environment.yml", "docs"),
        ("test-environment.yml", "test"),
        ("conda.yaml", "main"),
    ],
)
def test_the_name_of_the_file_tells_the_group(path: str, group: str) -> None:
    found = rows(path, "dependencies:\n- numpy\n- pip: [torch, -r r.txt]\n", {"r.txt": "", "docs/r.txt": ""})

    assert [(row.name, row.group) for row in found] == [("numpy", group), ("torch", group)]


def test_what_cannot_be_understood_is_unknown_by_name_and_line_and_the_rest_is_read() -> None:
    text = (
        "dependencies:\n- numpy=1|2\n- python=3.10|3.11\n- '=='\n- {npm: [x]}\n- 3\n- conda-forge::_x[\n"
        "- pip:\n  - torch==\n  - 7\n  - fine\n- pip:\n"
    )
    found = declared("environment.yml", text)

    assert (found.python, found.python_line, [row.name for row in found.dependencies]) == (None, 0, ["fine"])
    neither = "environment.yml has an item below dependencies: that is neither a text nor a list below pip:"
    assert found.unknown == (
        Unknown("package:numpy", "environment.yml:2 has alternatives, which no specifier can say: 'numpy=1|2'"),
        Unknown("package:torch", "environment.yml:9 is not a requirement that can be read: 'torch=='"),
        Unknown("package:x", "environment.yml:7 is no conda spec: 'conda-forge::_x['"),
        Unknown("packages", neither),
        Unknown("packages", "environment.yml has an item below pip: that is no text"),
        Unknown("packages", "environment.yml:4 is no conda spec: '=='"),
        Unknown("python", "environment.yml:3 has alternatives, which no specifier can say: 'python=3.10|3.11'"),
    )


@pytest.mark.parametrize("text", ["", "- numpy\n", "1: x\n", "name: fraud\n", "name: fraud\ndependencies:\n"])
def test_a_file_without_dependencies_asks_for_nothing(text: str) -> None:
    assert declared("environment.yml", text) == Declarations(
        path="environment.yml", form="environment.yml", files=("environment.yml",)
    )


def test_dependencies_that_are_no_list_are_refused() -> None:
    message = "environment.yml: dependencies: is not a list\n  write the packages as a list below dependencies:"
    assert refused("environment.yml", "dependencies: numpy\n") == message


def test_a_python_of_any_version() -> None:
    found = declared("environment.yml", "dependencies:\n- python\n")

    assert (found.python, found.python_line, found.dependencies) == ("", 2, ())


def test_equal_items_have_their_own_lines() -> None:
    found = rows("environment.yml", "dependencies:\n- numpy\n- pip:\n  - numpy\n")

    assert [(row.manager, row.line) for row in found] == [("conda", 2), ("pypi", 4)]


def test_a_conflict_is_refused() -> None:
    text = "dependencies:\n<<<<<<< HEAD\n- numpy=1\n=======\n- numpy=2\n>>>>>>> b\n"

    assert refused("environment.yml", text).startswith("environment.yml:")
