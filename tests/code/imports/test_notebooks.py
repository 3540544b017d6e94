"""Notebooks, read cell by cell."""

import json

import pytest

from lineage.code.imports import Imports
from tests.support.tracing import Trace, dynamic, unreadable


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
