"""The two sides that ``lineage check`` compares, from what was typed or what the CI provider tells."""

import os
from collections.abc import Mapping
from pathlib import Path

from lineage.cli.emit import say
from lineage.core.provider import pull_request_of
from lineage.errors import InputError
from lineage.system.files import read_document
from lineage.system.gitobjects import GitObjects

Range = tuple[str | None, str]
"""(commit of the base, commit of HEAD)"""

_DEEPER = (50, 500, 5000)


def range_of(objects: GitObjects, typed: str | None, fetch: bool, quiet: bool) -> Range:
    """The commits of BASE..HEAD or BASE...HEAD; where none was typed those of the CI job, else HEAD alone.

    ``fetch``: what is not here is asked of ``origin``. Raises ``InputError`` or ``RepositoryError``.
    """
    text = typed
    if text is None:
        text = pull_request_of(os.environ, _event(os.environ))
        if text is None:
            return None, objects.commit("HEAD")
        say(f"range: {text}, from the variables of the CI provider", quiet)
    left, dots, right = text.partition("...") if "..." in text else text.partition("..")
    if not dots:
        raise InputError("is not a range", where=text, hint="BASE..HEAD, as main..HEAD")
    head = _head(objects, right or "HEAD", fetch, quiet, is_told=typed is None)
    base = _commit(objects, left or "HEAD", fetch, quiet)
    return (_common(objects, base, head, text, fetch, quiet) if dots == "..." else base), head


def _event(variables: Mapping[str, str]) -> bytes | None:
    """The file in which GitHub tells what started the job; ``None`` where there is none."""
    path = variables.get("GITHUB_EVENT_PATH")
    try:
        return read_document(Path(path), "event") if path else None
    except InputError:
        return None


def _head(objects: GitObjects, revision: str, fetch: bool, quiet: bool, *, is_told: bool) -> str:
    """A CI job may have checked out another commit than the one that its variables name: that one is judged."""
    if is_told and objects.known(revision) is None:
        say(f"{revision} is not here: HEAD is judged in its place", quiet)
        return objects.commit("HEAD")
    return _commit(objects, revision, fetch, quiet)


def _commit(objects: GitObjects, revision: str, fetch: bool, quiet: bool) -> str:
    if fetch and not revision.startswith("-") and objects.known(revision) is None:
        from lineage.system.gitfetch import fetch_branch, fetch_commits

        say(f"fetching {revision} from origin", quiet)
        if revision.startswith("origin/"):
            fetch_branch(objects.root, revision.removeprefix("origin/"))
        else:
            fetch_commits(objects.root, [revision])
    return objects.commit(revision)


def _common(objects: GitObjects, base: str, head: str, text: str, fetch: bool, quiet: bool) -> str:
    common = objects.merge_base(base, head)
    if common is None and fetch and objects.is_shallow():
        from lineage.system.gitfetch import deepen, unshallow

        say(f"fetching the history of {text} from origin", quiet)
        for number in _DEEPER:
            deepen(objects.root, number)
            common = objects.merge_base(base, head)
            if common is not None or not objects.is_shallow():
                break
        else:
            unshallow(objects.root)
        common = objects.merge_base(base, head)
    if common is None:
        hint = "name BASE..HEAD instead"
        if objects.is_shallow():
            hint = "this clone is shallow: --fetch gets the history that is missing, or git fetch --unshallow"
        raise InputError("the two have no common commit that is known here", where=text, hint=hint)
    return common
