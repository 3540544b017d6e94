"""Whether others can get the code of a model: is its commit on a remote, and the command that puts it there.

Without asking the network, git knows remotes as of the last fetch or push, and of refs outside of branches nothing at
all: then that is unknown, and said so.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.code.snapshots.rules import NAMESPACE
from lineage.errors import NotFollowedError, RepositoryError
from lineage.git.asking import PROGRAM
from lineage.git.published import (
    has_objects,
    is_shallow,
    reaches,
    refs_with,
    remote_names,
    submodules_of,
    tip_of,
)
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.portable.environment import Problem

NOT_PUSHED, UNKNOWN, MISSING = "code.not-pushed", "code.push-unknown", "code.commit-missing"
UNREACHED = "code.remote-unreached"
_HEADS = "refs/heads/"
Listing = Callable[[Path, str, str], Mapping[str, str]]
"""What asks a remote for its refs: see ``listed_refs``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A remote, asked now."""

    name: str
    refs: Mapping[str, str] | None
    """``None`` where it did not answer"""
    reason: str = ""
    was_kept: bool = False
    """from answering, perhaps, as a program of the repository's configuration was not followed"""


def code_problems(code: Code, repository: GitRepository, *, remote: Listing | None) -> list[Problem]:
    """What keeps others from getting the commit of a model, and those of submodules in it; with ``remote``, ask.

    Raises ``RepositoryError`` when git cannot read the repository.
    """
    commit = code.commit or code.base
    if not repository.exists(commit):
        return [Problem(MISSING, commit, "is not in this repository: git fetch may bring it")]
    own = _commit_problem(commit, repository, (), is_snapshot=code.is_snapshot, remote=remote)
    return [*([] if own is None else [own]), *_submodule_problems(code, repository, remote)]


def _commit_problem(
    commit: str, repository: GitRepository, place: tuple[str, ...], *, is_snapshot: bool, remote: Listing | None
) -> Problem | None:
    """``place``: the directories of the submodules that lead to the repository."""
    subject = f"{'/'.join(place)}@{commit}" if place else commit
    name = repository.remote_name()
    if name is None:
        owner = "the submodule" if place else "the repository"
        return Problem("code.no-remote", subject, f"{owner} has no remote: nobody else can get the commit")
    command = _command(commit, repository, name, place, {})
    if remote is None:
        if repository.published(commit):
            return None
        if is_snapshot:
            detail = "is on no remote branch known here; whether its ref is on a remote, --remote asks"
            return Problem(UNKNOWN, subject, f"{detail}: {command}")
        return Problem(NOT_PUSHED, subject, f"is on no remote branch known here: {command}")
    return _asked_problem(commit, subject, repository, name, place, remote)


def _asked_problem(
    commit: str, subject: str, repository: GitRepository, name: str, place: tuple[str, ...], remote: Listing
) -> Problem | None:
    root = repository.root
    asked = []
    for other in (name, *(one for one in remote_names(root) if one != name)):
        asked.append(_ask(root, other, remote))
        refs = asked[-1].refs
        if refs and reaches(root, refs.values(), commit):
            return None
    silent = [one for one in asked if one.refs is None]
    if silent:
        told = ", ".join(f"{one.name} {one.reason}" for one in silent)
        code = UNREACHED if any(one.was_kept for one in silent) else UNKNOWN
        return Problem(code, subject, f"is on no remote that was asked, and {told}: {_look(silent[0].name, place)}")
    if is_shallow(root):
        detail = "the history here is shallow, and does not tell whether a remote holds it"
        return Problem(UNKNOWN, subject, f"{detail}: {_git(place)} fetch --unshallow {shlex.quote(name)}")
    for one in asked:
        tips = [tip for ref, tip in (one.refs or {}).items() if ref.startswith(_HEADS)]
        if refs_with(root, f"refs/remotes/{one.name}/", commit) and not has_objects(root, tips):
            detail = f"was on {one.name}, whose branches have moved since"
            return Problem(UNKNOWN, subject, f"{detail}: {_git(place)} fetch {shlex.quote(one.name)}, then ask again")
    command = _command(commit, repository, name, place, asked[0].refs or {})
    others = "remote" if len(asked) == 1 else "remotes"
    return Problem(NOT_PUSHED, subject, f"is not on the {others} {', '.join(one.name for one in asked)}: {command}")


def _ask(root: Path, name: str, remote: Listing) -> _Asked:
    try:
        return _Asked(name=name, refs=remote(root, name, name))
    except RepositoryError as error:
        return _Asked(name=name, refs=None, reason=error.message, was_kept=isinstance(error, NotFollowedError))


def _look(name: str, place: tuple[str, ...]) -> str:
    return f"{_git(place)} ls-remote {shlex.quote(name)} tells why"


def _git(place: Iterable[str]) -> str:
    path = "/".join(place)
    return f"git -C {shlex.quote(path)}" if path else PROGRAM


def _command(
    commit: str, repository: GitRepository, remote: str, place: tuple[str, ...], listed: Mapping[str, str]
) -> str:
    """What to type so that the remote has the commit: the branch that holds it, where it can be pushed as it is.

    ``listed``: the remote's refs, where it was asked.
    """
    root = repository.root
    what = f"{commit}:{NAMESPACE}{commit}"
    if tip_of(root, NAMESPACE + commit) == commit:
        what = NAMESPACE + commit
    branches = [ref.removeprefix(_HEADS) for ref in refs_with(root, _HEADS, commit)]
    current = repository.branch()
    for branch in sorted(branches, key=lambda one: (one != current, one)):
        theirs = listed.get(_HEADS + branch) or tip_of(root, f"refs/remotes/{remote}/{branch}")
        if theirs is None or (has_objects(root, [theirs]) and reaches(root, [_HEADS + branch], theirs)):
            what = branch
            break
    return f"{_git(place)} push {shlex.quote(remote)} {shlex.quote(what)}"


def _submodule_problems(code: Code, repository: GitRepository, remote: Listing | None) -> list[Problem]:
    """Of the submodules in the commit whose commits nobody else may have."""
    commit = code.commit or code.base
    before = submodules_of(repository.root, code.base) if code.is_snapshot and repository.exists(code.base) else {}
    return _inner_problems(repository, commit, before, (), remote)


def _inner_problems(
    repository: GitRepository, commit: str, before: dict[str, str], place: tuple[str, ...], remote: Listing | None
) -> list[Problem]:
    """``before``: the submodules of the base, whose commits were there when it was made."""
    found: list[Problem] = []
    for path, inner in submodules_of(repository.root, commit).items():
        where = (*place, path)
        directory = repository.root / path
        is_kept = before.get(path) != inner and bool(before)
        if not (directory / ".git").exists():
            if is_kept:
                detail = (
                    f"is a commit of a submodule that is not checked out here: {_git(place)} submodule update --init"
                )
                found.append(Problem(MISSING, f"{'/'.join(where)}@{inner}", detail))
            continue
        with GitRepository.open(directory) as module:
            if not module.exists(inner):
                detail = f"is not in the submodule's repository: {_git(where)} fetch may bring it"
                found.append(Problem(MISSING, f"{'/'.join(where)}@{inner}", detail))
                continue
            is_snapshot = tip_of(module.root, NAMESPACE + inner) == inner
            problem = _commit_problem(inner, module, where, is_snapshot=is_snapshot, remote=remote)
            found += [] if problem is None else [problem]
            found += _inner_problems(module, inner, {}, where, remote)
    return found
