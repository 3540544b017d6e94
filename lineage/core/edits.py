"""What changed in dependency files between two revisions: by package and file, whatever became of the lines."""

import re
from collections.abc import Iterable, Mapping, Sequence

from lineage.core.ranges import movement, same_range, same_version
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.model.plan import Edit
from lineage.portable.names import step

_ORDER = ("none", "build", "patch", "minor", "major", "added", "removed", "unknown")

Value = tuple[str, str, str, str]
"""(version or range, origin, label, marker): what makes two rows of a package the same"""


def edits(base: Sequence[Declarations], head: Sequence[Declarations]) -> tuple[Edit, ...]:
    """The changes of packages, Python and system, one for each package and file, sorted by place.

    A file that only one side has is compared with nothing, unless another one of its form, that only the other side
    has, holds the same: then it was renamed.
    """
    before, after = ({one.path: one for one in side} for side in (base, head))
    gone = [one for path, one in before.items() if path not in after]
    for path, one in after.items():
        if path not in before:
            twin = next((other for other in gone if other.form == one.form and _same(other, one)), None)
            if twin is not None:
                before[path] = before.pop(twin.path)
                gone.remove(twin)
    found: list[Edit] = []
    for path in sorted({*before, *after}):
        found += _of_file(before.get(path), after.get(path))
    return tuple(found)


def _same(left: Declarations, right: Declarations) -> bool:
    return not _of_file(left, right)


def _of_file(before: Declarations | None, after: Declarations | None) -> list[Edit]:
    left, right = _by_name(before), _by_name(after)
    found = [
        edit
        for name in sorted({*left, *right})
        if (edit := _of_package(name, left.get(name, ()), right.get(name, ()), before, after)) is not None
    ]
    return [*found, *_of_python(before, after), *_of_system(before, after)]


def _by_name(declared: Declarations | None) -> dict[str, tuple[Dependency, ...]]:
    found: dict[str, tuple[Dependency, ...]] = {}
    for one in () if declared is None else declared.dependencies:
        if not one.is_own:
            found[one.name] = (*found.get(one.name, ()), one)
    return found


def value_of(row: Dependency) -> Value:
    """What a row promises, whatever its place, group and spelling."""
    return (row.version or row.specifier, row.origin or "", row.label, row.marker)


def _of_package(
    name: str,
    left: Sequence[Dependency],
    right: Sequence[Dependency],
    before: Declarations | None,
    after: Declarations | None,
) -> Edit | None:
    if _are_same(left, right):
        return None
    rows, others = (right, left) if right else (left, right)
    declared = after if right else before
    theirs = {value_of(row) for row in others}
    changed = next((row for row in rows if value_of(row) not in theirs), rows[0])
    return Edit(
        kind="package",
        subject=f"package:{name}",
        recorded=_text(left, right),
        observed=_text(right, left),
        step=_step(left, right),
        where=place_of(changed, declared.path if declared is not None else ""),
        group=group_of(rows),
    )


def _are_same(left: Sequence[Dependency], right: Sequence[Dependency]) -> bool:
    """Whether both sides promise the same, versions and ranges by their meaning."""
    mine, theirs = ({value_of(row) for row in side} for side in (left, right))
    if mine == theirs:
        return True
    if not left or not right:
        return False
    return all(any(_is_same(a, b) for b in right) for a in left) and all(
        any(_is_same(a, b) for a in left) for b in right
    )


def _is_same(left: Dependency, right: Dependency) -> bool:
    if value_of(left)[1:] != value_of(right)[1:]:
        return False
    if left.version and right.version:
        return same_version(left.version, right.version)
    return not left.version and not right.version and same_range(left.specifier, right.specifier)


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
    return ", ".join(sorted(set(shown)))


def _shown(row: Dependency) -> str:
    text = row.version or row.written or row.specifier
    if row.origin and not row.version:
        return row.origin
    if row.label:
        return f"{text}={row.label}"
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
    is_same = (old.origin, old.label) == (new.origin, new.label)
    if old.version and new.version:
        moved = step(old.version, new.version)
        return moved if moved != "none" else "unknown" if is_same else "build"
    if old.origin or new.origin:
        return "unknown" if is_same else "build"
    moved = movement(old.specifier or _exact(old), new.specifier or _exact(new))
    return "unknown" if moved == "none" else moved


def _exact(row: Dependency) -> str:
    return f"=={row.version}" if row.version else ""


def _of_python(before: Declarations | None, after: Declarations | None) -> list[Edit]:
    left, right = (None if side is None else side.python for side in (before, after))
    if left == right:
        return []
    side = after if after is not None and right is not None else before
    where = "" if side is None else f"{side.path}:{side.python_line}" if side.python_line else side.path
    return [
        Edit(kind="python", subject="python", recorded=left, observed=right, step=python_step(left, right), where=where)
    ]


def python_step(left: str | None, right: str | None) -> str:
    """How far a Python version or range moved."""
    if left is None or right is None:
        return "added" if left is None else "removed"
    if left[:1].isdigit() and right[:1].isdigit():
        return step(left, right)
    return movement(_range(left), _range(right))


def _range(text: str) -> str:
    return f"=={text}" if text[:1].isdigit() else text


def _of_system(before: Declarations | None, after: Declarations | None) -> list[Edit]:
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
            Edit(
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
