"""Which notebook of a repository holds what an interactive session ran, and what no file holds."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.core.cells import as_notebook, source_cells
from lineage.portable.environment import Problem

NOT_RECORDED = "code.session-not-recorded"
_UNSAVED = "<session>.ipynb"
"""Stands for the notebook where none is known; a name that no user gives a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCode:
    """The code of a session, as if it were one notebook."""

    path: str
    """POSIX from the repository root; a file of it or not"""
    content: bytes
    """what ran, in the form of a notebook"""
    is_whole: bool
    """whether ``content`` is all that ran"""
    problems: tuple[Problem, ...] = ()


def session_code(
    cells: Sequence[str] | None,
    forgotten: int,
    notebooks: Mapping[str, bytes],
    *,
    directory: str,
    named: str | None = None,
) -> SessionCode:
    """The code of a session that works in ``directory``; ``cells`` and ``forgotten`` as of ``Session``.

    ``notebooks`` are those of the repository. The one that holds every cell that ran is the session's, whatever it is
    called: its text is what ran. ``named`` is it in any case, where the user or the surroundings name one of them.
    Paths are POSIX from the repository root.
    """
    ran = [cell.strip() for cell in cells or ()]
    missing = {path: _missing(ran, content) for path, content in sorted(notebooks.items())}
    chosen = named if named in missing else next((path for path in missing if ran and not missing[path]), None)
    problems = []
    if cells is None:
        detail = "what was typed is not known: neither its text nor all that it imported is recorded"
        problems.append(Problem(NOT_RECORDED, "session", detail))
    elif chosen is None and ran:
        detail = f"{len(ran)} cells ran, and no notebook of the repository holds them all: their text is not recorded"
        problems.append(Problem(NOT_RECORDED, "session", detail))
    elif chosen is not None and missing[chosen]:
        detail = f"{missing[chosen]} of {len(ran)} cells that ran do not stand in it as they ran: save it, and run it"
        problems.append(Problem(NOT_RECORDED, chosen, detail))
    if forgotten:
        detail = f"{forgotten} cells that ran are not kept any more (%reset): what they imported is not recorded"
        problems.append(Problem(NOT_RECORDED, "session", detail))
    return SessionCode(
        path=chosen or posixpath.join(directory, _UNSAVED),
        content=as_notebook(cells or ()),
        is_whole=cells is not None and not forgotten,
        problems=tuple(problems),
    )


def _missing(ran: Sequence[str], content: bytes) -> int:
    """How many cells the notebook does not hold: all, where it is none."""
    try:
        held = {source.strip() for _, source in source_cells(content)}
    except (ValueError, TypeError, RecursionError):
        return len(ran)
    return sum(cell not in held for cell in ran)
