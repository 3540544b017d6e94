"""The text of a Dockerfile as instructions."""

import pytest

from lineage.dependencies.docker.stages import DockerText, instructions
from lineage.errors import InputError


def read(text: str) -> list[tuple[str, str, int]]:
    return [(one.keyword, one.body.text.strip(), one.line) for one in instructions(text.encode(), "Dockerfile")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# only a comment\n", []),
        ("FROM a\n\n  # why\n  run b\n", [("FROM", "a", 1), ("RUN", "b", 4)]),
        ("\ufeffFROM a\r\nRUN b \\\r\n  c\r\n", [("FROM", "a", 1), ("RUN", "b   c", 2)]),
        ("RUN a \\\n # why\n\n  b \\  \n c\n", [("RUN", "a   b  c", 1)]),
        ("RUN a \\", [("RUN", "a", 1)]),
        ("# escape=`\nRUN a `\n b\\\nCMD c\n", [("RUN", "a  b\\", 2), ("CMD", "c", 4)]),
        ("# syntax=docker/dockerfile:1\n# escape = `\nRUN a `\n b", [("RUN", "a  b", 3)]),
        ("\n# escape=`\nRUN a \\\n b", [("RUN", "a  b", 3)]),
        ("# syntax=x", []),
        ("RUN\n", [("RUN", "", 1)]),
    ],
)
def test_lines_are_joined(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert read(text) == expected


def test_a_place_in_an_instruction_knows_its_line() -> None:
    [one] = instructions(b"\nRUN a \\\n  # why\n  b\n", "Dockerfile")

    assert one.body == DockerText("    a   b", (0, 6), (2, 4))
    assert [one.body.line_at(offset) for offset in (0, 5, 6, 8)] == [2, 2, 4, 4]


def test_here_documents_are_kept_apart() -> None:
    text = "RUN <<A <<-'B'\none\nA\n\ttwo\n\tB\nCOPY <<C /x\nC\nENV X=<<D\n"
    found = list(instructions(text.encode(), "Dockerfile"))

    assert [(one.keyword, one.documents) for one in found] == [
        ("RUN", (DockerText("one\n", (0,), (2,)), DockerText("two\n", (0,), (4,)))),
        ("COPY", (DockerText("", (0,), (7,)),)),
        ("ENV", ()),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM a\n<<<<<<< HEAD\nRUN b\n", "Dockerfile:2: is a conflict marker\n  take one side whole"),
        ("FROM a\n{% if x %}\n", "Dockerfile:2: is no instruction of a Dockerfile"),
        ("FROM a\nRUN <<EOF\nb\n", "Dockerfile:2: has a here-document without its end, EOF"),
    ],
)
def test_what_is_no_dockerfile_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)

    assert str(caught.value) == message
