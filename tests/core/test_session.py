"""``lineage.core.session``: the notebook of a session is the one that holds what ran."""

import pytest

from lineage.core.cells import as_notebook
from lineage.core.session import SessionCode, session_code
from lineage.portable.environment import Problem

RAN = ("import numpy\n", "x = 1")
SAVED = as_notebook(["# before", "x = 1", "import numpy"])
EDITED = as_notebook(["import numpy", "x = 2"])
UNKNOWN = Problem(
    "code.session-not-recorded",
    "session",
    "2 cells ran, and no notebook of the repository holds them all: their text is not recorded",
)


def code(path: str, *problems: Problem, is_whole: bool = True, cells: tuple[str, ...] = RAN) -> SessionCode:
    return SessionCode(path=path, content=as_notebook(cells), is_whole=is_whole, problems=problems)


def test_the_notebook_that_holds_every_cell_is_the_session_s() -> None:
    notebooks = {"nb/z.ipynb": SAVED, "nb/b.ipynb": SAVED, "nb/a.ipynb": EDITED}

    assert session_code(RAN, 0, notebooks, directory="work") == code("nb/b.ipynb")
    assert session_code(RAN, 0, notebooks, directory="work", named="nb/z.ipynb") == code("nb/z.ipynb")


@pytest.mark.parametrize("notebooks", [{}, {"a.ipynb": EDITED}, {"a.ipynb": b"[]", "b.ipynb": b"{"}])
def test_without_one_the_text_is_not_recorded(notebooks: dict[str, bytes]) -> None:
    assert session_code(RAN, 0, notebooks, directory="nb") == code("nb/<session>.ipynb", UNKNOWN)
    assert session_code(RAN, 0, notebooks, directory="", named="gone.ipynb") == code("<session>.ipynb", UNKNOWN)


@pytest.mark.parametrize(("content", "number"), [(EDITED, 1), (b"[]", 2)])
def test_a_named_notebook_that_differs_is_a_problem_of_its_own(content: bytes, number: int) -> None:
    detail = f"{number} of 2 cells that ran do not stand in it as they ran: save it, and run it"
    problem = Problem("code.session-not-recorded", "a.ipynb", detail)

    found = session_code(RAN, 0, {"a.ipynb": content, "b.ipynb": SAVED}, directory="", named="a.ipynb")

    assert found == code("a.ipynb", problem)


def test_what_a_session_forgot_or_never_kept_makes_it_incomplete() -> None:
    detail = "3 cells that ran are not kept any more (%reset): what they imported is not recorded"
    forgotten = Problem("code.session-not-recorded", "session", detail)
    detail = "what was typed is not known: neither its text nor all that it imported is recorded"
    prompt = Problem("code.session-not-recorded", "session", detail)

    assert session_code(RAN, 3, {"a.ipynb": SAVED}, directory="") == code("a.ipynb", forgotten, is_whole=False)
    assert session_code((), 3, {"a.ipynb": SAVED}, directory="") == code(
        "<session>.ipynb", forgotten, is_whole=False, cells=()
    )
    assert session_code(None, 0, {"a.ipynb": SAVED}, directory="") == code(
        "<session>.ipynb", prompt, is_whole=False, cells=()
    )


def test_a_session_that_ran_nothing_yet_has_no_notebook() -> None:
    assert session_code((), 0, {"a.ipynb": SAVED}, directory="") == code("<session>.ipynb", cells=())
