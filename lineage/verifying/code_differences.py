"""Where two versions of a first-party file part, in words: what a reader of the report looks for.

The place is that of the observed version. Only the first difference is told: of Python in the order of its text, but
for what moved, which has no one place.
"""

import ast
from collections.abc import Sequence
from typing import NamedTuple

from lineage.code.notebooks.cells import source_cells
from lineage.code.same_code import is_same_code, parsed

ONLY_LAYOUT = "only comments or layout differ"
_LONGEST = 40
"""characters of a constant that are shown"""
_TEXT_BYTES = 8000
"""A file with a null byte among so many is no text, as git judges."""


class Difference(NamedTuple):
    """The first difference between two versions of a file."""

    place: str
    """where in the observed version: a line (``12``), of a notebook also the cell (``cell 3, line 2``); ``""``: no one
    place"""
    what: str
    """``function scale differs``"""


class _Part(NamedTuple):
    """A statement that has a name of its own, and those that have none."""

    node: ast.stmt
    key: tuple[str, str]
    """what it is paired by"""
    label: str
    """``function scale``; ``""`` for a statement without a name"""
    text: str
    """all of it, but for layout"""


_BEYOND = (RecursionError, TypeError, ValueError)
"""What a tree raises that is nested too deeply when it is shown, or a number too long, and what is no notebook."""


def first_difference(path: str, recorded: bytes, observed: bytes) -> Difference:
    """Where two versions of a file part, whose bytes differ, and what differs there.

    What is the same code (``same_code.is_same_code``) differs by ``ONLY_LAYOUT``.
    """
    try:
        if is_same_code(path, recorded, observed):
            line = _first_line(recorded, observed)
            return Difference("" if line is None else str(line), ONLY_LAYOUT)
        if path.endswith((".py", ".pyi")):
            return _of_python(recorded, observed)
        if path.endswith(".ipynb"):
            return _of_notebook(recorded, observed)
    except _BEYOND:
        pass
    return _of_bytes(recorded, observed)


def _of_python(recorded: bytes, observed: bytes) -> Difference:
    left, right = parsed(recorded), parsed(observed)
    found = None if left is None or right is None else _of_bodies(left, right, "")
    if found is not None:
        return found
    by_bytes = _of_bytes(recorded, observed)
    return by_bytes._replace(what=f"{by_bytes.what}, compared by its bytes: it is no Python that can be parsed here")


def _of_notebook(recorded: bytes, observed: bytes) -> Difference:
    before = [text for _, text in source_cells(recorded)]
    after = source_cells(observed)
    for (number, text), earlier in zip(after, before, strict=False):
        found = _of_cell(earlier, text)
        if found is not None:
            return Difference(f"cell {number}, line {found.place}", found.what)
    if len(after) > len(before):
        return Difference(f"cell {after[len(before)][0]}", "cell of code added")
    return Difference("", f"{len(before) - len(after)} of {len(before)} cells of code are gone")


def _of_cell(earlier: str, text: str) -> Difference | None:
    recorded, observed = (one.encode("utf-8", "surrogatepass") for one in (earlier, text))
    if is_same_code("cell.py", recorded, observed):
        return None
    left, right = parsed(recorded), parsed(observed)
    return _of_bodies(left, right, "") if left and right else _of_bytes(recorded, observed)


def _of_bytes(recorded: bytes, observed: bytes) -> Difference:
    if b"\0" in recorded[:_TEXT_BYTES] or b"\0" in observed[:_TEXT_BYTES]:
        return Difference("", "its bytes differ")
    line = _first_line(recorded, observed)
    return Difference("" if line is None else str(line), "line ends differ" if line is None else "differs")


def _first_line(recorded: bytes, observed: bytes) -> int | None:
    """The first line that differs by more than its end, counted from 1."""
    left, right = recorded.splitlines(), observed.splitlines()
    for number, (before, after) in enumerate(zip(left, right, strict=False), 1):
        if before != after:
            return number
    return None if len(left) == len(right) else max(1, min(len(left) + 1, len(right)))


Scope = ast.Module | ast.ClassDef


def _of_bodies(recorded: Scope, observed: Scope, scope: str) -> Difference | None:
    """The first difference between the statements of two modules or classes; ``scope``: ``Model.`` in that class."""
    before, after = (_parts(side, scope) for side in (recorded, observed))
    for index, (left, right) in enumerate(zip(before, after, strict=False)):
        if left.text != right.text:
            return _of_pair(left, right, before[index:], after[index:], scope)
    if len(before) > len(after):
        return _gone(before[len(after)], str(_end(observed)))
    return _added(after[len(before)]) if len(after) > len(before) else None


def _parts(side: Scope, scope: str) -> list[_Part]:
    return [_part(node, scope, is_first=index == 0) for index, node in enumerate(side.body)]


def _part(node: ast.stmt, scope: str, *, is_first: bool) -> _Part:
    text = ast.dump(node)
    kind, name = _name(node, is_first)
    owner = scope.rstrip(".")
    label = {
        "": "",
        "import": name,
        "value": f"{scope}{name}",
        "docstring": f"docstring of class {owner}" if owner else "docstring",
    }.get(kind, f"{kind} {scope}{name}")
    return _Part(node, (kind, name) if kind else ("", type(node).__name__), label, text)


def _name(node: ast.stmt, is_first: bool) -> tuple[str, str]:
    """(kind, name) of what a statement defines; the kind is ``""`` where it defines nothing."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "function", node.name
    if isinstance(node, ast.ClassDef):
        return "class", node.name
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import", ast.unparse(node)
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return "value", ast.unparse(node.target)
    if isinstance(node, ast.Assign):
        return "value", ", ".join(map(ast.unparse, node.targets))
    return ("docstring", "") if is_first and _is_text(node) else ("", "")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _of_pair(
    left: _Part, right: _Part, before: Sequence[_Part], after: Sequence[_Part], scope: str
) -> Difference | None:
    """Two statements that differ, the first of what is left of both sides."""
    if left.key == right.key and not (_is_in(left, after[1:]) or _is_in(right, before[1:])):
        return _of_same_name(left, right, scope)
    is_left_there, is_right_known = _is_named(left, after[1:]), _is_named(right, before[1:])
    if is_left_there and is_right_known:
        is_left_away = len(before) > 1 and before[1].text == right.text
        same = [one for one in after if one.text == left.text] or [one for one in after if one.key == left.key]
        moved = same[0] if is_left_away else right
        return Difference(_line(moved.node), f"{moved.label or 'statement'} moved")
    if is_left_there:
        return _added(right)
    gone = _gone(left, _line(right.node))
    if is_right_known or not (left.label or right.label):
        return gone if is_right_known else Difference(_line(right.node), "statement differs")
    return gone._replace(what=f"{gone.what}, {_added(right).what}")


def _is_in(part: _Part, others: Sequence[_Part]) -> bool:
    return any(one.text == part.text for one in others)


def _is_named(part: _Part, others: Sequence[_Part]) -> bool:
    """Whether it is among others, by its name if it has one."""
    return any(one.key == part.key for one in others) if part.label else _is_in(part, others)


def _of_same_name(left: _Part, right: _Part, scope: str) -> Difference:
    found = _of_classes(left.node, right.node, scope)
    if found is not None:
        return found
    line, change = _first_node(left.node, right.node)
    if line == _docstring_line(right.node):
        return Difference(str(line), f"docstring of {right.label} differs")
    if change and right.key[0] != "docstring":
        return Difference(str(line), f"{change} in {right.label}" if right.label else change)
    return Difference(str(line), f"{right.label or 'statement'} differs")


def _docstring_line(node: ast.stmt) -> int | None:
    """Where the docstring of a function begins, if it has one in a line of its own."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    first = node.body[0]
    return first.lineno if _is_text(first) and first.lineno > node.lineno else None


def _of_classes(left: ast.stmt, right: ast.stmt, scope: str) -> Difference | None:
    """What differs between the bodies of two classes that are alike before these."""
    if not (isinstance(left, ast.ClassDef) and isinstance(right, ast.ClassDef) and _head(left) == _head(right)):
        return None
    return _of_bodies(left, right, f"{scope}{right.name}.")


def _head(node: ast.ClassDef) -> list[str]:
    return [ast.dump(one) for one in (*node.decorator_list, *node.bases, *node.keywords)]


def _gone(part: _Part, place: str) -> Difference:
    return Difference(place, f"{part.label or 'statement'} is gone")


def _added(part: _Part) -> Difference:
    return Difference(_line(part.node), f"{part.label or 'statement'} added")


def _line(node: ast.stmt) -> str:
    return str(node.lineno)


def _end(side: Scope) -> int:
    return max([getattr(side, "lineno", 1), *(one.end_lineno or one.lineno for one in side.body[-1:])])


def _first_node(left: ast.AST, right: ast.AST, line: int = 1) -> tuple[int, str]:
    """(line of the first part that differs, what differs: ``constant 3 → 4``, else ``""``)."""
    line = getattr(right, "lineno", line)
    if type(left) is not type(right):
        return line, ""
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return line, f"constant {_shown(left.value)} → {_shown(right.value)}"
    found = [_first_of(getattr(left, name, None), getattr(right, name, None), line) for name in right._fields]
    different = [one for one in found if one is not None]
    return min(different, key=lambda one: one[0], default=(line, ""))


def _first_of(left: object, right: object, line: int) -> tuple[int, str] | None:
    """The same of one field; ``None`` where it is equal."""
    if isinstance(left, list) and isinstance(right, list):
        pairs: list[tuple[object, object]] = list(zip(left, right, strict=False))
        found = next((one for pair in pairs if (one := _first_of(*pair, line)) is not None), None)
        if len(left) == len(right):
            return found
        if found is not None:
            return found[0], ""
        return getattr(right[len(left)], "lineno", line) if len(right) > len(left) else _last(right, line), ""
    if isinstance(left, ast.AST) and isinstance(right, ast.AST):
        return None if ast.dump(left) == ast.dump(right) else _first_node(left, right, line)
    return None if left == right else (line, "")


def _last(nodes: Sequence[object], line: int) -> int:
    return max([line, *(getattr(one, "end_lineno", None) or line for one in nodes)])


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
