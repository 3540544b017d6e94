"""``[tool.pdm]`` as pdm before 1.0 wrote it: tables of packages, in the notation of a Pipfile.

``dependencies``, ``dev-dependencies``, and one ``NAME-dependencies`` for each extra; ``python_requires`` beside them.
Since 1.0 ``dev-dependencies`` holds lists by group. Source: the pyproject.toml files of pdm 0.x.
"""

from lineage.core.declarations.groups import group_of_extra
from lineage.core.declarations.pipenv import pipenv_row
from lineage.core.declarations.rows import Rows
from lineage.core.declarations.tomltables import Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN
from lineage.portable.environment import Unknown
from lineage.portable.names import canonical_name, is_name

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
