"""``lineage.code.notebooks.commands``: which notebooks a command line executes, whatever else it names."""

import pytest

from lineage.code.notebooks.commands import injected, notebooks_of


@pytest.mark.parametrize(
    ("command", "notebooks"),
    [
        ("papermill a.ipynb b.ipynb", ("a.ipynb",)),
        ("papermill -p b c.ipynb --cwd d.ipynb -k python3 a.ipynb out/b.ipynb -r x y", ("a.ipynb",)),
        ("papermill --log-output a.ipynb", ("a.ipynb",)),
        ("papermill - b.ipynb", ()),
        ("papermill", ()),
        ("jupyter nbconvert --execute --output o.ipynb --to notebook a.ipynb", ("a.ipynb",)),
        ("jupyter nbconvert --execute --output=o.ipynb --inplace a.ipynb b.ipynb", ("a.ipynb", "b.ipynb")),
        ("jupyter-nbconvert a.ipynb --execute --ExecutePreprocessor.timeout=9", ("a.ipynb",)),
        ("jupyter nbconvert a.ipynb", ()),
        ("jupyter execute --inplace --output o.ipynb a.ipynb", ("a.ipynb",)),
        ("jupyter-execute a.ipynb", ("a.ipynb",)),
        ("jupyter lab a.ipynb", ()),
        ("jupyter notebook a.ipynb", ()),
        ("jupyter", ()),
    ],
)
def test_the_notebooks_that_a_command_executes(command: str, notebooks: tuple[str, ...]) -> None:
    program, *words = command.split()
    assert notebooks_of(program, words) == notebooks


CELLS = ("import numpy", '# Parameters\nalpha = 0.5\nnames = ["a", None]\n', "# Parameters\nalpha = 1")


@pytest.mark.parametrize(
    ("command", "cells", "places"),
    [
        ("papermill a.ipynb o.ipynb -p alpha 0.5", CELLS, (1,)),
        ("bash -c '.venv/bin/papermill a.ipynb o.ipynb'", CELLS, (1,)),
        ("make papermill.txt", CELLS, ()),
        ("jupyter nbconvert --execute a.ipynb", CELLS, ()),
        ("papermill a.ipynb", ("# Parameters\nalpha = 1\nfit(alpha)", "# Parameters\n%time x", "alpha = 1"), ()),
    ],
)
def test_the_cell_that_papermill_puts_in(command: str, cells: tuple[str, ...], places: tuple[int, ...]) -> None:
    assert injected(command, cells) == places
