"""Git given bytes: the plumbing that writes objects and refs, with nothing run that the repository names.

Neither hooks (``reference-transaction`` runs on every ref, ``post-index-change`` on every index) nor filters nor
monitors are run, no reflog is written, and no file of the index but the one that is named.
"""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, ObservationError, RepositoryError
from lineage.system.gitobjects import SETTINGS, environment
from lineage.system.process import Child, Completed, start

_TIMEOUT_S = 600.0
_COMPLAINT = re.compile(r"^(?:fatal|error): (.{1,400})", re.MULTILINE)
_OWN = (
    # Each of these would put a file into git's directory beside the objects, or leave paths out of a tree.
    *("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false", "-c", "core.logAllRefUpdates=false"),
    *("-c", "core.sparseCheckout=false", "-c", "index.sparse=false"),
)


def give(
    root: Path,
    *arguments: str,
    given: bytes | io.FileIO = b"",
    variables: Mapping[str, str] | None = None,
    accepted: tuple[int, ...] = (0,),
) -> Completed:
    """What git did in a directory with the bytes or file ``given``; ``arguments`` begin with the subcommand.

    Raises ``RepositoryError`` when it ends with a status that is not accepted.
    """
    return begin(root, *arguments, given=given, variables=variables).end(accepted)


def begin(
    root: Path,
    *arguments: str,
    given: bytes | io.FileIO = b"",
    settings: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> "Begun":
    """The same, begun: something else can be done meanwhile. ``settings`` are options before the subcommand."""
    where = f"git {arguments[0]}"
    env = {**environment(), **(variables or {})}
    try:
        return Begun(start(["git", *SETTINGS, *_OWN, *settings, *arguments], env=env, cwd=root, given=given), where)
    except InputError as error:
        raise RepositoryError(error.message, where=where) from error


class Begun(NamedTuple):
    """A question to git that waits for its end, which must follow."""

    child: Child
    where: str

    def end(self, accepted: tuple[int, ...] = (0,)) -> Completed:
        """What git did. Raises ``RepositoryError`` when it ends with a status that is not accepted."""
        try:
            answer = self.child.finish(_TIMEOUT_S)
        except ObservationError as error:
            raise RepositoryError(error.message, where=self.where) from error
        if answer.status not in accepted:
            said = _COMPLAINT.search(answer.stderr[:4096].decode("utf-8", "replace"))  # the first one is the cause
            raise RepositoryError(said[1] if said else f"git ended with status {answer.status}", where=self.where)
        return answer
