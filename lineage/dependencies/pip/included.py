"""Requirements files that another form names: pyproject's dynamic dependencies, ``file:`` of setup.cfg, setup.py."""

import posixpath

from lineage.dependencies.forms import Include
from lineage.dependencies.pip.requirements import included
from lineage.dependencies.rows import Rows
from lineage.errors import InputError
from lineage.portable.environment import Unknown


def read_included(rows: Rows, file: str, group: str, line: int, include: Include) -> None:
    """Adds the rows of a requirements file that ``rows``' own file names on ``line``, for ``group``.

    ``file`` is relative to the folder of that file. What cannot be read is unknown; a file that is broken as a whole
    raises ``InputError``.
    """
    place = f"{rows.path}:{line}" if line else rows.path
    target = posixpath.normpath(posixpath.join(posixpath.dirname(rows.path), file))
    if file.startswith("/") or target.startswith("../") or target == ".." or not file.isprintable():
        rows.unknown.append(Unknown("packages", f"{place} reads a file that is not in the repository"))
        return
    try:
        content = include(target)
    except InputError as error:
        rows.unknown.append(Unknown("packages", f"{place} reads {target}: {error.message}"))
        return
    if content is None:
        rows.unknown.append(Unknown("packages", f"{place} reads {target}, which does not exist"))
        return
    rows.merge(included(target, content, include), group)
