"""What git says when it refuses, as errors of ours: of a place in the same words, whatever was asked there."""

import os
import re
from pathlib import Path

from lineage.errors import NoRepositoryError, RepositoryError
from lineage.system.process import Completed

_COMPLAINT = re.compile(r"^(?:fatal|error): (.{1,400})", re.MULTILINE)
_NO_REPOSITORY = re.compile(r"^fatal: not a git repository\b", re.MULTILINE)
_TRUST_COMMAND = re.compile(r"^\s*(git config --global --add safe\.directory .+)$", re.MULTILINE)
_MOST_BYTES = 4096


def failed(subcommand: str, answer: Completed, directory: Path, *, where: str = "", hint: str = "") -> RepositoryError:
    """What git said at last when it could not answer in a directory; ``where`` is said in the place of that."""
    told = f"git {subcommand} failed: {answer.last_words}"
    complaint = answer.stderr[:_MOST_BYTES].decode("utf-8", "replace")
    return _of_place(complaint, directory) or RepositoryError(told, where or str(directory), hint or None)


def refused(complaint: str, status: int, where: str, directory: Path) -> RepositoryError:
    """What git said when it refused: the first complaint is the cause."""
    said = _COMPLAINT.search(complaint[:_MOST_BYTES])
    told = said[1] if said else f"git ended with status {status}"
    return _of_place(complaint, directory) or RepositoryError(told, where=where)


def _of_place(complaint: str, directory: Path) -> RepositoryError | None:
    """What keeps git from answering anything at all in a directory; ``None`` where the question was the reason."""
    trust = _TRUST_COMMAND.search(complaint)
    if trust is not None:
        message = "the repository belongs to another user, and git does not read it"
        return RepositoryError(message, where=str(directory), hint=f"if you trust what is in it: {trust[1]}")
    return none_around(directory) if _NO_REPOSITORY.search(complaint) else None


def none_around(start: Path) -> RepositoryError:
    """A ``.git`` that leads nowhere (a linked work tree or submodule copied alone) is not the same as none."""
    for directory in (start, *start.parents):
        if os.path.lexists(directory / ".git"):
            hint = "a linked work tree or submodule needs the repository that it belongs to: clone the code instead"
            return RepositoryError("is no git repository, or leads to none", where=str(directory / ".git"), hint=hint)
    hint = "run git init at the root of the project and commit the code"
    return NoRepositoryError("not in a git repository", where=str(start), hint=hint)
