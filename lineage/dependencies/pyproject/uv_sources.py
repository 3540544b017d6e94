"""``[tool.uv.sources]``: where uv takes packages from that other tables ask for.

An index is no origin. Sources under markers make one row each; the row without a source stays, for where none holds.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from lineage.dependencies.places import Place, read_place
from lineage.dependencies.toml_tables import Table
from lineage.errors import InputError
from lineage.model.declarations import Dependency


def with_sources(rows: Iterable[Dependency], sources: Table, own: str) -> list[Dependency]:
    """The rows with their sources; those that name ``own``, the project itself, are its code.

    Raises ``InputError`` with the key for a source that cannot be read.
    """
    by_name: dict[str, list[tuple[str, Place]]] = {}
    for key, value in sources.values.items():
        listed = value if isinstance(value, list) else [value]
        places = by_name.setdefault(canonicalize_name(key), [])
        for one in listed:
            if not isinstance(one, dict):
                raise sources.wrong(key, "a table, or a list of tables")
            place = _place(sources, key, one)
            if place is not None:
                places.append((_marker(sources, key, one), place))
    found: list[Dependency] = []
    for row in rows:
        if own and row.name == own and row.origin is None:
            found.append(replace(row, is_own=True))
            continue
        places = [] if row.origin else by_name.get(row.name, [])
        if all(marker for marker, _ in places):
            found.append(row)
        found += [_placed(row, marker, place) for marker, place in places]
    return found


def _place(sources: Table, key: str, value: dict[str, Any]) -> Place | None:
    if value.get("workspace") is True:
        return Place(origin=None, is_own=True)
    try:
        return read_place(value, sources.where)
    except InputError as error:
        line = sources.line_of(key)
        raise InputError(f"{sources.name_of(key)}: {error.message}", f"{sources.where}:{line}") from error


def _marker(sources: Table, key: str, value: dict[str, Any]) -> str:
    text = value.get("marker", "")
    if not isinstance(text, str):
        raise sources.wrong(key, "a source with a marker that is a text")
    try:
        return str(Marker(text)) if text else ""
    except (InvalidMarker, RecursionError) as error:
        raise sources.wrong(key, "a source with a marker that can be read") from error


def _placed(row: Dependency, marker: str, place: Place) -> Dependency:
    both = f"({row.marker}) and ({marker})" if row.marker and marker else row.marker or marker
    return replace(
        row,
        version=place.version or row.version,
        specifier="" if place.origin else row.specifier,
        written="" if place.origin else row.written,
        origin=place.origin,
        is_own=place.is_own,
        marker=str(Marker(both)) if both else "",
    )
