"""What was edited between two states of a repository, whether or not a model is touched."""

import posixpath
import re
from collections.abc import Iterable, Sequence, Set

from lineage.checking.revisions.dependency_edits import edits
from lineage.checking.revisions.revision import Revision
from lineage.checking.revisions.stage_edits import stage_edits
from lineage.code.same_code import CODE_SUFFIXES, is_same_code
from lineage.dependencies.forms import is_dependency_file, is_of_script
from lineage.dependencies.scripts import has_block
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.model.plan import RevisionEdit
from lineage.portable.environment import Unknown

_INCLUDING = re.compile(
    r".*(?:\.(?:txt|in|pip|ya?ml)|setup\.(?:py|cfg)|pyproject\.toml)|.*(?:docker|container)file[^/]*", re.I
)
"""names of files that may include others"""
_INCLUDED = frozenset({"", ".txt", ".in", ".pip", ".req", ".reqs", ".deps", ".list", ".lst", ".cfg"})
"""suffixes of files that a requirements file may include whatever else their names say"""


def changes_between(base: Revision, head: Revision, unknown: list[Unknown]) -> list[RevisionEdit]:
    """The changes of packages, Python, system, code, parameters and data, one for each package, name and file.

    What cannot be read on one side is appended to ``unknown``, and of rows what reads otherwise on the other; the rest
    is told.
    """
    edited = [path for path in {*base.files, *head.files} if base.files.get(path) != head.files.get(path)]
    dependency = {path for path in edited if is_dependency_file(path)}
    others = {*edited} - dependency
    included = _including(base, head, others)
    told = sorted(dependency - _renamed_into(base, head, edited) | included | _of_scripts(base, head, others))
    before = [one for path in told if (one := _side(base, path, unknown)) is not None]
    after = [one for path in told if (one := _side(head, path, unknown)) is not None]
    lost = {one.subject for one in unknown}  # of a file that one side lacks nothing is known to be removed or added
    before, after = ([one for one in side if f"file:{one.path}" not in lost] for side in (before, after))
    found = dict.fromkeys(edits(before, after))  # a file and what it includes may both have been edited
    listed = {one.subject for one in found}
    unknown += (one for one in _unread(before, after) if one.subject not in listed)
    code = _code_edits(base, head, sorted(others))
    return [*found, *code, *stage_edits(base, head, frozenset(edited), unknown)]


def _unread(before: Sequence[Declarations], after: Sequence[Declarations]) -> list[Unknown]:
    """What only one side has of what cannot be read, of HEAD or of the base."""
    left, right = (
        {(told.subject, told.mark): told for one in side for told in (*one.unread(), *one.parts)}
        for side in (before, after)
    )
    gone = [Unknown(one.subject, f"{one.reason} (before)") for key, one in left.items() if key not in right]
    return [*gone, *(Unknown(one.subject, one.reason) for key, one in right.items() if key not in left)]


def _renamed_into(base: Revision, head: Revision, edited: Iterable[str]) -> set[str]:
    """New dependency files of which each is an old file under another name, by which it was not known as one."""
    gone = {base.files[path] for path in edited if path not in head.files and not is_dependency_file(path)}
    return {path for path in edited if path not in base.files and head.files[path] in gone}


def _of_scripts(base: Revision, head: Revision, edited: Iterable[str]) -> set[str]:
    """Edited scripts that say in themselves what they need, and edited locks of scripts."""
    found = set()
    for path in filter(is_of_script, edited):
        if path.endswith(".lock") or any(has_block(_bytes(side, path) or b"") for side in (base, head)):
            found.add(path)
    return found


def _including(base: Revision, head: Revision, edited: Set[str]) -> set[str]:
    """Dependency files that include an edited file which is not known as one by its own name."""
    edited = {path for path in edited if posixpath.splitext(path)[1] in _INCLUDED}
    names = {posixpath.basename(path).encode() for path in edited}
    found: set[str] = set()
    for side in (base, head) if edited else ():
        for path in side.files:
            if _INCLUDING.search(path) and path not in found and is_dependency_file(path):
                text = _bytes(side, path) or b""
                if any(name in text for name in names) and not edited.isdisjoint(_files_of(side, path)):
                    found.add(path)
    return found


def _files_of(revision: Revision, path: str) -> tuple[str, ...]:
    try:
        declared = revision.declarations(path)
    except InputError:  # told where it is edited itself
        return ()
    return () if declared is None else declared.files


def _side(revision: Revision, path: str, unknown: list[Unknown]) -> Declarations | None:
    if path not in revision.files:
        return None
    try:
        return revision.declarations(path)
    except InputError as error:
        unknown.append(Unknown(f"file:{path}", f"{error.message} ({revision.name[:12]})"))
        return None


def _code_edits(base: Revision, head: Revision, paths: Sequence[str]) -> list[RevisionEdit]:
    found = []
    for path in paths:
        if not path.endswith(CODE_SUFFIXES):
            continue
        left, right = _bytes(base, path), _bytes(head, path)
        if left is not None and right is not None and is_same_code(path, left, right):
            continue
        recorded, observed = (side.files.get(path) for side in (base, head))
        moved = "added" if recorded is None else "removed" if observed is None else "unknown"
        values = [None if one is None else one[:12] for one in (recorded, observed)]
        found.append(
            RevisionEdit(
                kind="code", subject=f"code:{path}", recorded=values[0], observed=values[1], step=moved, where=path
            )
        )
    return found


def _bytes(revision: Revision, path: str) -> bytes | None:
    try:
        return revision.read(path)
    except InputError:  # in conflict, or too large to be compared by meaning
        return None
