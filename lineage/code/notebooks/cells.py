"""The code of a notebook, cell by cell: of its file, or as an interactive session ran it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_CELL_MAGIC = re.compile(r"\s*%%(\S*)")
_PYTHON_CELLS = ("time", "timeit", "capture", "prun")  # the rest of such a cell is Python
_LINE_MAGIC = re.compile(r"^([^\S\n]*)(?:(?:[\w, ]+=[^\S\n]*)?[%!?].*|[\w.]+\?{1,2}[^\S\n]*)$", re.MULTILINE)
_RUN_MAGIC = re.compile(r"^([^\S\n]*)%run[^\S\n]+(?:-[a-z]+[^\S\n]+)*([\w./-]+?)(?:\.py)?(?:[^\S\n].*)?$", re.MULTILINE)

_OPTIONAL = frozenset({"skip-execution", "injected-parameters"})
"""Tags: of nbclient, of papermill."""


class CodeCell(NamedTuple):
    """A code cell of a notebook's file."""

    number: int
    """among all cells, from 1"""
    source: str
    is_optional: bool
    """by its tags it is not run everywhere: nbclient passes over it, or papermill put it in for one run"""


def code_cells(content: bytes) -> tuple[CodeCell, ...]:
    """The code cells of a notebook, as they stand: nbformat 4, and 3, where cells stand in worksheets.

    Raises ``ValueError``, ``TypeError`` or ``RecursionError`` for what is no notebook.
    """
    notebook = json.loads(content)
    sheets = notebook.get("worksheets", [notebook]) if isinstance(notebook, dict) else None
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        raise ValueError("it has no list of cells")
    lists = [sheet.get("cells") for sheet in sheets]
    cells = [cell for one in lists if isinstance(one, list) for cell in one]
    is_list = all(isinstance(one, list) for one in lists)
    if not is_list or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells):
        raise ValueError("it has no list of cells")
    return tuple(
        CodeCell(number, _source(cell, number), not _OPTIONAL.isdisjoint(_tags(cell)))
        for number, cell in enumerate(cells, start=1)
        if cell["cell_type"] == "code"
    )


def is_product(content: bytes) -> bool:
    """Whether a notebook is what papermill wrote while it ran another; raises ``ValueError``, ``RecursionError``."""
    notebook = json.loads(content)
    metadata = notebook.get("metadata") if isinstance(notebook, dict) else None
    told = metadata.get("papermill") if isinstance(metadata, dict) else None
    return isinstance(told, dict) and told.get("input_path") != told.get("output_path")


def _source(cell: Mapping[str, Any], number: int) -> str:
    source = cell.get("source", cell.get("input"))  # as nbformat 3 calls it
    if not isinstance(source, str | list):
        raise ValueError(f"cell {number} has no source")
    return "".join(map(str, source))


def _tags(cell: Mapping[str, Any]) -> list[str]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def source_cells(content: bytes) -> tuple[tuple[int, str], ...]:
    """(number, source) of the code cells; raises as ``code_cells`` does."""
    return tuple((cell.number, cell.source) for cell in code_cells(content))


def as_notebook(cells: Sequence[str]) -> bytes:
    """A notebook of these sources, which nbclient can run and ``source_cells`` reads: same sources, same bytes.

    In ASCII, as a session may have run what UTF-8 cannot hold. Source: nbformat 4.4, the last without random ids.
    """
    blank: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": [{**blank, "source": cell.splitlines(keepends=True)} for cell in cells],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def python_of(cell: str) -> str:
    """The Python of a cell, every line where it was; ``%run FILE`` as what it does."""
    magic = _CELL_MAGIC.match(cell)
    if magic and magic[1] not in _PYTHON_CELLS:
        return ""
    return _LINE_MAGIC.sub(r"\1pass", _RUN_MAGIC.sub(_run, cell))


def _run(magic: re.Match[str]) -> str:
    path = magic[2] if magic[2].endswith(".ipynb") else magic[2] + ".py"
    return f"{magic[1]}runpy.run_path({path!r})"
