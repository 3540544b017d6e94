"""``lineage.code.notebooks.session``: the notebook of a session is the one that holds what ran."""

import json
from collections.abc import Mapping

import pytest

from lineage.code.notebooks.cells import as_notebook
from lineage.code.notebooks.session import RanCell, SessionCode, session_code
from lineage.model.run import Session
from lineage.portable.environment import Problem

RAN = ("import numpy\n", "x = 1")
SAVED = as_notebook(["# before", "import numpy", "x  =  1  # one", "x = 2"])
EDITED = as_notebook(["import numpy", "x = 2"])
NOWHERE = "2 cells ran: no notebook of the repository holds In [1] and In [2]"


def ran(*cells: str, forgotten: int = 0, numbers: tuple[int, ...] = (), given: tuple[int, ...] = ()) -> Session:
    return Session(directory="/w", cells=cells, forgotten=forgotten, numbers=numbers, given=given)


def found(session: Session, notebooks: Mapping[str, bytes], named: str | None = None) -> SessionCode:
    return session_code(session, notebooks, directory="nb", named_file=named)


def code(path: str, detail: str = "", *, subject: str | None = None, is_whole: bool = True) -> SessionCode:
    return SessionCode(
        path=path,
        cells=tuple(RanCell(number, cell) for number, cell in enumerate(RAN, start=1)),
        is_whole=is_whole,
        interactive=Problem("code.interactive", subject or path, detail) if detail else None,
    )


def product(*cells: str) -> bytes:
    document = json.loads(as_notebook(cells))
    document["metadata"]["papermill"] = {"input_path": "a.ipynb", "output_path": "out.ipynb"}
    return json.dumps(document).encode()


def test_the_notebook_that_holds_every_cell_is_the_session_s() -> None:
    notebooks = {"a.ipynb": EDITED, "z.ipynb": SAVED, "b.ipynb": SAVED}

    assert found(ran(*RAN), notebooks) == code("z.ipynb")
    assert found(ran(*RAN), notebooks, "b.ipynb") == code("b.ipynb")
    assert found(ran(*RAN), notebooks, "gone.ipynb") == code("z.ipynb")


def test_of_several_the_one_that_was_run_as_it_stands() -> None:
    turned = as_notebook(RAN[::-1])

    assert found(ran(*RAN), {"a.ipynb": turned, "b.ipynb": SAVED}) == code("b.ipynb")
    assert found(ran(*RAN), {"a.ipynb": turned, "b.ipynb": EDITED}) == code(
        "a.ipynb", "2 cells ran: In [2] stands before what ran earlier"
    )


@pytest.mark.parametrize("notebooks", [{}, {"a.ipynb": EDITED}, {"a.ipynb": b"[]", "b.ipynb": b"{"}])
def test_without_one_nothing_holds_what_ran(notebooks: dict[str, bytes]) -> None:
    assert found(ran(*RAN), notebooks) == code("nb/<session>.ipynb", NOWHERE, subject="session")


def test_the_only_one_that_holds_most_of_it_is_taken_for_it() -> None:
    session = ran(*RAN, "y = 2", numbers=(1, 2, 4))
    detail = "3 cells ran: In [4] does not stand in it as it ran"

    one = found(session, {"a.ipynb": EDITED, "b.ipynb": SAVED})
    assert (one.path, one.interactive) == ("b.ipynb", Problem("code.interactive", "b.ipynb", detail))
    assert found(session, {"a.ipynb": SAVED, "b.ipynb": SAVED}).path == "nb/<session>.ipynb"


def test_what_papermill_wrote_is_the_notebook_only_where_no_other_is() -> None:
    session = ran(*RAN, "# Parameters\nx = 3")
    out = product(*RAN, "# Parameters\nx = 3")
    detail = "3 cells ran: In [3] does not stand in it as it ran"

    assert found(session, {"a.ipynb": out}).interactive is None
    assert found(session, {"a.ipynb": out, "b.ipynb": SAVED}).interactive == Problem(
        "code.interactive", "b.ipynb", detail
    )


def test_cells_that_the_command_gives_are_not_looked_for() -> None:
    session = ran("# Parameters\nx = 2", *RAN, numbers=(1, 2, 3), given=(1,))

    one = found(session, {"a.ipynb": SAVED})

    assert (one.path, one.interactive, len(one.cells)) == ("a.ipynb", None, 3)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (EDITED, "2 cells ran: In [2] does not stand in it as it ran"),
        (b"[]", "2 cells ran: In [1] and In [2] do not stand in it as they ran"),
    ],
)
def test_a_named_notebook_that_differs_is_a_problem_of_its_own(content: bytes, detail: str) -> None:
    assert found(ran(*RAN), {"a.ipynb": content, "b.ipynb": SAVED}, "a.ipynb") == code("a.ipynb", detail)


def test_what_a_session_forgot_or_never_kept_makes_it_incomplete() -> None:
    detail = "5 cells ran: 3 are not kept any more (%reset), nor what was imported there"
    assert found(ran(*RAN, forgotten=3), {"a.ipynb": SAVED}) == code("a.ipynb", detail, is_whole=False)

    empty = found(ran(forgotten=1), {"a.ipynb": SAVED})
    detail = "1 cell ran: 1 is not kept any more (%reset), nor what was imported there"
    assert empty.interactive == Problem("code.interactive", "session", detail)

    detail = "what was typed is not known: neither its text nor all that it imported is recorded"
    assert found(Session(directory="/w"), {"a.ipynb": SAVED}) == SessionCode(
        path="nb/<session>.ipynb",
        is_whole=False,
        problems=(Problem("code.session-not-recorded", "session", detail),),
    )


def test_a_session_that_ran_nothing_yet_has_no_notebook() -> None:
    assert found(ran(), {"a.ipynb": SAVED}) == SessionCode(path="nb/<session>.ipynb", is_whole=True)


def test_where_a_snapshot_is_to_have_what_ran() -> None:
    assert code("nb/a.ipynb").executed == ".lineage/executed/nb/a.ipynb"
    assert code("nb/<session>.ipynb").executed == ".lineage/executed/session.ipynb"
    assert code("a.ipynb").content == as_notebook(RAN)
