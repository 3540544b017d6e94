"""What dependency files promise of one package, and when two promises are the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.checking.due.same_source import is_same_source
from lineage.dependencies.version_ranges import same_range, same_version
from lineage.model.declarations import Dependency


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of one package."""

    state: str
    """``exact``; ``range``; ``absent``: a lock is there and lacks it; ``unnamed``: nothing speaks of it; ``aside``:
    it moved to a group that is not installed with the model; ``own``: it is a part of the repository; ``unknown``"""
    version: str | None = None
    specifier: str = ""
    origin: str | None = None
    label: str = ""
    manager: str = "pypi"
    text: str | None = None
    """for people; of an unknown one all that is asked for"""
    where: str = ""
    group: str | None = None
    reason: str = ""
    """why it is unknown"""


def is_same_promise(left: Promise, right: Promise) -> bool:
    """Whether two promises ask for the same, whatever their place, group and spelling."""
    if left.state != right.state:
        return False
    if left.state in ("own", "unknown"):
        return left.text == right.text
    if (left.label, left.manager) != (right.label, right.manager) or not same_range(left.specifier, right.specifier):
        return False
    if (left.version is None) != (right.version is None) or is_same_source(left.origin, right.origin) is not True:
        return False
    return left.version is None or right.version is None or same_version(left.version, right.version)


Value = tuple[str, str, str, str]
"""(version or range, origin, label, marker): what makes two rows of a package the same"""


def value_of(row: Dependency) -> Value:
    """What a row promises, whatever its place, group and spelling."""
    return (row.version or row.specifier, row.origin or "", row.label, row.marker)


def are_same(left: Sequence[Dependency], right: Sequence[Dependency]) -> bool:
    """Whether the rows of a package promise the same on both sides, versions and ranges by their meaning."""
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
