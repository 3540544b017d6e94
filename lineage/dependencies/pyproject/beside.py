"""What the project beside a lock asks for: the roots of locks that do not say what their packages are for."""

import posixpath
import re
import tomllib
from dataclasses import replace
from typing import Any

from lineage.dependencies.forms import Include
from lineage.dependencies.lock_rows import canonical
from lineage.dependencies.lock_tables import Block
from lineage.dependencies.pyproject import pyproject
from lineage.dependencies.rows import Rows
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Dependency

_MAX_SIZE = 1 << 20  # bytes; no real project file is larger
_DOTTED = re.compile(rb"(?:\.[ \t]*+[A-Za-z0-9_\"'-]++[ \t]*+){17}")
"""Keys that ``tomllib`` needs quadratic time for; no project has any, and the roots are only looked up."""


def asked_beside(rows: Rows, include: Include) -> tuple[Dependency, ...]:
    """The rows of the pyproject.toml beside a lock, without what builds it; none where it is not there or not readable.

    The group is ``""`` for what is optional and no extra names: nothing of the project installs it. A file that is
    read is added to ``rows.files``. Whoever judges that file itself tells what is wrong with it.
    """
    path = posixpath.join(posixpath.dirname(rows.path), "pyproject.toml")
    try:
        content = include(path)
        if content is None or len(content) > _MAX_SIZE or _DOTTED.search(content):
            return ()
        document = tomllib.loads(content.decode("utf-8"))
        document.pop("build-system", None)
        found = pyproject.declarations(path, document, content, include)
    except (InputError, ValueError, RecursionError):
        return ()
    rows.files.update(found.files)
    optional = _optional(document)
    return tuple(
        replace(row, group="") if row.group == MAIN and row.name in optional else row for row in found.dependencies
    )


def _optional(document: dict[str, Any]) -> frozenset[str]:
    """What poetry's table calls optional, by canonical name."""
    listed = Block("", document).table("tool").table("poetry").table("dependencies").values
    return frozenset(
        canonical(name) for name, value in listed.items() if isinstance(value, dict) and value.get("optional") is True
    )
