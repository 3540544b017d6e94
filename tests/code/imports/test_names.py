"""Names that a text imports, and the first-party code that they lead to."""

import pytest

from lineage.code.imports import Imports
from tests.support.tracing import Trace


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
