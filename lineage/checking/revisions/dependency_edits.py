"""What changed in dependency files between two revisions: by package and file, whatever became of the lines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lineage.checking.due.package_moves import are_other_builds, are_same, value_of
from lineage.checking.revisions.renames import with_old_paths
from lineage.dependencies.artifacts import are_other_files, first_digest
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
    left, right = _by_name(before), _by_name(after)
    found = []
    for name, file in sorted({*left, *right}):
        rows = left.get((name, file), ()), right.get((name, file), ())
        edit = _of_package(name, *rows, before, after)
        if edit is not None and not _is_unread(edit, before, after):
            found.append(edit)
    return [*found, *_of_python(before, after), *_of_system(before, after)]


def _is_unread(edit: RevisionEdit, before: Declarations | None, after: Declarations | None) -> bool:
    """Whether a package seems added or removed only because its row cannot be read on one side, which is told."""
    side = {"added": before, "removed": after}.get(edit.step)
    return side is not None and any(one.subject == edit.subject for one in side.unknown)


def _by_name(declared: Declarations | None) -> dict[tuple[str, str], tuple[Dependency, ...]]:
    """By name, and in a requirements file by the included file that holds the rows, for the ones that are told here.

    Of a lock without the markers: tools work them out, and write them anew where no version moves.
    """
    found: dict[tuple[str, str], tuple[Dependency, ...]] = {}
    for one in () if declared is None else declared.dependencies:
        apart = declared is not None and declared.form == _INCLUDING
        if not one.is_own and not (apart and _is_told_elsewhere(one)):
            if one.marker and declared is not None and declared.is_lock:
                one = replace(one, marker="")
            key = (one.name, one.file if apart else "")
            found[key] = (*found.get(key, ()), one)
    return found


def _is_told_elsewhere(row: Dependency) -> bool:
    return bool(row.file) and is_dependency_file(row.file)


def _of_package(
    name: str,
    left: Sequence[Dependency],
    right: Sequence[Dependency],
    before: Declarations | None,
    after: Declarations | None,
) -> RevisionEdit | None:
    if are_same(left, right):
        return None
    rows, others = (right, left) if right else (left, right)
    declared = after if right else before
    theirs = {value_of(row) for row in others}
    texts = _text(left, right), _text(right, left)
    if texts[0] == texts[1]:
        texts = _builds(left, right), _builds(right, left)
    here = [row for row in rows if not _is_told_elsewhere(row)]
    here = here or [row for row in others if not _is_told_elsewhere(row)]
    if not here:
        return None
    group = group_of(rows)
    here.sort(key=lambda row: row.group != group)
    changed = next((row for row in here if value_of(row) not in theirs), here[0])
    return RevisionEdit(
        kind="package",
        subject=f"package:{name}",
        recorded=texts[0],
        observed=texts[1],
        step=_step(left, right),
        where=place_of(changed, declared.path if declared is not None else ""),
        group=group,
    )


def place_of(row: Dependency, path: str) -> str:
    """``requirements.txt:3``."""
    file = row.file or path
    return f"{file}:{row.line}" if row.line else file


def group_of(rows: Iterable[Dependency]) -> str:
    """The group that makes a package matter most: ``main`` wherever one row is of it."""
    groups = sorted({row.group for row in rows})
    return MAIN if MAIN in groups else groups[0]


def _text(rows: Sequence[Dependency], others: Sequence[Dependency]) -> str | None:
    """The values as written, ``""`` for a package without any; of several those that the other side lacks."""
    if not rows:
        return None
    theirs = {value_of(row) for row in others}
    mine = [row for row in rows if value_of(row) not in theirs] or list(rows)
    shown = [_shown(row) for row in mine]
    if others and {_shown(row) for row in mine} == {
        _shown(row) for row in others if value_of(row) not in set(map(value_of, rows))
    }:
        shown = [f"{text} ; {row.marker}" if row.marker else text for text, row in zip(shown, mine, strict=True)]
    return ", ".join(sorted(set(shown) - {""}))


def _builds(rows: Sequence[Dependency], others: Sequence[Dependency]) -> str:
    """Values of which the version is the other side's: with what tells the one build from the other."""
    are_other = are_other_files([one.digests for one in rows], [one.digests for one in others])
    digest = first_digest(one.digests for one in rows) if are_other else ""
    theirs = {value_of(row) for row in others}
    mine = [row for row in rows if value_of(row) not in theirs] or list(rows)
    return ", ".join(sorted({_build(row, digest) for row in mine}))


def _build(row: Dependency, digest: str) -> str:
    told = ", ".join(filter(None, (row.origin or row.source, digest))) or "an index"
    return f"{_shown(row)} ({told})" if row.version else f"{row.origin} {row.source}".strip()


def _shown(row: Dependency) -> str:
    text = row.version or row.written or row.specifier
    if row.origin and not row.version:
        return row.origin
    if row.label:
        return f"{text}={row.label}" if row.version else f"{text} {row.label}".lstrip()
    return text


def _step(left: Sequence[Dependency], right: Sequence[Dependency]) -> str:
    if not left or not right:
        return "added" if right else "removed"
    shared = {value_of(row) for row in left} & {value_of(row) for row in right}
    old = [row for row in left if value_of(row) not in shared] or list(left)
    new = [row for row in right if value_of(row) not in shared] or list(right)
    return max((min((_between(a, b) for a in old), key=_ORDER.index) for b in new), key=_ORDER.index)


def _between(old: Dependency, new: Dependency) -> str:
    """``build`` where only the source or label is another one, and where the version behind it is not told.

    ``unknown`` where something else than a bound of a range moved, or nothing of the version.
    """
    is_same = (old.origin, old.label) == (new.origin, new.label) and not are_other_builds([old], [new])
    if old.version and new.version:
        moved = step(old.version, new.version)
        return moved if moved != "none" else "unknown" if is_same else "build"
    if old.origin or new.origin:
        return "unknown" if is_same else "build"
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
