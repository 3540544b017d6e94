"""Tables of pdm, hatch, uv, rye and flit in pyproject.toml that ask for packages.

Rules:

1. What pdm, uv and rye call development dependencies is never served: a group there whose name does not tell is dev.
2. hatch's ``default`` environment is where one works: dev. Its others are called by their names.
3. uv's constraints and overrides narrow what other rows ask for: they are rows of the main group.
4. ``[tool.uv.sources]`` tells where packages come from that other tables ask for. An index is no origin. Sources under
   markers make one row each; the row without a source stays, for where none holds.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.places import Place, read_place
from lineage.dependencies.pyproject.pipfile import pipenv_row
from lineage.dependencies.rows import Rows, value_text
from lineage.dependencies.toml_tables import Table
from lineage.errors import InputError
from lineage.model.declarations import GROUPS, MAIN, Dependency
from lineage.portable.names import canonical_name, is_name


def read_tools(rows: Rows, tool: Table) -> tuple[str, int] | None:
    """Adds the rows of the tools' tables; gives (range of Python, line) where flit or an old pdm says one."""
    _read_pdm(rows, tool.table("pdm"))
    pdm_python = read_old_pdm(rows, tool.table("pdm"))
    _read_hatch(rows, tool.table("hatch", "envs"))
    uv = tool.table("uv")
    _read_list(rows, uv, "dev-dependencies", "dev")
    _read_list(rows, uv, "constraint-dependencies", MAIN)
    _read_list(rows, uv, "override-dependencies", MAIN)
    _read_list(rows, tool.table("rye"), "dev-dependencies", "dev")
    return _read_flit(rows, tool.table("flit", "metadata")) or pdm_python


def _read_list(rows: Rows, table: Table, key: str, group: str) -> None:
    for text in table.texts(key):
        rows.requirement(text, group, table.line_of_text(key, text))


def _read_pdm(rows: Rows, pdm: Table) -> None:
    groups = pdm.table("dev-dependencies")
    for key, value in groups.values.items():
        if isinstance(value, str | dict):
            continue  # a package, as pdm before 1.0 wrote it
        group = group_of(key)
        _read_list(rows, groups, key, group if group in GROUPS and group != MAIN else "dev")


def _read_hatch(rows: Rows, environments: Table) -> None:
    for key, environment in environments.tables():
        group = "dev" if key == "default" else group_of(key)
        _read_list(rows, environment, "dependencies", group)
        _read_list(rows, environment, "extra-dependencies", group)


def _read_flit(rows: Rows, metadata: Table) -> tuple[str, int] | None:
    _read_list(rows, metadata, "requires", MAIN)
    extras = metadata.table("requires-extra")
    for key in extras.values:
        _read_list(rows, extras, key, group_of_extra(key))
    python = metadata.text("requires-python")
    return None if python is None else (python, metadata.line_of("requires-python"))


_SUFFIX = "-dependencies"
_FIXED = {"dependencies": MAIN, f"dev{_SUFFIX}": "dev"}


def read_old_pdm(rows: Rows, pdm: Table) -> tuple[str, int] | None:
    """Adds the rows of the old tables; gives (range of Python, line). Raises ``InputError`` for wrong types."""
    for key, value in pdm.values.items():
        if isinstance(value, dict) and (key in _FIXED or key.endswith(_SUFFIX)):
            _read(rows, pdm.table(key), _FIXED.get(key) or group_of_extra(key.removesuffix(_SUFFIX)))
    python = pdm.text("python_requires")
    return None if python is None else (python, pdm.line_of("python_requires"))


def _read(rows: Rows, table: Table, group: str) -> None:
    for name, value in table.values.items():
        if isinstance(value, list):
            continue  # a group of pdm 1.0
        line = table.line_of(name)
        values = {"version": value} if isinstance(value, str) else dict(table.table(name).values)
        if "marker" in values:
            values["markers"] = values.pop("marker")
        try:
            rows.dependencies.append(pipenv_row(rows.path, name, values, group, line))
        except InputError as error:
            subject = f"package:{canonical_name(name)}" if is_name(name) else "packages"
            rows.unread(subject, line, error.message, value_text(values))


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
