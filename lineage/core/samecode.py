"""Whether two versions of a first-party file do the same: Python by its syntax tree, anything else by its bytes."""

import ast
import inspect
import json
import warnings

CODE_SUFFIXES = (".py", ".pyx", ".ipynb", ".sh", ".R", ".jl")
"""of files that are code by their names"""


def is_same_code(path: str, left: bytes, right: bytes) -> bool:
    """Equal but for comments and layout. What does not parse is compared by its bytes.

    The layout of docstrings counts as layout, their words do not. Of a notebook the code cells count, in their order.
    """
    if left == right:
        return True
    if path.endswith((".py", ".pyi")):
        tree = _tree(left)
        return tree is not None and tree == _tree(right)
    if path.endswith(".ipynb"):
        cells = _cells(left)
        return cells is not None and cells == _cells(right)
    return False


def parsed(content: bytes) -> ast.Module | None:
    """The syntax tree without what is only layout; ``None`` where it cannot be parsed here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the parser thinks of other people's code
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        _lay_out(node)
    return tree


def _tree(content: bytes) -> str | None:
    tree = parsed(content)
    try:
        return None if tree is None else ast.dump(tree)
    except (ValueError, RecursionError):
        return None


def _lay_out(node: ast.AST) -> None:
    if isinstance(node, ast.Constant):
        node.kind = None  # u'' of Python 2
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines = inspect.cleandoc(first.value.value).split("\n")
        first.value.value = "\n".join(line.rstrip() for line in lines).strip()


def _cells(content: bytes) -> tuple[str, ...] | None:
    """The syntax trees of a notebook's code cells (nbformat 4); their text where they do not parse, as with magics."""
    try:
        cells = json.loads(content)["cells"]
        sources = [one["source"] for one in cells if one["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    texts = ["".join(source) if isinstance(source, list) else str(source) for source in sources]
    return tuple(_tree(text.encode("utf-8", "surrogatepass")) or text for text in texts)
