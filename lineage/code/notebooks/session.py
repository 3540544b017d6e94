"""Which notebook of a repository holds what an interactive session ran, and what no file holds as it ran."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.code.notebooks.cells import CodeCell, as_notebook, code_cells, is_product
from lineage.code.notebooks.run_order import RanCell, differences, held, named
from lineage.model.run import Session
from lineage.portable.environment import Problem

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
