"""``lineage.core.imports``: real source texts, read from a real directory."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.core.imports import MOST_FILES, Imports, trace_imports
from lineage.portable.environment import Problem

Trace = Callable[..., Imports]


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Writes the files, then traces ``train.py`` or the given entries."""

    def write_and_trace(files: dict[str, str | bytes], *entries: str) -> Imports:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())

        def read(path: str) -> bytes | None:
            return (tmp_path / path).read_bytes() if (tmp_path / path).is_file() else None

        return trace_imports(entries or ("train.py",), read, roots=("", "src"))

    return write_and_trace


def dynamic(path: str, detail: str) -> Problem:
    return Problem("use.dynamic-import", f"code:{path}", detail)


def unreadable(path: str, detail: str) -> Problem:
    return Problem("use.unreadable-code", f"code:{path}", detail)


def test_names_are_taken_wherever_they_stand_with_their_first_line(trace: Trace) -> None:
    text = """\
import os, numpy as np
from sklearn.decomposition import PCA, NMF
def fit():
    import numpy.linalg
    try:
        from google.cloud import storage
    except ImportError:
        from ujson import *
"""
    traced = trace({"train.py": text})
    assert traced == Imports(
        files=("train.py",),
        sites=(
            ("os", "train.py:1"),
            ("numpy", "train.py:1"),
            ("sklearn.decomposition.PCA", "train.py:2"),
            ("sklearn.decomposition.NMF", "train.py:2"),
            ("numpy.linalg", "train.py:4"),
            ("google.cloud.storage", "train.py:6"),
            ("ujson", "train.py:8"),
        ),
    )
    assert traced.modules == (
        "google.cloud.storage",
        "numpy",
        "numpy.linalg",
        "os",
        "sklearn.decomposition.NMF",
        "sklearn.decomposition.PCA",
        "ujson",
    )
    assert traced.reached_by == (
        ("google", "train.py:6"),
        ("numpy", "train.py:1"),
        ("os", "train.py:1"),
        ("sklearn", "train.py:2"),
        ("ujson", "train.py:8"),
    )


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"])
def test_what_only_a_type_checker_reads_does_not_count_but_its_else_does(trace: Trace, test: str) -> None:
    text = f"if {test}:\n    import pandas\nelse:\n    import polars\n"
    assert trace({"train.py": text}) == Imports(files=("train.py",), sites=(("polars", "train.py:4"),))


def test_first_party_code_is_followed(trace: Trace) -> None:
    files: dict[str, str | bytes] = {
        "train.py": "import pkg.a.b\nfrom pkg import c\nfrom space import deep\nimport lib\nimport __main__\n",
        "pkg/__init__.py": "import one",
        "pkg/a/__init__.py": "from .b import x\nfrom .. import c, d",
        "pkg/a/b.py": "from ...outside import nothing\nfrom . import x",
        "pkg/c.py": "import train\nimport two",
        "pkg/d/e.py": "import never",
        "space/deep.py": "import three",
        "src/lib/__init__.py": "from lib.inner.most import f",
        "src/lib/inner/__init__.py": "",
        "src/lib/inner/most.py": "import four",
        "src/unused.py": "import never",
    }
    assert trace(files) == Imports(
        files=(
            "pkg/__init__.py",
            "pkg/a/__init__.py",
            "pkg/a/b.py",
            "pkg/c.py",
            "space/deep.py",
            "src/lib/__init__.py",
            "src/lib/inner/__init__.py",
            "src/lib/inner/most.py",
            "train.py",
        ),
        sites=(
            ("one", "pkg/__init__.py:1"),
            ("two", "pkg/c.py:2"),
            ("three", "space/deep.py:1"),
            ("four", "src/lib/inner/most.py:1"),
        ),
    )


def test_each_entry_searches_its_own_directory_first(trace: Trace) -> None:
    files: dict[str, str | bytes] = {
        "a/train.py": "import common",
        "a/common.py": "import one",
        "b/eval.py": "import common",
        "b/common.py": "import two",
        "common.py": "import three",
    }
    assert trace(files, "a/train.py", "b/eval.py") == Imports(
        files=("a/common.py", "a/train.py", "b/common.py", "b/eval.py"),
        sites=(("one", "a/common.py:1"), ("two", "b/common.py:1")),
    )


def test_a_regular_package_beats_a_directory_without_init(trace: Trace) -> None:
    files: dict[str, str | bytes] = {
        "train.py": "import pkg.part",
        "pkg/part.py": "import one",
        "src/pkg/__init__.py": "",
        "src/pkg/part.py": "import two",
    }
    assert trace(files) == Imports(
        files=("src/pkg/__init__.py", "src/pkg/part.py", "train.py"), sites=(("two", "src/pkg/part.py:1"),)
    )


def test_a_directory_of_data_does_not_hide_an_installed_package(trace: Trace) -> None:
    files: dict[str, str | bytes] = {"train.py": "from datasets import load", "datasets/raw.csv": ""}
    assert trace(files) == Imports(files=("train.py",), sites=(("datasets.load", "train.py:1"),))


def test_a_relative_import_runs_the_packages_around_it(trace: Trace) -> None:
    files: dict[str, str | bytes] = {
        "pkg/__init__.py": "import one",
        "pkg/sub/__init__.py": "",
        "pkg/sub/train.py": "from .data import load",
        "pkg/sub/data.py": "",
    }
    assert trace(files, "pkg/sub/train.py") == Imports(
        files=("pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/data.py", "pkg/sub/train.py"),
        sites=(("one", "pkg/__init__.py:1"),),
    )


def test_calls_with_a_literal_are_imports(trace: Trace) -> None:
    text = """\
import importlib as il, runpy
from importlib import import_module as load
il.import_module("xgboost.sklearn")
load(name="lightgbm").fit()
load("catboost")()
__import__("own")
exec("import joblib")
eval(" 1 + 1")
runpy.run_module("tool")
runpy.run_path("steps/prepare.py")
"""
    files: dict[str, str | bytes] = {"train.py": text, "own.py": "", "steps/prepare.py": "import dask"}
    assert trace(files) == Imports(
        files=("own.py", "steps/prepare.py", "train.py"),
        sites=(
            ("importlib", "train.py:1"),
            ("runpy", "train.py:1"),
            ("importlib.import_module", "train.py:2"),
            ("xgboost.sklearn", "train.py:3"),
            ("lightgbm", "train.py:4"),
            ("catboost", "train.py:5"),
            ("joblib", "train.py:7"),
            ("tool.__main__", "train.py:9"),
            ("dask", "steps/prepare.py:1"),
        ),
    )


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("importlib.import_module(name)", "importlib.import_module"),
        ("importlib.import_module('.part', package='pkg')", "importlib.import_module"),
        ("importlib.import_module('.part', 'pkg')", "importlib.import_module"),
        ("importlib.import_module('pkg.' + name)", "importlib.import_module"),
        ("importlib.import_module(*names)", "importlib.import_module"),
        ("importlib.import_module(**options)", "importlib.import_module"),
        ("map(importlib.import_module, names)", "importlib.import_module"),
        ("importlib.import_module(name)()", "importlib.import_module"),
        ("__import__(name)", "__import__"),
        ("__import__('part', globals(), locals(), [], 1)", "__import__"),
        ("__import__('part', level=1)", "__import__"),
        ("exec(code)", "exec"),
        ("eval(f'{name}')", "eval"),
        ("exec('x = = 1')", "exec"),
        ("runpy.run_path(path)", "runpy.run_path"),
        ("runpy.run_path('absent.py')", "runpy.run_path"),
        ("runpy.run_path('../outside.py')", "runpy.run_path"),
        ("runpy.run_module(name)", "runpy.run_module"),
        ("importlib.util.spec_from_file_location('a', 'a.py')", "importlib.util.spec_from_file_location"),
    ],
)
def test_what_only_the_run_knows_is_a_problem(trace: Trace, call: str, name: str) -> None:
    assert trace({"train.py": f"\n{call}\n"}) == Imports(
        files=("train.py",), problems=(dynamic("train.py", f"line 2: {name} cannot be followed"),), dynamic=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "def eval(model):\n    pass\neval(model)\n",
        "model.eval()\nframe.eval(code)\n",
        "class Trainer:\n    def exec(self): pass\n",
        "def fit(eval=True):\n    return eval\n",
    ],
)
def test_names_that_are_not_the_builtins_are_no_problem(trace: Trace, text: str) -> None:
    assert trace({"train.py": text}) == Imports(files=("train.py",))


def test_a_method_of_that_name_does_not_hide_the_builtin(trace: Trace) -> None:
    text = "class Trainer:\n    def eval(self): pass\neval(code)\n"
    assert trace({"train.py": text}).problems == (dynamic("train.py", "line 3: eval cannot be followed"),)


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


def code_cell(*lines: str) -> dict[str, object]:
    return {"cell_type": "code", "source": list(lines)}


def test_a_notebook_is_read_cell_by_cell(trace: Trace) -> None:
    cells = [
        {"cell_type": "markdown", "source": "import never"},
        code_cell("%matplotlib inline\n", "import numpy\n", "if True:\n", "    !pip install x\n"),
        code_cell("%%bash\n", "import never"),
        code_cell("%%time\n", "files = !ls\n", "numpy.array?\n", "import own"),
        code_cell("x = = 1"),
        {"cell_type": "code", "source": "from importlib import import_module\nimport_module(name)"},
    ]
    files: dict[str, str | bytes] = {"nb/a.ipynb": json.dumps({"cells": cells}), "nb/own.py": "import pandas"}
    assert trace(files, "nb/a.ipynb") == Imports(
        files=("nb/a.ipynb", "nb/own.py"),
        sites=(
            ("numpy", "nb/a.ipynb:cell 2, line 2"),
            ("importlib.import_module", "nb/a.ipynb:cell 6, line 1"),
            ("pandas", "nb/own.py:1"),
        ),
        problems=(
            unreadable("nb/a.ipynb", "cell 5, line 1: invalid syntax"),
            dynamic("nb/a.ipynb", "cell 6, line 2: importlib.import_module cannot be followed"),
        ),
        dynamic=True,
    )


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ("[]", "not a notebook: it has no list of cells"),
        ('{"cells": [1]}', "not a notebook: it has no list of cells"),
        ("nothing", "not a notebook: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_what_is_no_notebook_is_a_problem(trace: Trace, content: str, detail: str) -> None:
    assert trace({"a.ipynb": content}, "a.ipynb") == Imports(
        files=("a.ipynb",), problems=(unreadable("a.ipynb", detail),), dynamic=True
    )
