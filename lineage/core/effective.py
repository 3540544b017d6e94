"""What dependency files promise for one environment: of each package a version, a range, or that it is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.core.edits import group_of, place_of
from lineage.core.locks.markers import holds
from lineage.model.declarations import Declarations, Dependency

_ASIDE = frozenset({"dev", "test", "docs", "build"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of one package."""

    state: str
    """``exact``; ``range``; ``absent``: a lock is there and lacks it; ``unnamed``: nothing speaks of it; ``unknown``"""
    version: str | None = None
    specifier: str = ""
    origin: str | None = None
    label: str = ""
    text: str | None = None
    """for people"""
    where: str = ""
    group: str | None = None
    reason: str = ""
    """why it is unknown"""

    @property
    def meaning(self) -> tuple[str | None, ...]:
        """What makes two promises the same, whatever their place."""
        return (self.state, self.version, self.specifier, self.origin, self.label)


@dataclass(frozen=True, slots=True)
class _Row:
    row: Dependency
    declared: Declarations
    holding: bool | None


class Promises:
    """Several dependency files at one revision, seen from one environment; a lock beats a range beside it."""

    def __init__(self, declared: Sequence[Declarations], markers: Mapping[str, str]) -> None:
        self._has_lock = any(one.is_lock for one in declared)
        self._rows: dict[str, list[_Row]] = {}
        judged: dict[str, bool | None] = {}
        for one in declared:
            for row in one.dependencies:
                if row.is_own:
                    continue
                if row.marker not in judged:
                    judged[row.marker] = holds(row.marker, markers)
                if judged[row.marker] is not False:
                    self._rows.setdefault(row.name, []).append(_Row(row, one, judged[row.marker]))
        self._children = {
            row.row.name: row.row.requires for rows in self._rows.values() for row in rows if row.declared.has_graph
        }

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._rows)

    def of(self, name: str) -> Promise:
        """What is promised of a package, by its canonical name."""
        rows = self._rows.get(name, [])
        rows = [one for one in rows if one.row.group not in _ASIDE] or rows
        locked = [one for one in rows if one.declared.is_lock]
        if self._has_lock and not locked and not any(one.row.version or one.row.origin for one in rows):
            return Promise(state="absent", text=None)
        rows = locked or rows
        if not rows:
            return Promise(state="unnamed")
        exact = [one for one in rows if one.row.version or one.row.origin] or rows
        return _agreed(exact)

    def chain(self, name: str, roots: Mapping[str, str]) -> tuple[str, ...]:
        """The packages from ``name`` up to the nearest of ``roots``, without ``name``; empty where no graph tells."""
        parents: dict[str, list[str]] = {}
        for parent, children in sorted(self._children.items()):
            for child in children:
                parents.setdefault(child, []).append(parent)
        paths: list[tuple[str, ...]] = [(name,)]
        seen = {name}
        while paths:
            following = []
            for path in paths:
                for parent in parents.get(path[-1], ()):
                    if parent in roots:
                        return (*path[1:], parent)
                    if parent not in seen:
                        seen.add(parent)
                        following.append((*path, parent))
            paths = following
        return ()


def _agreed(rows: Sequence[_Row]) -> Promise:
    first = rows[0]
    where = place_of(first.row, first.declared.path)
    group = group_of(one.row for one in rows)
    untold = next((one for one in rows if one.holding is None), None)
    if untold is not None:
        reason = f"{where} depends on the marker {untold.row.marker}, which cannot be judged"
        return Promise(state="unknown", where=where, group=group, reason=reason)
    values = {(one.row.version, one.row.specifier, one.row.origin, one.row.label) for one in rows}
    exact = {one for one in values if one[0] or one[2]}
    if len(exact) > 1:
        told = ", ".join(sorted(one[0] or one[2] or "" for one in exact))
        return Promise(state="unknown", where=where, group=group, reason=f"{where} and others ask for {told} at once")
    if exact:
        version, _, origin, label = next(iter(exact))
        text = version if version else origin
        return Promise(state="exact", version=version, origin=origin, label=label, text=text, where=where, group=group)
    specifier = ",".join(sorted({clause for one in values for clause in one[1].split(",") if clause}))
    text = ",".join(dict.fromkeys(one.row.written or one.row.specifier for one in rows)) or "any version"
    return Promise(state="range", specifier=specifier, text=text, where=where, group=group)
