"""What dependency files promise for one environment: of each package a version, a range, or that it is not there.

Rules, first to last:

1. A row whose marker does not hold in the environment says nothing; one whose marker cannot be judged does.
2. Rows for development, tests, documentation and building stand aside, unless nothing else names the package.
3. A lock beats what stands beside it but the block of a script, which its own lock beats; an exact version beats a
   range.
4. Rows that ask for different things are told apart by those that asked for the recorded version at the capture,
   then the main group counts; what is still not one thing is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lineage.checking.due.package_moves import Promise, Value, is_same_source, value_of
from lineage.checking.revisions.dependency_edits import group_of, place_of
from lineage.dependencies.markers import holds
from lineage.dependencies.scripts import OF_SCRIPT
from lineage.dependencies.version_ranges import allows, same_version
from lineage.model.declarations import MAIN, Declarations, Dependency, Unread, mark_of

ASIDE = frozenset({"dev", "test", "docs", "build"})

Key = tuple[str, str, str]
"""(form of the file, group, marker) of a row"""

Compared = tuple[Promise, Promise | None, bool]
"""(what is promised of a package, what was, whether that is the same)"""


@dataclass(frozen=True, slots=True)
class _Row:
    row: Dependency
    declared: Declarations
    holding: bool | None

    @property
    def key(self) -> Key:
        return (self.declared.form, self.row.group, self.row.marker)

    @property
    def is_exact(self) -> bool:
        return self.row.version is not None or self.row.origin is not None


class _Unread(NamedTuple):
    told: Unread
    is_part: bool
    is_of_lock: bool


class Promises:
    """Several dependency files at one revision, seen from one environment. Kept for all models that share both."""

    def __init__(self, declared: Sequence[Declarations], markers: Mapping[str, str]) -> None:
        self._rows: dict[str, list[_Row]] = {}
        self._own: dict[str, _Row] = {}
        self._locks: set[str] = set()
        judged: dict[str, bool | None] = {}
        for one in declared:
            if one.is_lock and not (one.dependencies and all(row.group in ASIDE for row in one.dependencies)):
                self._locks.add(one.path)
            for row in one.dependencies:
                if row.marker not in judged:
                    judged[row.marker] = holds(row.marker, markers)
                held = _Row(row, one, judged[row.marker])
                if row.is_own:
                    self._own.setdefault(row.name, held)
                elif held.holding is not False:
                    self._rows.setdefault(row.name, []).append(held)
        self.unread: tuple[Unread, ...] = tuple(told for one in declared for told in (*one.unread(), *one.parts))
        """what could not be read"""
        self._unread: dict[str, list[_Unread]] = {}
        for one in declared:
            for listed, is_part in ((one.unread(), False), (one.parts, True)):
                for told in listed:
                    self._unread.setdefault(told.subject, []).append(_Unread(told, is_part, one.is_lock))
        self._graph: dict[str, list[str]] | None = None
        self._told: dict[tuple[str, frozenset[Key]], Promise] = {}
        self._exact: dict[tuple[str, str], frozenset[Key]] = {}
        self.compared: dict[tuple[Promises | None, str, str], Compared] = {}
        """by an earlier state, a package and its recorded version: most models share all three"""
        self.names: frozenset[str] = frozenset(self._rows)
        """the packages that are named for this environment, for whatever group"""
        serving = (name for name, rows in self._rows.items() if any(one.row.group == MAIN for one in rows))
        self.serving: frozenset[str] = frozenset(serving)
        """those that a row of the main group names"""

    def of(self, name: str, keys: frozenset[Key] = frozenset()) -> Promise:
        """What is promised of a package, by its canonical name; ``keys`` are the rows to prefer."""
        if (name, keys) not in self._told:
            self._told[name, keys] = self._of(name, keys)
        return self._told[name, keys]

    def _of(self, name: str, keys: frozenset[Key]) -> Promise:
        rows = self._chosen(name)
        is_locked = any(one.declared.is_lock for one in rows)
        unread = [one for one in self._unread.get(f"package:{name}", ()) if one.is_of_lock or not is_locked]
        if not unread:
            return self._read(name, rows, keys)
        mark = mark_of(*sorted({one.told.mark for one in unread}))
        whole = next((one.told for one in unread if not one.is_part), None)
        if whole is not None:
            reason = f"{whole.reason}, so nothing tells which {name} it is"
            return Promise(state="unknown", text=_texts(rows), reason=reason, mark=mark)
        return replace(self._read(name, rows, keys), mark=mark, reason=unread[0].told.reason)

    def _read(self, name: str, rows: Sequence[_Row], keys: frozenset[Key]) -> Promise:
        if not rows:
            return self._not_named(name)
        exact = [one for one in rows if one.is_exact]
        for narrowed in (exact, [one for one in exact if one.key in keys], _main(exact)):
            if narrowed and _is_one(narrowed):
                return _exact(narrowed, rows)
        return _contradiction(exact) if exact else _range(rows)

    def keys(self, name: str, version: str) -> frozenset[Key]:
        """The rows that promise exactly this version."""
        if (name, version) not in self._exact:
            rows = self._rows.get(name, ())
            found = frozenset(one.key for one in rows if one.row.version and same_version(one.row.version, version))
            self._exact[name, version] = found
        return self._exact[name, version]

    def forks(self, name: str) -> frozenset[tuple[str, str, Value]]:
        """(form, group, value) of what locks hold of a package, whatever the markers; empty where others speak too."""
        rows = self._chosen(name)
        if not all(one.declared.is_lock for one in rows) or f"package:{name}" in self._unread:
            return frozenset()
        return frozenset((one.declared.form, one.row.group, (*value_of(one.row)[:3], "")) for one in rows)

    def chain(self, name: str, roots: Iterable[str]) -> tuple[str, ...]:
        """The packages from ``name`` up to the nearest of ``roots``, without ``name``; empty where no graph tells."""
        parents = self._parents()
        goals = frozenset(roots)
        paths: list[tuple[str, ...]] = [(name,)]
        seen = {name}
        while paths:
            following = []
            for path in paths:
                for parent in parents.get(path[-1], ()):
                    if parent in goals:
                        return (*path[1:], parent)
                    if parent not in seen:
                        seen.add(parent)
                        following.append((*path, parent))
            paths = following
        return ()

    def _parents(self) -> Mapping[str, Sequence[str]]:
        if self._graph is None:
            self._graph = {}
            for parent, rows in sorted(self._rows.items()):
                for child in sorted({child for one in rows if one.declared.has_graph for child in one.row.requires}):
                    self._graph.setdefault(child, []).append(parent)
        return self._graph

    def _chosen(self, name: str) -> list[_Row]:
        rows = self._rows.get(name, [])
        rows = [one for one in rows if one.row.group not in ASIDE] or rows
        locks = [one for one in rows if one.declared.is_lock]
        return [one for one in rows if one.declared.is_lock or _stands_beside(one, locks)] if locks else rows

    def _not_named(self, name: str) -> Promise:
        own = self._own.get(name)
        if own is not None:
            return Promise(state="own", text=own.row.origin, where=place_of(own.row, own.declared.path))
        if self._locks:
            return Promise(state="absent", where=min(self._locks))
        return Promise(state="unnamed")


def _stands_beside(row: _Row, locks: Sequence[_Row]) -> bool:
    """Whether a row is of a script, whose block no lock was made from but the script's own."""
    script = row.declared.path
    return row.declared.form == OF_SCRIPT and all(one.declared.path != f"{script}.lock" for one in locks)


def _main(rows: Sequence[_Row]) -> list[_Row]:
    return [one for one in rows if one.row.group == MAIN]


def _is_one(rows: Sequence[_Row]) -> bool:
    """Whether exact rows ask for one thing; one without a version or label leaves it to the others."""
    if len(rows) == 1:
        return True
    versions = [one.row.version for one in rows if one.row.version is not None]
    labels = {one.row.label for one in rows if one.row.label}
    first = rows[0].row.origin
    return (
        all(same_version(versions[0], one) for one in versions[1:])
        and len(labels) <= 1
        and all(is_same_source(first, one.row.origin) is not False for one in rows[1:])
    )


def _exact(rows: Sequence[_Row], others: Sequence[_Row]) -> Promise:
    versioned = next((one for one in rows if one.row.version is not None), rows[0])
    row, declared = versioned.row, versioned.declared
    group = group_of(one.row for one in others)
    if row.version is not None:
        for one in others:
            same_group = one.row.group == row.group and not one.is_exact
            if same_group and allows(one.row.specifier, row.version) is False:
                return _contradiction([versioned, one])
    return Promise(
        state="exact",
        version=row.version,
        origin=row.origin,
        label=next((one.row.label for one in rows if one.row.label), ""),
        source=", ".join(sorted({one.row.source for one in rows} - {""})),
        digests=tuple(sorted({one.row.digests for one in rows} - {""})),
        manager=row.manager,
        text=row.version if row.version is not None else " ".join(filter(None, (row.origin, row.source))),
        where=place_of(row, declared.path),
        group=group,
    )


def _range(rows: Sequence[_Row]) -> Promise:
    first = rows[0]
    clauses = {clause for one in rows for clause in one.row.specifier.split(",") if clause}
    written = dict.fromkeys(filter(None, (_asked(one.row) for one in rows)))
    return Promise(
        state="range",
        specifier=",".join(sorted(clauses)),
        manager=first.row.manager,
        text=",".join(written) or "any version",
        where=place_of(first.row, first.declared.path),
        group=group_of(one.row for one in rows),
    )


def _contradiction(rows: Sequence[_Row]) -> Promise:
    first = rows[0]
    where = place_of(first.row, first.declared.path)
    told = _texts(rows) or ""
    untold = next((one.row.marker for one in rows if one.holding is None), None)
    if untold is None:
        reason = f"{where} and others ask for {told} at once"
    else:
        reason = f"{where} and others ask for {told}, by the marker {untold}, which cannot be judged"
    return Promise(state="unknown", text=told, where=where, group=group_of(one.row for one in rows), reason=reason)


def _texts(rows: Sequence[_Row]) -> str | None:
    texts = {" ".join(filter(None, (_text(one.row), one.row.label))) for one in rows}
    return ", ".join(sorted(texts)) or None


def _text(row: Dependency) -> str:
    if row.origin is not None:
        return row.origin if row.version is None else f"{row.version} ({row.origin})"
    return row.version or _asked(row) or "any version"


def _asked(row: Dependency) -> str:
    """The range as written; ``""`` for any version, which some formats spell ``*``."""
    return "" if row.written == "*" else row.written or row.specifier
