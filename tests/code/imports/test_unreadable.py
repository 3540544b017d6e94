"""Code that cannot be read, or only with care."""

import pytest

from lineage.code.imports import MOST_FILES, Imports, trace_imports
from tests.support.tracing import Trace, unreadable


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"import a\nx = = 1\n", "line 2: invalid syntax"),
        (b"def f(:\n", "line 1: invalid syntax"),
        (b"# coding: nowhere\n", "line 1: unknown encoding: nowhere"),
    ],
)
def test_code_that_does_not_parse_is_a_problem(trace: Trace, content: bytes, detail: str) -> None:
    assert trace({"train.py": "import part\nimport numpy", "part.py": content}) == Imports(
        files=("part.py", "train.py"),
        sites=(("numpy", "train.py:2"),),
        problems=(unreadable("part.py", detail),),
        dynamic=True,
    )


@pytest.mark.parametrize("content", [b"x = 1\0", b"x = " + b"-" * 200_000 + b"1", b"x = 1" + b" + 1" * 20_000])
def test_code_that_cannot_be_read_at_all_is_one_problem(trace: Trace, content: bytes) -> None:
    traced = trace({"train.py": content})
    assert (traced.files, traced.dynamic) == (("train.py",), True)
    assert [(problem.code, problem.subject) for problem in traced.problems] == [
        ("use.unreadable-code", "code:train.py")
    ]


def test_an_entry_that_is_not_there_is_a_problem(trace: Trace) -> None:
    assert trace({}) == Imports(problems=(unreadable("train.py", "no such file"),), dynamic=True)


def test_encodings_and_questionable_escapes_are_read(trace: Trace) -> None:
    content = "# -*- coding: latin-1 -*-\nname = 'é\\d'\nimport numpy\n".encode("latin-1")
    assert trace({"train.py": content}) == Imports(files=("train.py",), sites=(("numpy", "train.py:3"),))


def test_there_is_an_end_to_the_files_that_are_followed() -> None:
    names = [f"m{number}" for number in range(MOST_FILES)]
    files = {"train.py": f"import {', '.join(names)}", "m0.py": "import numpy"}

    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else b"" if path.startswith("m") and "/" not in path else None

    traced = trace_imports(("train.py",), read, roots=("",))
    assert (traced.sites, traced.problems, traced.dynamic) == (
        (),
        (unreadable("train.py", "more than 20000 first-party files are imported; not all were read"),),
        True,
    )
