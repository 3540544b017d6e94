"""What was edited between two states of a repository, whether or not a model is touched."""

from collections.abc import Sequence

from lineage.core.declared import is_dependency_file
from lineage.core.edits import edits
from lineage.core.samecode import is_same_code
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.model.plan import Edit
from lineage.portable.environment import Unknown
from lineage.revisions import Revision

_CODE = (".py", ".pyx", ".ipynb", ".sh", ".R", ".jl")


def changes_between(base: Revision, head: Revision, unknown: list[Unknown]) -> list[Edit]:
    """The changes of packages, Python, system and code, one for each package and file.

    What cannot be read on one side is appended to ``unknown``; the rest is told.
    """
    edited = [path for path in {*base.files, *head.files} if base.files.get(path) != head.files.get(path)]
    dependency = sorted(filter(is_dependency_file, edited))
    before = [one for path in dependency if (one := _side(base, path, unknown)) is not None]
    after = [one for path in dependency if (one := _side(head, path, unknown)) is not None]
    found = dict.fromkeys(edits(before, after))  # a file and what it includes may both have been edited
    return [*found, *_code_edits(base, head, sorted({*edited} - {*dependency}))]


def _side(revision: Revision, path: str, unknown: list[Unknown]) -> Declarations | None:
    if path not in revision.files:
        return None
    try:
        return revision.declarations(path)
    except InputError as error:
        unknown.append(Unknown(f"file:{path}", f"{error.message} ({revision.name[:12]})"))
        return None


def _code_edits(base: Revision, head: Revision, paths: Sequence[str]) -> list[Edit]:
    found = []
    for path in paths:
        if not path.endswith(_CODE):
            continue
        left, right = _bytes(base, path), _bytes(head, path)
        if left is not None and right is not None and is_same_code(path, left, right):
            continue
        recorded, observed = (side.files.get(path) for side in (base, head))
        moved = "added" if recorded is None else "removed" if observed is None else "unknown"
        values = [None if one is None else one[:12] for one in (recorded, observed)]
        found.append(
            Edit(kind="code", subject=f"code:{path}", recorded=values[0], observed=values[1], step=moved, where=path)
        )
    return found


def _bytes(revision: Revision, path: str) -> bytes | None:
    try:
        return revision.read(path)
    except InputError:  # in conflict, or too large to be compared by meaning
        return None
