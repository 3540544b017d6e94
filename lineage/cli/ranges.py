"""The two sides that are compared, from what was typed or what the CI provider tells."""

import os
from collections.abc import Mapping
from pathlib import Path

from lineage.checking.ci_range import job_range
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import Revision, at_commit, at_index, at_worktree
from lineage.cli.emit import say
from lineage.errors import InputError, RepositoryError
from lineage.git.fetch import OriginRemote
from lineage.git.objects import GitObjects
from lineage.system.files import read_document

Range = tuple[str | None, str]
"""(commit of the base, commit of HEAD)"""

_DEEPER = (50, 500, 5000)
_ALONE = "HEAD is judged by itself: all that is due counts"


def range_of(objects: GitObjects, typed: str | None, origin: OriginRemote | None, quiet: bool) -> Range:
    """The commits of BASE..HEAD or BASE...HEAD; where none was typed those of the CI job, else HEAD alone.

    ``origin``: what is not here is asked of it. Raises ``InputError`` or ``RepositoryError``.
    """
    if typed is None:
        return _range_of_job(objects, origin, quiet)
    left, dots, right = _parts(typed)
    if not dots:
        raise InputError("is not a range", where=typed or "''", hint="BASE..HEAD, as main..HEAD")
    if not left:  # git reads HEAD..HEAD, which is never due: the variable of a script was empty
        raise InputError("names no base", where=typed, hint="BASE..HEAD, as main..HEAD")
    head = _commit(objects, right or "HEAD", origin, quiet)
    base = _commit(objects, left, origin, quiet)
    return (_common(objects, base, head, typed, origin, quiet) if dots == "..." else base), head


def _parts(text: str) -> tuple[str, str, str]:
    return text.partition("...") if "..." in text else text.partition("..")


def _range_of_job(objects: GitObjects, origin: OriginRemote | None, quiet: bool) -> Range:
    """What a CI job compares. What does not tell it, or names a commit that is gone, leaves HEAD alone: it is told."""
    job = job_range(os.environ, _event(os.environ))
    if job is None:
        return None, objects.commit("HEAD")
    if job.text is None:
        hint = f" ({job.hint})" if job.hint else ""
        say(f"range: {job.provider} tells none for this job, so {_ALONE}{hint}", quiet)
        return None, objects.commit("HEAD")
    say(f"range: {job.text}, from the variables of {job.provider}", quiet)
    left, _, right = _parts(job.text)
    head = objects.known(right)
    if head is None:
        say(f"{right} is not here: HEAD is judged in its place", quiet)
        head = objects.commit("HEAD")
    base = objects.known(left) if _is_rewritten(objects, left, origin, quiet) else _commit(objects, left, origin, quiet)
    if base is None:
        say(f"{left} is not here, and no part of the history that is: {_ALONE}", quiet)
        return None, head
    return _common(objects, base, head, job.text, origin, quiet), head


def _is_rewritten(objects: GitObjects, revision: str, origin: OriginRemote | None, quiet: bool) -> bool:
    """Whether a commit is gone that stood before a push which rewrote its branch: nobody gives it any more."""
    if revision.startswith("origin/") or objects.known(revision) is not None:
        return False
    if origin is not None:
        try:
            _commit(objects, revision, origin, quiet)
        except RepositoryError as error:
            say(error.message, quiet)
    return origin is not None or not objects.is_shallow()


def _event(variables: Mapping[str, str]) -> bytes | None:
    """The file in which GitHub tells what started the job; ``None`` where there is none."""
    path = variables.get("GITHUB_EVENT_PATH")
    try:
        return read_document(Path(path), "event") if path else None
    except InputError:
        return None


def _commit(objects: GitObjects, revision: str, origin: OriginRemote | None, quiet: bool) -> str:
    if origin is not None and not revision.startswith("-") and objects.known(revision) is None:
        say(f"fetching {revision} from origin", quiet)
        if revision.startswith("origin/"):
            origin.fetch_branch(revision.removeprefix("origin/"))
        else:
            origin.fetch_commits([revision])
    return objects.commit(revision)


def _common(objects: GitObjects, base: str, head: str, text: str, origin: OriginRemote | None, quiet: bool) -> str:
    common = objects.merge_base(base, head)
    if common is None and origin is not None and objects.is_shallow():
        say(f"fetching the history of {text} from origin", quiet)
        for number in _DEEPER:
            origin.deepen(number)
            common = objects.merge_base(base, head)
            if common is not None or not objects.is_shallow():
                break
        else:
            origin.unshallow()
        common = objects.merge_base(base, head)
    if common is None:
        hint = "name BASE..HEAD instead"
        if objects.is_shallow():
            hint = "this clone is shallow: --fetch gets the history that is missing, or git fetch --unshallow"
        raise InputError("the two have no common commit that is known here", where=text, hint=hint)
    return common


Sides = tuple[Revision | None, Revision]
"""The base, ``None`` where there is nothing to compare with, and what is judged."""


def committed_sides(
    objects: GitObjects, readings: Readings, typed: str | None, origin: OriginRemote | None, quiet: bool
) -> Sides:
    """The commits of a range; see ``range_of``."""
    start, end = range_of(objects, typed, origin, quiet)
    return None if start is None else at_commit(objects, start, readings), at_commit(objects, end, readings)


def uncommitted_sides(objects: GitObjects, readings: Readings, is_staged: bool) -> Sides:
    """HEAD, ``None`` before the first commit, and what is staged, else the work tree."""
    commit = objects.known("HEAD")
    base = None if commit is None else at_commit(objects, commit, readings)
    return base, at_index(objects, readings) if is_staged else at_worktree(objects, readings)


def trained_sides(objects: GitObjects, readings: Readings, typed: str | None, is_elsewhere: bool, quiet: bool) -> Sides:
    """The base of a range, and what is trained: the work tree as it lies there, or HEAD where that is trained."""
    base: Revision | None = None
    commit = objects.commit("HEAD")
    if typed is not None:
        start, end = range_of(objects, typed, None, quiet)
        if end != commit:
            hint = "check that commit out, or end the range with HEAD"
            raise InputError(f"ends at {end[:12]}, but HEAD, which is trained, is {commit[:12]}", typed, hint)
        base = None if start is None else at_commit(objects, start, readings)
    return base, at_commit(objects, commit, readings) if is_elsewhere else at_worktree(objects, readings)
