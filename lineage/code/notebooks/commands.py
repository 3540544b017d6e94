"""Which notebooks a command line executes, and which cells it puts into them itself."""

import ast
import re
from collections.abc import Iterator, Sequence

PROGRAMS = ("papermill", "jupyter", "jupyter-nbconvert", "jupyter-execute")

_PAIRS = ("-p", "--parameters", "-r", "--parameters_raw")
"""Options of papermill with two values."""
_VALUES = {
    "papermill": (
        *("-f", "--parameters_file", "-y", "--parameters_yaml", "-b", "--parameters_base64", "-k", "--kernel"),
        *("-l", "--language", "--cwd", "--engine", "--log-level", "--start-timeout", "--execution-timeout"),
        *("--stdout-file", "--stderr-file"),
    ),
    "nbconvert": (
        *("--to", "--output", "--output-dir", "--writer", "--post", "--template", "--template-file", "--theme"),
        *("--nbformat", "--log-level", "--config", "--reveal-prefix", "--sanitize_html"),
    ),
    "execute": ("--output", "--log-level", "--config", "--timeout", "--startup_timeout", "--kernel_name"),
}
"""Options with one value, unless it stands behind ``=``. Sources: ``--help`` of papermill 2.6, nbconvert 7, nbclient
0.10."""
_COMMENT = "# Parameters\n"
_PAPERMILL = re.compile(r"(?<![\w.-])papermill(?![\w.-])")


def notebooks_of(program: str, words: Sequence[str]) -> tuple[str, ...]:
    """The notebooks that one of ``PROGRAMS`` executes, as typed. Of what starts a server nobody knows what is run."""
    kind = program.removeprefix("jupyter-")
    if kind == "jupyter":
        kind, words = (words[0], words[1:]) if words else ("", words)
    if kind not in _VALUES or (kind == "nbconvert" and "--execute" not in words):
        return ()
    given = tuple(_operands(words, _VALUES[kind]))
    return tuple(word for word in (given[:1] if kind == "papermill" else given) if word.endswith(".ipynb"))


def _operands(words: Sequence[str], with_value: Sequence[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        for _ in range(2 if word in _PAIRS else word in with_value):
            next(rest, None)
        if word == "-" or not word.startswith("-"):
            yield word


def injected(command: str, cells: Sequence[str]) -> tuple[int, ...]:
    """The place, from 0, of the cell that papermill puts into a notebook where ``command`` runs it: the command gives
    what it holds.

    Source: papermill's ``parameterize.py`` and ``translators.py``.
    """
    if not _PAPERMILL.search(command):
        return ()
    return tuple(place for place, cell in enumerate(cells) if cell.startswith(_COMMENT) and _assigns(cell))[:1]


def _assigns(cell: str) -> bool:
    """Whether a cell does nothing but give values to names."""
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) for node in body)
