"""python_env.yaml, which MLflow writes beside a model: a Python, and the requirements of pip.

Source: MLflow's documentation of model environments. What a model's packages are built with is the build group;
``-r requirements.txt`` names the file beside it.
"""

import posixpath
from dataclasses import replace
from typing import Any

from lineage.dependencies.conda.shapes import as_list, as_table, text_of
from lineage.dependencies.forms import Include
from lineage.dependencies.pip import requirements
from lineage.dependencies.python_version import chosen
from lineage.dependencies.rows import Rows
from lineage.model.declarations import MAIN, Declarations

FORM = "python_env.yaml"
PARSE = "yaml"

_HINT = "log the model again"


def recognise(path: str) -> bool:
    """Whether a file is one of MLflow, by its name."""
    return posixpath.basename(path) in ("python_env.yaml", "python_env.yml")


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a model asks for. Raises ``InputError`` for another shape."""
    table = as_table(document, "the file", path, _HINT)
    lines = content.decode("utf-8-sig", "replace").splitlines()
    rows = Rows(path)
    for key, group in (("build_dependencies", "build"), ("dependencies", MAIN)):
        listed = as_list(table.get(key) or [], key, path, _HINT)
        placed = [""] * len(lines)
        start = _line_of(lines, f"{key}:", 0)
        for text in (one for one in listed if isinstance(one, str)):
            start = _line_of(lines, text, start)
            placed[start] += " ".join(text.split())
        found = requirements.included(path, "\n".join(placed).encode(), include)
        rows.dependencies += [replace(row, group=group) for row in found.dependencies]
        rows.unknown += found.unknown
        rows.files.update(found.files)
    text = text_of(table, "python")
    python = chosen(rows, text, 0) if text else None
    return rows.finish(FORM, python=python, python_line=_line_of(lines, "python:", 0) + 1)


def _line_of(lines: list[str], text: str, start: int) -> int:
    """Index of the next line that holds a text; of the last line where none does."""
    return next((index for index in range(start, len(lines)) if text in lines[index]), max(len(lines) - 1, 0))
