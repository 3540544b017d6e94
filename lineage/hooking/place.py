"""Where git looks for the hooks of a repository, by all that is configured."""

import os
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import InputError, RepositoryError
from lineage.git.asking import HOOKS_TOLD, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPlace:
    """A directory of hooks."""

    directory: Path
    """absolute; it need not be there"""
    note: str
    """what is to be known about it; ``""`` for the repository's own"""


def hook_place(start: Path) -> HookPlace:
    """The directory from which git runs the hooks of the work tree around ``start``.

    Raises ``RepositoryError`` where there is no work tree, ``InputError`` where hooks are switched off.
    """
    bare = _ask(start, "rev-parse", "--is-bare-repository")
    if bare == "true":
        raise RepositoryError("a bare repository: nothing is committed in it", str(start), "install hooks in a clone")
    root = Path(_ask(start, "rev-parse", "--show-toplevel"))
    configured = _ask(root, "config", "--type=path", "--get", "core.hooksPath", accepted=(0, 1))
    directory = root / _ask(root, "rev-parse", "--git-path", "hooks")
    if configured and directory == Path(os.devnull):
        hint = "git config --unset core.hooksPath switches them on"
        raise InputError(f"core.hooksPath is {configured}: hooks are switched off here", str(root), hint)
    return HookPlace(directory=directory, note=_note(root, directory, configured))


def _note(root: Path, directory: Path, configured: str) -> str:
    if not configured:
        return ""
    if not directory.resolve().is_relative_to(root.resolve()):
        return f"core.hooksPath is {configured}: these hooks run in every repository that uses this directory"
    if _ask(root, "ls-files", "--", str(directory)):
        return f"core.hooksPath is {configured}, whose files are committed: the hooks name the tool of this machine"
    return f"core.hooksPath is {configured}"


def _ask(directory: Path, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
    answer = ask(directory, *arguments, settings=HOOKS_TOLD, accepted=accepted)
    return os.fsdecode(answer.stdout.removesuffix(b"\n"))


def comment_of(directory: Path) -> str:
    """What is configured to begin a comment of a commit message; ``""`` where nothing is."""
    found = _ask(directory, "config", "--get-regexp", r"^core\.comment(char|string)$", accepted=(0, 1))
    return found.rpartition("\n")[2].partition(" ")[2]
