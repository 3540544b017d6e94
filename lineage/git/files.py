"""Two questions to git on the path of every gate, put to the program itself: GitPython's import costs more than both.

Fixed arguments; nothing that the repository's own configuration could run is started (``ls-files`` without
``-m``, and ``cat-file``, run no filter, hook or monitor).
"""

import os
from pathlib import Path

from lineage.errors import RepositoryError
from lineage.git.asking import GLOBS, ask
from lineage.git.refusals import failed

_HINT = "install git, or name a manifest by its path"


def list_files(root: Path, pattern: str) -> list[str]:
    """Paths that match a glob, tracked, staged, or neither tracked nor ignored; POSIX from ``root``, sorted."""
    which = ("--cached", "--others", "--exclude-standard")
    asked = ("ls-files", "-z", *which, "--full-name", "--", f":(top,glob)**/{pattern}")
    answer = ask(root, *asked, settings=GLOBS, hint=_HINT)
    return sorted({os.fsdecode(name) for name in answer.stdout.split(b"\0") if name})


def file_at(root: Path, revision: str, path: str) -> bytes | None:
    """The bytes of a path at a revision, ``None`` when it has no such file. ``path`` is POSIX from the root.

    Raises ``RepositoryError`` when there is no such revision.
    """
    if revision.startswith("-") or not revision:
        raise RepositoryError("is not a revision", where=revision or "''")
    question = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    known = ask(root, *question, accepted=(0, 1, 128), hint=_HINT)
    if known.status == 128 and known.last_words:
        raise failed("rev-parse", known, root)
    if known.status:
        raise RepositoryError("there is no such revision", where=revision, hint="git log lists the revisions")
    commit = known.stdout.decode("ascii").strip()
    answer = ask(root, "cat-file", "blob", f"{commit}:{path}", accepted=(0, 128), hint=_HINT)
    if b"promisor remote" in answer.stderr:  # a partial clone: it is there, and was not brought here
        raise failed("cat-file", answer, root, hint=f"git show {revision}:{path} fetches it")
    return None if answer.status else answer.stdout
