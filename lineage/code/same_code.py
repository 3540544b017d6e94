"""Whether two versions of a first-party file do the same: Python by its syntax tree, anything else by its bytes."""

import ast
import inspect
import re
import warnings

from lineage.code.notebooks.cells import code_cells

CODE_SUFFIXES = (".py", ".pyx", ".ipynb", ".sh", ".R", ".jl")
"""of files that are code by their names"""
_MARKER = re.compile(r"^#[ \t]*%%(?P<title>[^\r\n]*)", re.MULTILINE)
_MARKDOWN = re.compile(r"\[(?:markdown|md)\]")
"""How notebooks that are Python files begin a cell, and call one of Markdown. Source: jupytext, "Percent format"."""


def is_same_code(path: str, left: bytes, right: bytes) -> bool:
    """Equal but for comments and layout. What does not parse is compared by its bytes.

    The layout of docstrings counts as layout, their words do not. Of a notebook the code cells count, in their order;
    of one that is a Python file, Markdown in strings does not.
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
    tree.body = _without_markdown(tree.body, content)
    for node in ast.walk(tree):
        _lay_out(node)
    return tree


def _without_markdown(body: list[ast.stmt], content: bytes) -> list[ast.stmt]:
    """The statements without the texts that are the Markdown cells of a notebook."""
    if b"%%" not in content:
        return body
    text = content.decode("utf-8", "replace")
    cells = [(text.count("\n", 0, one.start()) + 1, one["title"]) for one in _MARKER.finditer(text)]

    def is_markdown(node: ast.stmt) -> bool:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return False
        titles = [title for line, title in cells if line < node.lineno]
        return isinstance(node.value.value, str) and bool(titles) and _MARKDOWN.search(titles[-1]) is not None

    return [node for node in body if not is_markdown(node)]


def _tree(content: bytes) -> str | None:
    tree = parsed(content)
    try:
        return None if tree is None else ast.dump(tree)
    except (ValueError, RecursionError):
        return None


_NOTHING = ast.dump(ast.Module(body=[], type_ignores=[]))


def _lay_out(node: ast.AST) -> None:
    if isinstance(node, ast.Constant):
        node.kind = None  # u'' of Python 2
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines = inspect.cleandoc(first.value.value).split("\n")
        first.value.value = "\n".join(line.rstrip() for line in lines).strip()


def same_cell(text: str) -> str:
    """What is equal of two cells that do the same: the syntax tree; the text where it does not parse, as with magics.

    ``""`` for a cell that does nothing.
    """
    tree = _tree(text.encode("utf-8", "surrogatepass"))
    return text.strip() if tree is None else "" if tree == _NOTHING else tree


def _cells(content: bytes) -> tuple[str, ...] | None:
    """What the code cells of a notebook do, in their order."""
    try:
        return tuple(filter(None, (same_cell(cell.source) for cell in code_cells(content))))
    except (ValueError, TypeError, RecursionError):
        return None
