"""The rows of a lock: each names one exact version, or is the project's own code.

Rows that differ only in group, extras and line (``requests`` and ``requests[socks]``) are one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from lineage.dependencies.artifacts import digests_of
from lineage.dependencies.conditions import under
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.lock_groups import rank
from lineage.dependencies.lock_tables import Block
from lineage.dependencies.places import Place, read_place
from lineage.dependencies.rows import Rows, pin, value_text
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Dependency
from lineage.portable.names import canonical_name, is_name

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,199}")

INDEX = Place(origin=None)
"""The place of what an index gives that nobody names."""

canonical = lru_cache(maxsize=8192)(canonical_name)
"""``canonical_name``; a lock names most packages several times"""

Find = Callable[[str], list[int]]
"""The places of a canonical name among the packages of a lock."""

_NAME = re.compile(r"\s*+([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")


class LockRows(Rows):
    """The rows of one lock, as they are found."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._default = group_of_file(path)

    def group(self, name: str) -> str:
        """A group of ours; where it is main, the name of the file may tell more."""
        return self._default if name == MAIN else name

    def locked(
        self,
        block: Block,
        name: str,
        version: str,
        place: Place,
        *,
        marker: str = "",
        group: str = MAIN,
        extras: Iterable[str] = (),
        requires: Iterable[str] = (),
        hashes: tuple[str, ...] = (),
        digests: Iterable[str] = (),
    ) -> None:
        """One row; what cannot be understood becomes an unknown. ``marker`` is one that names no extra or group.

        ``digests`` are ``hashes`` where they only tell one build from another.
        """
        try:
            name_found, specifier = self._checked(name, version, place)
            condition = under(marker, None) if marker else ""
        except InputError as error:
            self.not_understood(block, name, error.message)
            return
        self.dependencies.append(
            Dependency(
                name=name_found,
                version=version if version and not place.is_own else None,
                specifier=specifier,
                origin=place.origin,
                source=place.source,
                digests=digests_of(digests or hashes),
                extras=tuple(sorted(set(map(canonical, extras)))) if extras else (),
                marker=condition or "",
                group=self.group(group),
                line=block.line,
                requires=tuple(sorted(set(requires) - {name_found})),
                is_own=place.is_own,
                hashes=hashes,
            )
        )

    def _checked(self, name: str, version: str, place: Place) -> tuple[str, str]:
        if not is_name(name):
            raise InputError(f"has a name that is none: {name[:80]!r}" if name else "has no name")
        if place.is_own or (not version and place.origin):
            return canonical(name), ""
        if not version:
            raise InputError("has no version")
        if not _VERSION.fullmatch(version):
            raise InputError(f"has a version that cannot be read: {version[:80]!r}")
        return canonical(name), pin(version)

    def not_understood(self, block: Block, name: str, message: str) -> None:
        """A block that says nothing that can be judged, by its name where it has one."""
        subject = f"package:{canonical(name)}" if is_name(name) else "packages"
        self.unread(subject, block.line, message, value_text(block.values))

    def is_listed(self, block: Block, name: str, told: bool | str) -> bool:
        """Whether a row is to be listed, as ``Installed`` tells; what it cannot tell is unknown by the row's name."""
        if isinstance(told, str):
            self.not_understood(block, name, told)
        return told is True

    def place(self, block: Block, name: str, source: Mapping[str, Any]) -> Place | None:
        """The place that the keys ``git``, ``url``, ``path`` tell; ``None`` after it was noted as unknown."""
        try:
            return read_place(source, self.path) or INDEX
        except InputError as error:
            self.not_understood(block, name, error.message)
            return None

    def merged(self) -> None:
        """Makes one row of those that fix the same thing: of the strongest group, with all extras and needs."""
        same: dict[tuple[object, ...], list[Dependency]] = {}
        for row in self.dependencies:
            same.setdefault((row.name, row.version, row.origin, row.marker, row.is_own), []).append(row)
        if len(same) != len(self.dependencies):
            self.dependencies = [rows[0] if len(rows) == 1 else _one(rows) for rows in same.values()]


def _one(rows: list[Dependency]) -> Dependency:
    first = min(rows, key=lambda row: (rank(row.group), row.line))
    return Dependency(
        name=first.name,
        version=first.version,
        specifier=first.specifier,
        origin=first.origin,
        source=first.source,
        digests=first.digests,
        extras=tuple(sorted({extra for row in rows for extra in row.extras})),
        marker=first.marker,
        group=first.group,
        line=min(row.line for row in rows),
        requires=tuple(sorted({name for row in rows for name in row.requires})),
        is_own=first.is_own,
        hashes=tuple(sorted({one for row in rows for one in row.hashes})),
    )


def named(requirement: str) -> str:
    """The canonical name at the beginning of a requirement; empty where there is none."""
    match = _NAME.match(requirement)
    return canonical(match[1]) if match else ""


def by_name(names: Iterable[str]) -> Find:
    """Gives the places of a canonical name in a list of names as written."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        found.setdefault(canonical(name), []).append(index)
    nothing: list[int] = []
    return lambda name: found.get(name, nothing)
