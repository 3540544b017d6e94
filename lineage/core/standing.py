"""Which file stands now for a dependency file of a capture that is gone: renamed, or replaced by another form."""

import posixpath
from collections.abc import Collection, Mapping

from lineage.core.declarations.forms import form_of
from lineage.core.declared import is_dependency_file


def standing(path: str, blob: str | None, files: Mapping[str, str], recorded: Collection[str]) -> tuple[str, ...]:
    """The paths at HEAD that stand for a recorded file; empty where nothing tells.

    ``files`` is HEAD's path → blob id, ``recorded`` the paths of the capture's dependency files. A file that is gone
    was renamed where its content lies elsewhere, or where its directory has one new file of its form; new files of
    other forms in its directory take its place together: a requirements file became a ``pyproject.toml`` and a lock.
    """
    if path in files:
        return (path,)
    form = form_of(path)
    same = [one for one, now in files.items() if now == blob and one not in recorded and form_of(one) is form]
    if same:
        return (min(same, key=lambda one: (_apart(one, path), one)),)
    directory = posixpath.dirname(path)
    near = [one for one in files if posixpath.dirname(one) == directory and one not in recorded]
    beside = sorted(filter(is_dependency_file, near))
    twins = [one for one in beside if form_of(one) is form]
    if twins:
        return tuple(twins) if len(twins) == 1 else ()
    return tuple(beside)


def _apart(left: str, right: str) -> int:
    """How many directories lie between two files."""
    one, other = (posixpath.dirname(path).split("/") for path in (left, right))
    shared = len(posixpath.commonprefix([one, other]))
    return len(one) + len(other) - 2 * shared
