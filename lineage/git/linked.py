"""A linked work tree of a repository: made where there is none, else the one that stands there. No hook of it is run,
and no filter that its own configuration names, unless that is trusted."""

from pathlib import Path

from lineage.errors import InputError, RepositoryError
from lineage.git.asking import check_out, give
from lineage.git.gitpython import decode


def linked(root: Path, place: Path, commit: str, *, trusts_config: bool = False) -> bool:
    """See that a linked work tree of the repository stands at ``place``, detached at a commit; whether it was made.

    One that stands there at another commit is moved, unless something in it is not committed. Raises ``InputError``
    where another thing stands there, ``RepositoryError`` where git refuses.
    """
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        words = ("worktree", "add", "--quiet", "--detach", str(place), commit)
        check_out(root, *words, trusts_config=trusts_config)
        return True
    _require_linked(root, place)
    if _line(place, "rev-parse", "HEAD") == commit:
        return False
    asked = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    if check_out(place, *asked, trusts_config=trusts_config):
        hint = f"commit what is there, or: git worktree remove --force {place}"
        raise InputError("is at another commit, and holds changes that are not committed", str(place), hint)
    moved = ("checkout", "--quiet", "--no-recurse-submodules", "--detach", commit)
    check_out(place, *moved, trusts_config=trusts_config)
    return False


def _require_linked(root: Path, place: Path) -> None:
    hint = "name a directory that does not exist yet"
    if not (place / ".git").exists():
        raise InputError("exists, and is no work tree of this repository", where=str(place), hint=hint)
    try:
        theirs = (place / _line(place, "rev-parse", "--git-common-dir")).resolve()
    except RepositoryError as error:
        raise InputError(f"cannot be used: {error.message}", where=str(place), hint=hint) from error
    if theirs != (root / _line(root, "rev-parse", "--git-common-dir")).resolve():
        raise InputError("is a work tree of another repository", where=str(place), hint=hint)
    if place.resolve() == root:
        raise InputError("is this very work tree", where=str(place), hint="leave --in out to train here")


def _line(place: Path, *arguments: str) -> str:
    return decode(give(place, *arguments).stdout).removesuffix("\n")
