"""Tables of pdm, hatch, uv, rye and flit in pyproject.toml that ask for packages.

Rules:

1. What pdm, uv and rye call development dependencies is never served: a group there whose name does not tell is dev.
2. hatch's ``default`` environment is where one works: dev. Its others are called by their names.
3. uv's constraints and overrides narrow what other rows ask for: they are rows of the main group.
"""

from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.pyproject.pipenv import pipenv_row
from lineage.dependencies.rows import Rows
from lineage.dependencies.toml_tables import Table
from lineage.errors import InputError
from lineage.model.declarations import GROUPS, MAIN
from lineage.portable.environment import Unknown
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
            rows.unknown.append(Unknown(subject, f"{rows.path}:{line} {error.message}"))
