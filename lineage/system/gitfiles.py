"""Two questions to git on the path of every gate, put to the program itself: GitPython's import costs more than both.

Fixed arguments; nothing that the repository's own configuration could run is started (``ls-files`` without
``-m``, and ``cat-file``, run no filter, hook or monitor).
"""

import os
from pathlib import Path

from lineage.errors import InputError, RepositoryError
from lineage.system.process import Completed, run

_TIMEOUT_S = 30.0
_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_SETTINGS = ("--no-optional-locks", "--no-replace-objects", "-c", "core.fsmonitor=false")


def list_files(root: Path, pattern: str) -> list[str]:
    """Tracked and staged paths that match a glob, POSIX from ``root``, sorted."""
    answer = _ask(root, "ls-files", "-z", "--cached", "--full-name", "--", f":(top,glob)**/{pattern}")
    return sorted({os.fsdecode(name) for name in answer.stdout.split(b"\0") if name})


def file_at(root: Path, revision: str, path: str) -> bytes | None:
    """The bytes of a path at a revision, ``None`` when it has no such file. ``path`` is POSIX from the root.

    Raises ``RepositoryError`` when there is no such revision.
    """
    if revision.startswith("-") or not revision:
        raise RepositoryError("is not a revision", where=revision or "''")
    question = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    known = _ask(root, *question, accepted=(0, 1, 128))
    if known.status == 128 and known.last_words:
        raise _failure(root, "rev-parse", known)
    if known.status:
        raise RepositoryError("there is no such revision", where=revision, hint="git log lists the revisions")
    commit = known.stdout.decode("ascii").strip()
    answer = _ask(root, "cat-file", "blob", f"{commit}:{path}", accepted=(0, 128))
    return None if answer.status else answer.stdout


def _ask(root: Path, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Completed:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    env |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        answer = run(["git", *_SETTINGS, *arguments], env=env, cwd=root, timeout_s=_TIMEOUT_S)
    except InputError as error:
        hint = "install git, or name a manifest by its path"
        raise RepositoryError("git was not found on PATH", hint=hint) from error
    if answer.status not in accepted:
        raise _failure(root, arguments[0], answer)
    return answer


def _failure(root: Path, command: str, answer: Completed) -> RepositoryError:
    return RepositoryError(f"git {command} failed: {answer.last_words}", where=str(root))
