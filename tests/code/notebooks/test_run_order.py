"""``lineage.code.notebooks.session``: a notebook run from its first cell on, and every other way to run it."""

import pytest

from lineage.code.notebooks.cells import CodeCell
from lineage.code.notebooks.session import RanCell, differences, held, named

TEXTS = ("import numpy", "x = 1", "x += 1", "# nothing", "fit(x)", "save()")


def saved(*optional: int, texts: tuple[str, ...] = TEXTS) -> list[CodeCell]:
    return [CodeCell(number, text, number in optional) for number, text in enumerate(texts, start=1)]


def ran(*texts: str) -> list[RanCell]:
    return [RanCell(number, text) for number, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (TEXTS, ()),
        (TEXTS[:4], ()),
        ((), ()),
        (("import numpy\n", "x=1 # one", "", "# other words", "x += 1"), ()),
        (("import numpy", "x += 1", "x = 1"), ("In [3] stands before what ran earlier",)),
        (("import numpy", "x = 1", "x += 1", "x += 1"), ("In [4] ran what had run already",)),
        ((*TEXTS, *TEXTS[:3]), ("In [7], In [8] and In [9] ran what had run already",)),
        (("import numpy", "x = 2", "x = 1"), ("In [2] does not stand in it as it ran",)),
        (("import numpy", "x = 1", "fit(x)"), ("cell 3 was not run",)),
        (("save()",), ("cell 1, cell 2, cell 3 and cell 5 were not run",)),
        (
            ("x = 7", "x += 1", "x = 1", "x = 1", "%time y"),
            (
                "In [1] and In [5] do not stand in it as they ran",
                "In [3] stands before what ran earlier",
                "In [4] ran what had run already",
                "cell 1 was not run",
            ),
        ),
    ],
)
def test_how_what_ran_differs_from_what_is_saved(cells: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert differences(ran(*cells), saved()) == expected


def test_cells_that_stand_twice_may_run_twice() -> None:
    texts = ("x = 1", "show(x)", "x = 2", "show(x)")

    assert differences(ran(*texts), saved(texts=texts)) == ()
    assert differences(ran(*texts, "show(x)"), saved(texts=texts)) == ("In [5] ran what had run already",)


def test_cells_that_are_not_run_everywhere_may_be_passed_over() -> None:
    assert differences(ran("import numpy", "x += 1"), saved(2)) == ()
    assert differences(ran("import numpy", "x = 1", "x += 1"), saved(2)) == ()


def test_how_many_cells_a_notebook_holds() -> None:
    assert held(ran("x=1", "y = 1", "# a", "%time x", "fit(x)\n"), saved()) == 3
    assert held(ran("x=1", "y = 1"), saved()) == 0
    assert held(ran("x = 1", "# a"), saved(texts=("x = 1",))) == 2


def test_of_very_many_cells_the_first_are_named() -> None:
    assert named([1], "In") == "In [1]"
    assert named([1, 2], "cell") == "cell 1 and cell 2"
    assert named(range(1, 13), "cell") == ", ".join(f"cell {n}" for n in range(1, 11)) + " and 2 more"
