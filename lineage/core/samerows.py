"""Whether two rows of dependency files promise the same."""

from collections.abc import Sequence

from lineage.core.ranges import same_range, same_version
from lineage.model.declarations import Dependency

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
