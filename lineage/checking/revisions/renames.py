"""Which dependency file of one side is which of the other, where its path is another one."""

import posixpath
from collections.abc import Callable, Collection, Mapping

from lineage.checking.due.package_moves import value_of
from lineage.dependencies.forms import form_of, is_dependency_file
from lineage.dependencies.groups import group_of_file
from lineage.model.declarations import Declarations

LEAST, LEAST_FOR_OTHERS = 0.5, 0.8
"""Shares of the packages that a file must have kept to be the same one: as much as git asks of lines by default, and
more where the new one's name says that it is for another group."""


def with_old_paths(before: Mapping[str, Declarations], after: Mapping[str, Declarations]) -> dict[str, Declarations]:
    """``before``, its files that are gone under the path of the new one of ``after`` that each became.

    A file becomes the new one of its form that shares most with it; of several the one whose path comes first.
    """
    gone = {path: _values(one) for path, one in before.items() if path not in after}
    new = {path: _values(one) for path, one in after.items() if path not in before}
    shares = sorted(
        (-share, old, path)
        for old, rows in gone.items()
        for path, others in new.items()
        if before[old].form == after[path].form and (share := _share(rows, others)) >= _least(old, path)
    )
    found = dict(before)
    for _, old, path in shares:
        if old in found and path not in found:
            found[path] = found.pop(old)
    return found


def _least(old: str, new: str) -> float:
    return LEAST if group_of_file(old) == group_of_file(new) else LEAST_FOR_OTHERS


def _values(declared: Declarations) -> frozenset[tuple[str, ...]]:
    rows = {
        ("package", one.name, *value_of(one))
        for one in declared.dependencies
        if not one.is_own and not (one.file and is_dependency_file(one.file))  # which may have moved by itself
    }
    fields = {("system", field, value) for field, value, _ in declared.system}
    # A Python that many files ask for in the same words says little beside packages.
    return frozenset(rows | fields) or frozenset({("python", declared.python or "")})


def _share(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    return len(left & right) / most if (most := max(len(left), len(right))) else 1.0


Stood = Callable[[str], bool | None]
"""Whether a file was already there when a model was captured; ``None`` where nobody knows."""


def standing(
    path: str, blob: str | None, files: Mapping[str, str], recorded: Collection[str], stood: Stood
) -> tuple[str, ...]:
    """The paths at HEAD that stand for a recorded file; empty where nothing tells.

    ``files`` is HEAD's path → blob id, ``recorded`` the paths of the capture's dependency files. A file that is gone
    was renamed where its content lies elsewhere, or where its directory has one new file of its form; new files of
    other forms in its directory take its place together: a requirements file became a ``pyproject.toml`` and a lock.
    What was already there at the capture became nothing.
    """
    if path in files:
        return (path,)
    form = form_of(path)
    copies = [one for one, now in files.items() if now == blob and one not in recorded and form_of(one) is form]
    same = [one for one in copies if not stood(one)]
    if same:
        return (min(same, key=lambda one: (_apart(one, path), one)),)
    directory = posixpath.dirname(path)
    near = [one for one in files if posixpath.dirname(one) == directory and one not in recorded]
    beside = sorted(one for one in near if is_dependency_file(one) and not stood(one))
    twins = [one for one in beside if form_of(one) is form]
    if twins:
        return tuple(twins) if len(twins) == 1 else ()
    return tuple(beside)


def _apart(left: str, right: str) -> int:
    """How many directories lie between two files."""
    one, other = (posixpath.dirname(path).split("/") for path in (left, right))
    shared = len(posixpath.commonprefix([one, other]))
    return len(one) + len(other) - 2 * shared
