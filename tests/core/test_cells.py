"""``lineage.core.cells``: the Python of cells, with what IPython makes of a line."""

import pytest

from lineage.core.cells import as_notebook, python_of, source_cells


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


def test_cells_as_a_notebook_and_back() -> None:
    assert source_cells(as_notebook(["import numpy", "%%time\nx = '\udcff'"])) == (
        (1, "import numpy"),
        (2, "%%time\nx = '\udcff'"),
    )
