"""Build arguments of a Dockerfile that a compose file gives."""

import pytest

from lineage.dependencies.docker.compose import given_arguments
from tests.support.declared import declared

DOCKERFILE = "ARG BASE\nFROM ${BASE}\nARG TORCH\nARG KNOWN=1\nRUN pip install torch==$TORCH a==$KNOWN\n"
COMPOSE = """\
services:
  db: { image: "postgres:16" }
  api:
    build:
      context: .
      dockerfile: api/Dockerfile
      args:
        BASE: python:3.11
        TORCH: "2.1.0"
        KNOWN: "2"
"""


def test_arguments_without_a_value_have_that_of_compose() -> None:
    found = declared("api/Dockerfile", DOCKERFILE, {"docker-compose.yml": COMPOSE})

    assert [(row.name, row.version) for row in found.dependencies] == [("a", "1"), ("torch", "2.1.0")]
    assert (found.python, found.unknown, found.files) == ("3.11", (), ("api/Dockerfile", "docker-compose.yml"))


@pytest.mark.parametrize(
    ("compose", "expected"),
    [
        (
            "services: { a: { build: { context: ., args: ['A=1', 'B', 'C=${X:-2}', 'D=${X}', 3] } } }",
            {"A": "1", "C": "2"},
        ),
        ("services: { a: { build: { args: { A: 1, B: 3.10, C: x, D: null } } } }", {"A": "1", "C": "x"}),
        ("services: { a: { build: { args: { A: 1 } } }, b: { build: { args: { A: 2, B: 1 } } } }", {"B": "1"}),
        ("services: { a: { build: { context: ./other, args: { A: 1 } } } }", {}),
        ("services: { a: { build: { dockerfile: x, args: { A: 1 } } } }", {}),
        ("services: { a: { build: { dockerfile: 1, args: { A: 1 } } }, b: { build: { context: 1 } } }", {}),
        ("services: { a: { build: . }, b: 1, c: { build: {} } }", {}),
        ("services: [1]", {}),
        ("- 1", {}),
        ("", {}),
        ("a: [", {}),
    ],
)
def test_which_values_are_given(compose: str, expected: dict[str, str]) -> None:
    given, files = given_arguments("Dockerfile", {"compose.yaml": compose.encode()}.get)

    assert (given, files) == (expected, frozenset({"compose.yaml"} if expected else ()))


def test_only_near_folders_are_looked_into() -> None:
    asked: list[str] = []

    def include(path: str) -> None:
        asked.append(path)

    assert given_arguments("a/b/c/d/e/Dockerfile", include) == ({}, frozenset())
    assert {path.rpartition("/")[0] for path in asked} == {"a/b/c/d/e", "a/b/c/d", "a/b/c", "a/b"}


@pytest.mark.parametrize("text", ["FROM debian\nRUN pip install a==$V\n", "ARG A\nFROM debian\nRUN pip install a==1\n"])
def test_nobody_is_asked_where_no_argument_tells(text: str) -> None:
    assert declared("Dockerfile", text, {"compose.yaml": COMPOSE}).files == ("Dockerfile",)


def test_an_argument_that_nothing_gives_is_unknown() -> None:
    found = declared("Dockerfile", DOCKERFILE)

    assert [one.subject for one in found.unknown] == ["package:torch", "system:image"]
