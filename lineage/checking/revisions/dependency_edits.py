"""What changed in dependency files between two revisions: by package and file, whatever became of the lines."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from lineage.checking.due.package_moves import are_other_builds, are_same, is_other_commit, value_of
from lineage.checking.revisions.renames import with_old_paths
from lineage.checking.revisions.row_texts import texts_of
from lineage.dependencies.conda.spec import MARKERS
from lineage.dependencies.forms import is_dependency_file
from lineage.dependencies.pyproject.poetry_ranges import to_specifier
from lineage.dependencies.version_ranges import movement, same_range
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.model.plan import RevisionEdit
from lineage.portable.names import step

_ORDER = ("none", "build", "patch", "minor", "major", "added", "removed", "unknown")

_OR = " | "
"""between the Pythons of a lock for several"""
_FREE = re.compile(r"\A([0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?)t\Z")
_PLATFORMS = {marker: name for name, marker in MARKERS.items() if marker}
_INCLUDING = "requirements"
"""The form whose files hold each other's rows; where another one reads such a file, its rows count as its own."""


def edits(base: Sequence[Declarations], head: Sequence[Declarations]) -> tuple[RevisionEdit, ...]:
    """The changes of packages, Python and system, one for each package and file, sorted by place.

    A file that only one side has is compared with nothing, unless it became another one (``renamed``). A row is told
    of the file that it stands in: one that stands in a dependency file which another one includes is that file's.
    """
    after = {one.path: one for one in head}
    before = with_old_paths({one.path: one for one in base}, after)
    found: list[RevisionEdit] = []
    for path in sorted({*before, *after}):
        found += _of_file(before.get(path), after.get(path))
    return tuple(found)


def _of_file(before: Declarations | None, after: Declarations | None) -> list[RevisionEdit]:
    gone, new = _lone_platforms(before, after), _lone_platforms(after, before)
    left, right = _by_name(before, gone), _by_name(after, new)
    found = _of_platforms(before, after, gone, new)
    for name, file in sorted({*left, *right}):
        rows = left.get((name, file), ()), right.get((name, file), ())
        edit = _of_package(name, *rows, before, after)
        if edit is not None and not _is_unread(edit, before, after):
            found.append(edit)
    return [*found, *_of_python(before, after), *_of_system(before, after)]


def _lone_platforms(declared: Declarations | None, other: Declarations | None) -> frozenset[str]:
    """The markers of whole platforms that one lock of conda holds something of its own for, and the other nothing.

    None where the two have no platform in common.
    """
    mine, theirs = _by_platform(declared), _by_platform(other)
    if not mine.keys() & theirs.keys():
        return frozenset()
    known = {value for values in theirs.values() for value in values}
    return frozenset(marker for marker, values in mine.items() if marker not in theirs and not values <= known)


def _by_platform(declared: Declarations | None) -> dict[str, set[tuple[str, ...]]]:
    """By the marker of its platform what a lock of conda holds."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for row in declared.dependencies if declared is not None and declared.is_lock else ():
        if row.manager == "conda" and row.marker in _PLATFORMS:
            found.setdefault(row.marker, set()).add((row.name, *value_of(row)[:3]))
    return found


def _of_platforms(
    before: Declarations | None, after: Declarations | None, gone: Iterable[str], new: Iterable[str]
) -> list[RevisionEdit]:
    """One change for each platform that a lock lost or got, and none for the packages that it holds for it."""
    sides = [(before, one, "removed") for one in gone] + [(after, one, "added") for one in new]
    return [
        RevisionEdit(
            kind="system",
            subject=f"platform:{_PLATFORMS[marker]}",
            recorded=_PLATFORMS[marker] if moved == "removed" else None,
            observed=_PLATFORMS[marker] if moved == "added" else None,
            step=moved,
            where=side.path,
        )
        for side, marker, moved in sorted(sides, key=lambda one: one[1:])
        if side is not None
    ]


def _is_unread(edit: RevisionEdit, before: Declarations | None, after: Declarations | None) -> bool:
    """Whether a package seems added or removed only because its row cannot be read on one side, which is told."""
    side = {"added": before, "removed": after}.get(edit.step)
    return side is not None and any(one.subject == edit.subject for one in side.unknown)


def _by_name(declared: Declarations | None, without: Set[str]) -> dict[tuple[str, str], tuple[Dependency, ...]]:
    """By name, and in a requirements file by the included file that holds the rows, for the ones that are told here.

    Of a lock without the markers: tools work them out, and write them anew where no version moves; of one with a graph
    without groups and extras, too, which stand for what others ask for. ``without`` are markers of rows to leave out.
    """
    found: dict[tuple[str, str], tuple[Dependency, ...]] = {}
    for one in () if declared is None else declared.dependencies:
        apart = declared is not None and declared.form == _INCLUDING
        if not one.is_own and one.marker not in without and not (apart and _is_told_elsewhere(one)):
            key = (one.name, one.file if apart else "")
            found[key] = (*found.get(key, ()), one if declared is None else _as_told(one, declared))
    return found


def _as_told(row: Dependency, declared: Declarations) -> Dependency:
    extras = () if declared.is_lock and declared.has_graph else row.extras
    marker = "" if declared.is_lock else row.marker
    is_told = (marker, extras) == (row.marker, row.extras)  # of most rows: another one takes time
    return row if is_told else replace(row, marker=marker, extras=extras)


def _is_told_elsewhere(row: Dependency) -> bool:
    return bool(row.file) and is_dependency_file(row.file)


def _of_package(
    name: str,
    left: Sequence[Dependency],
    right: Sequence[Dependency],
    before: Declarations | None,
    after: Declarations | None,
) -> RevisionEdit | None:
    declared = (after if right else before) or Declarations(path="", form="")
    tells_groups = not (declared.is_lock and declared.has_graph)
    if are_same(left, right) and (not left or not right or _asked(left, tells_groups) == _asked(right, tells_groups)):
        return None
    rows, others = (right, left) if right else (left, right)
    theirs = {value_of(row) for row in others}
    here = [row for row in rows if not _is_told_elsewhere(row)]
    here = here or [row for row in others if not _is_told_elsewhere(row)]
    if not here:
        return None
    group = group_of(rows)
    here.sort(key=lambda row: row.group != group)
    changed = next((row for row in here if value_of(row) not in theirs), here[0])
    recorded, observed = texts_of(left, right)
    return RevisionEdit(
        kind="package",
        subject=f"package:{name}",
        recorded=recorded,
        observed=observed,
        step=_step(left, right),
        where=place_of(changed, declared.path),
        group=group,
    )


def _asked(rows: Sequence[Dependency], tells_groups: bool) -> set[tuple[object, ...]]:
    """For which groups, and with which extras, a package is asked for."""
    return {(row.group if tells_groups else "", row.extras) for row in rows}


def place_of(row: Dependency, path: str) -> str:
    """``requirements.txt:3``."""
    file = row.file or path
    return f"{file}:{row.line}" if row.line else file


def group_of(rows: Iterable[Dependency]) -> str:
    """The group that makes a package matter most: ``main`` wherever one row is of it."""
    groups = sorted({row.group for row in rows})
    return MAIN if MAIN in groups else groups[0]


def _step(left: Sequence[Dependency], right: Sequence[Dependency]) -> str:
    if not left or not right:
        return "added" if right else "removed"
    shared = {value_of(row) for row in left} & {value_of(row) for row in right}
    old = [row for row in left if value_of(row) not in shared] or list(left)
    new = [row for row in right if value_of(row) not in shared] or list(right)
    return max((min((_between(a, b) for a in old), key=_ORDER.index) for b in new), key=_ORDER.index)


def _between(old: Dependency, new: Dependency) -> str:
    """``build`` where only the source or label is another one, and where the version behind it is not told.

    ``unknown`` where something else than a bound of a range moved, or nothing of the version, and for another commit.
    """
    is_same = (old.origin, old.label) == (new.origin, new.label) and not are_other_builds([old], [new])
    if old.version and new.version:
        moved = step(old.version, new.version)
        if moved != "none":
            return moved
        return "unknown" if is_same or is_other_commit(old.origin, new.origin) else "build"
    if old.origin or new.origin:
        return "unknown" if is_same or is_other_commit(old.origin, new.origin) else "build"
    moved = movement(old.specifier or _exact(old), new.specifier or _exact(new))
    return "unknown" if moved == "none" else moved


def _exact(row: Dependency) -> str:
    return f"=={row.version}" if row.version else ""


def _of_python(before: Declarations | None, after: Declarations | None) -> list[RevisionEdit]:
    left, right = (None if side is None else side.python for side in (before, after))
    if left == right or (left is not None and right is not None and same_range(_range(left), _range(right))):
        return []
    side = after if after is not None and right is not None else before
    where = "" if side is None else f"{side.path}:{side.python_line}" if side.python_line else side.path
    return [
        RevisionEdit(
            kind="python",
            subject="python",
            recorded=_but_for(left, right),
            observed=_but_for(right, left),
            step=python_step(left, right),
            where=where,
        )
    ]


def _but_for(text: str | None, other: str | None) -> str | None:
    """Of several Pythons those that the other side lacks, where it has others."""
    if text is None or other is None or _OR not in text + other:
        return text
    mine, theirs = (one.split(_OR) for one in (text, other))
    return _OR.join([one for one in mine if one not in theirs] or mine)


def python_step(left: str | None, right: str | None) -> str:
    """How far a Python version or range moved, or several that are joined by a bar."""
    if left is None or right is None:
        return "added" if left is None else "removed"
    old, new = (str(one).split(_OR) for one in (_but_for(left, right), _but_for(right, left)))
    return max((min((_python_step(a, b) for a in old), key=_ORDER.index) for b in new), key=_ORDER.index)


def _python_step(left: str, right: str) -> str:
    moved = step(_labelled(left), _labelled(right))
    if moved != "unknown":
        return moved
    moved = movement(_range(left), _range(right))
    return "unknown" if moved == "none" else moved


def _labelled(text: str) -> str:
    """A Python without the global lock, ``3.14t``, as another build of the same version."""
    return _FREE.sub(r"\1+freethreaded", text)


def _range(text: str) -> str:
    """PEP 440 for what poetry, too, may write; as it stands where that cannot say it."""
    return text if (specifier := to_specifier(text)) is None else specifier


def _of_system(before: Declarations | None, after: Declarations | None) -> list[RevisionEdit]:
    left, right = _fields(before), _fields(after)
    found = []
    for field in sorted({*left, *right}):
        old, new = left.get(field), right.get(field)
        if (old and old[0]) == (new and new[0]):
            continue
        side = after if new is not None else before
        line = (new or old or ("", 0))[1]
        where = "" if side is None else f"{side.path}:{line}" if line else side.path
        recorded, observed = old[0] if old else None, new[0] if new else None
        moved = system_step(field, recorded, observed)
        found.append(
            RevisionEdit(
                kind="system",
                subject=f"platform:{field}",
                recorded=recorded,
                observed=observed,
                step=moved,
                where=where,
            )
        )
    return found


_IMAGE = re.compile(r"(?P<name>[^@]*?)(?::(?P<number>[0-9]+(?:\.[0-9]+)*)?(?P<rest>[^:/@]*))?(?:@(?P<digest>.*))?")
"""an image by its name, the numbers its tag begins with, the rest of the tag, and its digest"""


def system_step(field: str, recorded: str | None, observed: str | None) -> str:
    """How far a base image or a package of the system moved: an image by the numbers its tag begins with."""
    if recorded is None or observed is None:
        return "added" if recorded is None else "removed"
    if field != "image":
        return step(recorded, observed) if recorded and observed else "unknown"
    left, right = _IMAGE.fullmatch(recorded), _IMAGE.fullmatch(observed)
    if left is None or right is None or any(left[key] != right[key] for key in ("name", "rest")):
        return "unknown"
    moved = step(left["number"] or "", right["number"] or "")
    return "build" if moved == "none" else moved


def _fields(declared: Declarations | None) -> Mapping[str, tuple[str, int]]:
    return {} if declared is None else {field: (value, line) for field, value, line in declared.system}
