"""``lineage.code.notebooks.cells``: the Python of cells, with what IPython makes of a line."""

import json

import pytest

from lineage.code.notebooks.cells import CodeCell, as_notebook, code_cells, python_of, source_cells


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%run train.py --fast\nx = 1", "runpy.run_path('train.py')\nx = 1"),
        ("if x:\n    %run -i -n ../train", "if x:\n    runpy.run_path('../train.py')"),
        ("%run nb/prepare.ipynb", "runpy.run_path('nb/prepare.ipynb')"),
        ("%run -m features", "runpy.run_path('features.py')"),
        ("%runner train.py", "pass"),
        ("%%time\nimport numpy", "pass\nimport numpy"),
        ("%%bash\nimport numpy", ""),
        ("files = !ls\nnumpy?", "pass\npass"),
    ],
)
def test_the_python_of_a_cell(cell: str, python: str) -> None:
    assert python_of(cell) == python


def test_the_code_cells_of_a_notebook() -> None:
    tagged = {"cell_type": "code", "source": ["x = ", "1"], "metadata": {"tags": ["a", "skip-execution"]}}
    text = {"cell_type": "markdown", "source": "# A"}
    plain = {"cell_type": "code", "source": "", "metadata": {"tags": "injected-parameters"}}

    cells = code_cells(json.dumps({"cells": [text, tagged, plain]}).encode())

    assert cells == (CodeCell(2, "x = 1", True), CodeCell(3, "", False))


def test_the_code_cells_of_an_old_notebook() -> None:
    first = {"cells": [{"cell_type": "code", "input": ["x = ", "1"]}, {"cell_type": "heading", "source": "A"}]}
    second = {"cells": [{"cell_type": "code", "input": "y = 2"}]}

    cells = code_cells(json.dumps({"nbformat": 3, "worksheets": [first, second]}).encode())

    assert cells == (CodeCell(1, "x = 1", False), CodeCell(3, "y = 2", False))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "it has no list of cells"),
        ('{"cells": [{}]}', "it has no list of cells"),
        ('{"worksheets": {}}', "it has no list of cells"),
        ('{"worksheets": [{}]}', "it has no list of cells"),
        ('{"cells": [{"cell_type": "raw"}, {"cell_type": "code"}]}', "cell 2 has no source"),
    ],
)
def test_what_is_no_notebook(content: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        code_cells(content.encode())


def test_cells_as_a_notebook_and_back() -> None:
    assert source_cells(as_notebook(["import numpy", "%%time\nx = '\udcff'"])) == (
        (1, "import numpy"),
        (2, "%%time\nx = '\udcff'"),
    )


def test_a_notebook_of_what_ran_is_the_same_for_the_same_cells() -> None:
    assert as_notebook(["x = 1\ny = 'é'"]) == (
        b'{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "metadata": {},\n'
        b'   "outputs": [],\n   "source": [\n    "x = 1\\n",\n    "y = \'\\u00e9\'"\n   ]\n  }\n ],\n "metadata": {\n'
        b'  "kernelspec": {\n   "display_name": "Python 3",\n   "language": "python",\n   "name": "python3"\n  }\n },\n'
        b' "nbformat": 4,\n "nbformat_minor": 4\n}\n'
    )
