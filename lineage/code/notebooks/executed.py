"""What an interactive session ran, kept in the snapshot where no file of the work tree holds it as it ran."""

from dataclasses import replace

from lineage.code.directory import CodeDirectory
from lineage.code.notebooks.session import SessionCode
from lineage.code.snapshots.take import add_file, no_snapshot
from lineage.errors import RepositoryError
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.portable.environment import Problem
from lineage.redaction.secrets import find_secret


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
