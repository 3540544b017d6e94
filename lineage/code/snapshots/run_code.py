"""The code of a run: as it was when the run began, whatever became of it, and what a session ran beside its files."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from lineage.code.directory import CodeDirectory, describe_code
from lineage.code.notebooks.session import SessionCode
from lineage.code.same_code import is_same_code
from lineage.code.snapshots.take import DIRTY, NOT_KEPT, Wish, add_file, describe_kept, kept, no_snapshot
from lineage.code.state import RepositoryState, blob_ids
from lineage.errors import LineageError, RepositoryError
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.model.run import StartedCode
from lineage.portable.environment import Problem
from lineage.redaction.secrets import find_secret

CHANGED = "code.changed-during-run"


def begin(code: CodeDirectory, wish: Wish | None) -> StartedCode | None:
    """The code that a run is about to begin with, with a snapshot where it is dirty; ``None`` without a repository.

    Raises ``InputError`` only where what git does not know is larger than the limit: all else is a problem, and the
    run begins.
    """
    if not isinstance(code, GitRepository):
        return None
    try:
        state = describe_code(code, [])
    except LineageError as error:
        problem = Problem(NOT_KEPT, "code", no_snapshot(error))
        return StartedCode(base=code.head().commit, problems=(problem,), is_wished=wish is not None)
    state = kept(code, state, [], wish)
    found = tuple(one for one in state.problems if one.code in (DIRTY, NOT_KEPT))
    now = state.code
    return StartedCode(base=now.base, commit=now.commit, tree=now.tree, problems=found, is_wished=wish is not None)


def described(
    code: CodeDirectory, generated: Collection[str], wish: Wish | None, started: StartedCode | None
) -> RepositoryState:
    """The state of the code as of now, its commit being that of the start of the run, if there is one.

    Raises as ``describe_kept`` does.
    """
    if started is None:
        return describe_kept(code, generated, wish)
    state = describe_code(code, generated)
    now = replace(state.code, base=started.base, commit=started.commit, tree=started.tree)
    others = tuple(one for one in state.problems if one.code not in (DIRTY, NOT_KEPT))
    return replace(state, code=now, problems=(*others, *started.problems))


def ran_as(
    started: StartedCode | None, state: RepositoryState, code: CodeDirectory, files: Sequence[str]
) -> tuple[tuple[Problem, ...], tuple[tuple[str, str], ...]]:
    """(problems, (path, blob id) of files, sorted): those of the start of the run, where its commit is known."""
    now = blob_ids(state, code, files)
    if started is None or started.commit is None or not isinstance(code, GitRepository):
        return (), now
    then = code.files_at(started.commit)
    detail = "is another than when the run began: what ran may not be what is recorded"
    changed = [path for path, blob in now if then.get(path, blob) != blob and not _is_only_output(path, started, code)]
    problems = [Problem(CHANGED, path, detail) for path in changed]
    detail = "was made after the run began: it is in no commit"
    problems += [Problem(CHANGED, path, detail) for path, _ in now if path not in then]
    return tuple(problems), tuple((path, then.get(path, blob)) for path, blob in now)


def _is_only_output(path: str, started: StartedCode, code: GitRepository) -> bool:
    """Whether of a notebook only what the run itself wrote is another: its outputs."""
    before = code.read_at(started.commit or started.base, path) if path.endswith(".ipynb") else None
    return before is not None and is_same_code(path, before, (code.root / path).read_bytes())


def keep_executed(
    code: Code, session: SessionCode | None, repository: CodeDirectory, limit: int | None
) -> tuple[Code, tuple[Problem, ...]]:
    """The code with a commit that has beside its files what ran, and what is to be said of the session.

    ``limit``: bytes; ``None`` where no snapshot is asked for. What keeps it from being made is said in the problem.
    """
    if session is None or session.interactive is None:
        return code, ()
    found, told = _kept(code, session, repository, limit)
    problem = session.interactive
    return found, (problem._replace(detail=f"{problem.detail}; {told}"),)


def _kept(code: Code, session: SessionCode, repository: CodeDirectory, limit: int | None) -> tuple[Code, str]:
    content = session.content
    reason = "no cell is left" if not session.cells else _secret(session)
    if not isinstance(repository, GitRepository):
        reason = "there is no repository"
    elif limit is None:
        reason = "no snapshot was asked for"
    elif code.commit is None:
        reason = "there is no snapshot"
    elif len(content) > limit:
        reason = "it is larger than the limit of snapshots"
    elif not reason:
        try:
            found = add_file(repository.root, code.commit, code.base, session.executed, content)
        except (RepositoryError, OSError) as error:
            return code, f"what ran is not kept: {no_snapshot(error)}"
        return replace(code, commit=found.commit, tree=found.tree), f"the snapshot has what ran: {session.executed}"
    return code, f"what ran is not kept: {reason}"


def _secret(session: SessionCode) -> str:
    """Which cell may hold a secret; ``""`` where none does."""
    found = ((cell.number, find_secret(cell.source)) for cell in session.cells)
    return next((f"In [{number}] holds what looks like {secret[1]}" for number, secret in found if secret), "")
