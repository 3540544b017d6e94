"""mise.toml: the Python that ``[tools]`` chooses.

Source: mise's documentation of its configuration: a version, a list of which the first counts, or a table with a
version. Other tools, tasks and variables ask for no package. What is no version (``latest``) is unknown.
"""

import posixpath
from typing import Any

from lineage.dependencies.forms import Include
from lineage.dependencies.python_version import chosen
from lineage.dependencies.rows import Rows
from lineage.dependencies.toml_tables import Lines, Table
from lineage.model.declarations import Declarations

FORM = "mise.toml"
PARSE = "toml"

_NAMES = ("mise.toml", ".mise.toml", ".rtx.toml")
_FOLDERS = (".config/mise", ".mise", "mise")
_KEYS = ("python", "core:python")


def recognise(path: str) -> bool:
    """Whether a file is one of mise, by its name, or by that of the folder that mise keeps it in."""
    folder, base = posixpath.split(path)
    return base in _NAMES or (base == "config.toml" and f"/{folder}".endswith(tuple(f"/{one}" for one in _FOLDERS)))


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """The Python that a file chooses, if any. Raises ``InputError`` for a value of the wrong type."""
    rows = Rows(path)
    tools = Table(path, document, (), Lines(content)).table("tools")
    key = next((one for one in _KEYS if one in tools.values), None)
    if key is None:
        return rows.finish(FORM)
    value = tools.values[key]
    value = value[0] if isinstance(value, list) and value else value
    text = value.get("version") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise tools.wrong(key, "a version in quotes, a list of these or a table with one")
    line = tools.line_of(key)
    return rows.finish(FORM, python=chosen(rows, text, line), python_line=line)
