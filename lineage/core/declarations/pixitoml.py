"""pixi.toml: what a project of pixi asks for, by feature and platform."""

import posixpath
from typing import Any

from lineage.core.declarations.forms import Include
from lineage.core.declarations.pixitables import read_pixi
from lineage.core.declarations.rows import Rows
from lineage.core.declarations.tomltables import Lines, Table
from lineage.model.declarations import Declarations

FORM = "pixi.toml"
PARSE = "toml"


def recognise(path: str) -> bool:
    """Whether a file is such a project's, by its name."""
    return posixpath.basename(path) == "pixi.toml"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the project asks for. Raises ``InputError``, with line and key, for a value of the wrong type."""
    rows = Rows(path)
    python = read_pixi(rows, Table(path, document, (), Lines(content)))
    return rows.finish(FORM, python=python[0] if python else None, python_line=python[1] if python else 0)
