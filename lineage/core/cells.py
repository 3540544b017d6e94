"""The code of a notebook, cell by cell: of its file, or as an interactive session ran it."""

import json
import re
from collections.abc import Sequence

_CELL_MAGIC = re.compile(r"\s*%%(\S*)")
_PYTHON_CELLS = ("time", "timeit", "capture", "prun")  # the rest of such a cell is Python
_LINE_MAGIC = re.compile(r"^([^\S\n]*)(?:(?:[\w, ]+=[^\S\n]*)?[%!?].*|[\w.]+\?{1,2}[^\S\n]*)$", re.MULTILINE)
_RUN_MAGIC = re.compile(r"^([^\S\n]*)%run[^\S\n]+(?:-[a-z]+[^\S\n]+)*([\w./-]+?)(?:\.py)?(?:[^\S\n].*)?$", re.MULTILINE)


def source_cells(content: bytes) -> tuple[tuple[int, str], ...]:
    """(number, source as it stands) of the code cells of a notebook; all cells are numbered, from 1.

    Raises ``ValueError``, ``TypeError`` or ``RecursionError`` for what is no notebook (nbformat 4).
    """
    notebook = json.loads(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("it has no list of cells")
    code = ((number, cell) for number, cell in enumerate(cells, start=1) if cell.get("cell_type") == "code")
    return tuple((number, "".join(map(str, cell.get("source") or ""))) for number, cell in code)


def as_notebook(cells: Sequence[str]) -> bytes:
    """A notebook of these sources: what ``source_cells`` reads."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()


def python_of(cell: str) -> str:
    """The Python of a cell, every line where it was; ``%run FILE`` as what it does."""
    magic = _CELL_MAGIC.match(cell)
    if magic and magic[1] not in _PYTHON_CELLS:
        return ""
    return _LINE_MAGIC.sub(r"\1pass", _RUN_MAGIC.sub(_run, cell))


def _run(magic: re.Match[str]) -> str:
    path = magic[2] if magic[2].endswith(".ipynb") else magic[2] + ".py"
    return f"{magic[1]}runpy.run_path({path!r})"
