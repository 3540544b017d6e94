"""Which of several versions of one package holds where, in locks of poetry before 2.1, which do not say.

Only what the project itself says is used: where it asks for a range under a marker, and the lock has one version in
that range, that version is what poetry installs there. Where this does not tell of every version, none is told apart.
"""

from collections.abc import Iterable, Sequence

from lineage.core.declarations.lockrows import by_name
from lineage.core.ranges import allows
from lineage.model.declarations import Dependency


def fork_markers(packages: Sequence[tuple[str, str]], asked: Iterable[Dependency]) -> dict[int, str]:
    """The marker of each package that it tells, by its index in (name, version)s; ``asked`` are the project's rows."""
    find = by_name(name for name, _ in packages)
    told: dict[int, set[str]] = {}
    forked: dict[str, list[int]] = {}
    for row in asked:
        indexes = find(row.name)
        if len(indexes) < 2 or not row.marker:
            continue
        forked[row.name] = indexes
        fitting = [index for index in indexes if allows(row.specifier, packages[index][1])]
        if len(fitting) == 1:
            told.setdefault(fitting[0], set()).add(row.marker)
    return {
        index: " or ".join(f"({marker})" for marker in sorted(told[index]))
        for indexes in forked.values()
        if all(one in told for one in indexes)
        for index in indexes
    }
