"""Which notebook of a repository holds what an interactive session ran, and what no file holds as it ran.

How what ran differs from a notebook that is run from its first cell to the one that ran last: cells are compared by
what they do. Comments and layout are no difference, and cells that do nothing do not count.
"""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineage.code.notebooks.cells import CodeCell, as_notebook, code_cells, is_product
from lineage.code.same_code import same_cell
from lineage.model.run import Session
from lineage.portable.environment import Problem

_SHOWN = 10
"""cells that are named; of more, how many"""


class RanCell(NamedTuple):
    """A cell that ran."""

    number: int
    """as the session counts: the one in ``In [3]``"""
    source: str


def held(ran: Sequence[RanCell], saved: Collection[CodeCell]) -> int:
    """How many of the cells that ran a notebook holds; none, where not one of them stands in it letter by letter.

    So the many notebooks that are others are not parsed.
    """
    if {cell.source.strip() for cell in ran}.isdisjoint(cell.source.strip() for cell in saved):
        return 0
    known = {same_cell(cell.source) for cell in saved} | {""}
    return sum(same_cell(cell.source) in known for cell in ran)


def differences(ran: Sequence[RanCell], saved: Sequence[CodeCell]) -> tuple[str, ...]:
    """What differs, in words. None where the notebook was run from its first cell on, be it not to its end."""
    order = [(cell, key) for cell in saved if (key := same_cell(cell.source))]
    places: dict[str, list[int]] = {}
    for place, (_, key) in enumerate(order):
        places.setdefault(key, []).append(place)
    unsaved: list[int] = []
    again: list[int] = []
    late: list[int] = []
    done: set[int] = set()
    last = -1
    for cell in ran:
        key = same_cell(cell.source)
        if not key:
            continue
        free = [place for place in places.get(key, ()) if place not in done]
        if not free:
            (again if key in places else unsaved).append(cell.number)
            continue
        place = next((one for one in free if one > last), free[0])
        if place < last:
            late.append(cell.number)
        done.add(place)
        last = max(last, place)
    passed = [order[place][0] for place in range(last) if place not in done]
    skipped = [cell.number for cell in passed if not cell.is_optional]
    return tuple(
        f"{named(numbers, word)} {one if len(numbers) == 1 else several}"
        for numbers, word, one, several in (
            (unsaved, "In", "does not stand in it as it ran", "do not stand in it as they ran"),
            (late, "In", "stands before what ran earlier", "stand before what ran earlier"),
            (again, "In", "ran what had run already", "ran what had run already"),
            (skipped, "cell", "was not run", "were not run"),
        )
        if numbers
    )


def named(numbers: Sequence[int], word: str) -> str:
    """``In [2] and In [4]``, or ``cell 2``; of very many the first."""
    shown = [f"In [{number}]" if word == "In" else f"{word} {number}" for number in numbers[:_SHOWN]]
    more = [f"{len(numbers) - _SHOWN} more"] if len(numbers) > _SHOWN else []
    *rest, end = [*shown, *more]
    return f"{', '.join(rest)} and {end}" if rest else end


INTERACTIVE = "code.interactive"
NOT_RECORDED = "code.session-not-recorded"
EXECUTED = ".lineage/executed/"
"""Where a snapshot has what ran, beside the files of the work tree."""
_UNSAVED = "<session>.ipynb"
"""Stands for the notebook where none is known; a name that no user gives a file."""
_NO_NOTEBOOK = "session.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCode:
    """The code of a session, as if it were one notebook."""

    path: str
    """POSIX from the repository root; a file of it or not"""
    cells: tuple[RanCell, ...] = ()
    """what ran, as typed, in this order"""
    is_whole: bool
    """whether ``cells`` are all that ran"""
    problems: tuple[Problem, ...] = ()
    """that nothing is known of what ran"""
    interactive: Problem | None = None
    """that no file holds what ran as it ran"""

    @property
    def content(self) -> bytes:
        """What ran, in the form of a notebook."""
        return as_notebook([cell.source for cell in self.cells])

    @property
    def executed(self) -> str:
        """Where a snapshot is to have it, POSIX from the root."""
        return EXECUTED + (_NO_NOTEBOOK if posixpath.basename(self.path) == _UNSAVED else self.path)


def session_code(
    session: Session, notebooks: Mapping[str, bytes], *, directory: str, named_file: str | None = None
) -> SessionCode:
    """The code of a session that works in ``directory``.

    ``notebooks`` are those of the repository, likelier ones first. The one that holds every cell that ran is the
    session's, whatever it is called, else the only one that holds more than half of them; one that papermill wrote only
    where no other is. ``named_file`` is it in any case, where the user or the surroundings name one of them. Paths are
    POSIX from the repository root.
    """
    unsaved = posixpath.join(directory, _UNSAVED)
    if session.cells is None:
        detail = "what was typed is not known: neither its text nor all that it imported is recorded"
        problem = Problem(NOT_RECORDED, "session", detail)
        return SessionCode(path=unsaved, is_whole=False, problems=(problem,))
    numbers = session.numbers or range(1, len(session.cells) + 1)
    ran = tuple(RanCell(*one) for one in zip(numbers, session.cells, strict=True))
    compared = [cell for cell in ran if cell.number not in session.given]
    files = {path: _cells_of(content) for path, content in notebooks.items()}
    products = {path: cells for path, cells in files.items() if cells and is_product(notebooks[path])}
    sources = {path: cells for path, cells in files.items() if path not in products}
    chosen = named_file if named_file in files else _chosen(compared, sources) or _chosen(compared, products)
    detail = _detail(ran, compared, None if chosen is None else files[chosen], session.forgotten)
    return SessionCode(
        path=chosen or unsaved,
        cells=ran,
        is_whole=not session.forgotten,
        interactive=Problem(INTERACTIVE, chosen or "session", detail) if detail else None,
    )


def _cells_of(content: bytes) -> tuple[CodeCell, ...]:
    try:
        return code_cells(content)
    except (ValueError, TypeError, RecursionError):
        return ()


def _chosen(ran: Sequence[RanCell], files: Mapping[str, Sequence[CodeCell]]) -> str | None:
    """The notebook that was run, of several the first that was run as it stands."""
    counts = {path: held(ran, cells) for path, cells in files.items()} if ran else {}
    whole = [path for path, count in counts.items() if count == len(ran)]
    if whole:
        return next((path for path in whole if not differences(ran, files[path])), whole[0])
    most = [path for path, count in counts.items() if count * 2 > len(ran) and count == max(counts.values())]
    return most[0] if len(most) == 1 else None


def _detail(
    ran: Sequence[RanCell], compared: Sequence[RanCell], saved: Sequence[CodeCell] | None, forgotten: int
) -> str:
    """How what ran differs from what is saved; ``""`` where it does not."""
    parts: tuple[str, ...] = ()
    if saved is None and compared:
        numbers = [cell.number for cell in compared]
        parts = (f"no notebook of the repository holds {named(numbers, 'In')}",)
    elif saved is not None:
        parts = differences(compared, saved)
    if forgotten:
        word = "1 is" if forgotten == 1 else f"{forgotten} are"
        parts = (*parts, f"{word} not kept any more (%reset), nor what was imported there")
    count = len(ran) + forgotten
    return f"{count} {'cell' if count == 1 else 'cells'} ran: {'; '.join(parts)}" if parts else ""
