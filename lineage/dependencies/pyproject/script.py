"""The block ``# /// script`` of a Python script (PEP 723): what whoever runs the script installs for it.

A script without a block asks for nothing here. Beside the block lies uv's lock of it, ``SCRIPT.lock``.
"""

from typing import Any

from lineage.dependencies.forms import Include
from lineage.dependencies.pip.lines import decode
from lineage.dependencies.pyproject.tools import with_sources
from lineage.dependencies.rows import Rows
from lineage.dependencies.scripts import CLOSES, OF_SCRIPT, OPENS, has_block
from lineage.dependencies.toml_tables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations
from lineage.system.tomlfile import parse_toml

FORM = OF_SCRIPT
PARSE = "text"


def recognise(path: str) -> bool:
    """Whether a file is a script, by its name; whether it has a block, ``has_block`` tells."""
    return path.endswith(".py")


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the block of a script asks for. Raises ``InputError`` where it cannot be read as a whole."""
    rows = Rows(path)
    if not has_block(content):
        return rows.finish(FORM)
    text = _block(decode(content, path).replace("\r\n", "\n").split("\n"), path).encode()
    root = Table(path, parse_toml(text, path), (), Lines(text))
    for one in root.texts("dependencies"):
        rows.requirement(one, MAIN, root.line_of_text("dependencies", one))
    rows.dependencies = with_sources(rows.dependencies, root.table("tool", "uv", "sources"), "")
    python = root.text("requires-python")
    return rows.finish(FORM, python=python, python_line=root.line_of("requires-python"))


def _block(lines: list[str], path: str) -> str:
    """The TOML of the only block, on the lines where it stands: it ends at the last closing line of its comment."""
    opened = [number for number, line in enumerate(lines) if _is(line, OPENS)]
    start = opened[0]
    end = start + 1
    while end < len(lines) and (lines[end].startswith("# ") or lines[end].rstrip() == "#"):
        end += 1
    closed = [number for number in range(start + 1, end) if _is(lines[number], CLOSES)]
    if not closed:
        raise InputError("the block of the script is not closed", f"{path}:{start + 1}", "close it with # ///")
    if opened[-1] > closed[-1]:
        raise InputError("has a second block of this kind", f"{path}:{opened[-1] + 1}", "leave one of them")
    return "\n".join(["", *[""] * start, *(line[2:] for line in lines[start + 1 : closed[-1]])])


def _is(line: str, wanted: str) -> bool:
    return line.rstrip() == wanted
