"""The first-party code of a model: where it begins, and what it imports, as its text tells."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from lineage.capturing.use.evidence import Evidence
from lineage.code.entry import EntryChoice, choose_entry
from lineage.code.imports import Imports, trace_imports
from lineage.code.notebooks.session import SessionCode, session_code
from lineage.code.state import RepositoryState, own_file
from lineage.model.run import Session
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import REPOSITORY, Problem

_MOST_NOTEBOOK_BYTES = 64 * 1024 * 1024
"""Notebooks larger than this are not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCode:
    """What the text of the code tells."""

    choice: EntryChoice
    imports: Imports | None
    """``None`` where no entry is known"""
    loaded: tuple[str, ...] = ()
    """first-party sources that were loaded, where they are no entries"""
    problems: tuple[Problem, ...] = ()
    session: SessionCode | None = None
    """what a session ran, where no script did"""


def trace_code(
    state: RepositoryState,
    *,
    weights: str,
    entry: str | None,
    named: Sequence[str],
    roots: Sequence[str],
    evidence: Evidence | None,
) -> TracedCode:
    """The imports of the entries of a model, and of the first-party files ``named`` by its weights.

    ``entry`` is what the user names. Paths are POSIX from the repository root; ``roots`` are where modules lie.
    """
    session = None if evidence is None or evidence.session is None else _session(evidence.session, entry, state)
    choice = _choice(entry, weights, state, evidence, session)
    loaded = () if evidence is None else tuple(sorted(_loaded(evidence, state) - {*choice.entries}))
    problems = () if session is None else session.problems
    if not choice.entries and not (session is not None and loaded):
        return TracedCode(choice=choice, imports=None, loaded=loaded, problems=problems, session=session)

    ran = None if session is None else session.content

    def read(path: str) -> bytes | None:
        return ran if session is not None and path == session.path else state.read(path)

    entries = tuple(dict.fromkeys((*choice.entries, *named)))
    imports = trace_imports(entries, read, roots=roots, loaded=loaded)
    if session is not None and not session.is_whole:
        imports = replace(imports, dynamic=True)
    return TracedCode(choice=choice, imports=imports, loaded=loaded, problems=problems, session=session)


def import_roots(
    distributions: Sequence[Distribution], state: RepositoryState, paths: Sequence[str] = ()
) -> tuple[str, ...]:
    """Where first-party modules lie: in those of ``paths`` (of ``sys.path``) that are inside of the repository, at its
    root, in ``src``, and where distributions of it do."""
    searched = [found for path in paths if (found := _inside(path, state.root)) is not None]
    installed = [one.package.origin or "" for one in distributions]
    own = [origin[len(REPOSITORY) :] for origin in installed if origin.startswith(REPOSITORY)]
    places = ["" if place == "." else place for place in own]
    roots = ["", "src", *(part for place in places for part in (place, str(PurePosixPath(place, "src"))))]
    return tuple(dict.fromkeys((*searched, *roots)))


def _inside(path: str, root: Path) -> str | None:
    """A directory POSIX from the root, ``""`` for the root itself; ``None`` outside, and in what is installed."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    if real == top:
        return ""
    if not real.startswith(top + os.sep) or not {"site-packages", "dist-packages"}.isdisjoint(Path(real).parts):
        return None
    return Path(real).relative_to(top).as_posix()


def _choice(
    entry: str | None, weights: str, state: RepositoryState, evidence: Evidence | None, session: SessionCode | None
) -> EntryChoice:
    """The entries: as named, as seen, of the DVC stage, or the one likely candidate."""
    if session is not None and evidence is not None and evidence.session is not None and evidence.session.cells:
        return EntryChoice(entries=tuple(dict.fromkeys(filter(None, (session.path, entry)))), how="this session")
    if entry is not None:
        return EntryChoice(entries=(entry,), how="named")
    if evidence is not None and evidence.entries:
        return EntryChoice(entries=evidence.entries, how="seen in the run")
    return choose_entry(weights, state.stages, sorted(state.paths), state.paths.__contains__)


def _session(session: Session, entry: str | None, state: RepositoryState) -> SessionCode:
    own = own_file(state)
    named = entry if entry is not None and entry.endswith(".ipynb") else None
    told = None if session.notebook is None else own(session.notebook)
    paths = [path for path in state.paths if path.endswith(".ipynb") and ".ipynb_checkpoints/" not in path]
    paths.sort(key=lambda path: (path not in state.tracked, path))
    wanted = [path for path in paths if (state.root / path).stat().st_size <= _MOST_NOTEBOOK_BYTES]
    notebooks = {path: content for path in wanted if session.cells and (content := state.read(path)) is not None}
    return session_code(
        session, notebooks, directory=_inside(session.directory, state.root) or "", named_file=named or told
    )


def _loaded(evidence: Evidence, state: RepositoryState) -> set[str]:
    """The first-party sources that were loaded."""
    own = own_file(state)
    found = {path for file in evidence.files if (path := own(file)) is not None} | {*evidence.entries}
    return {path for path in found if path.endswith(".py")}
