"""What the rounds of a loop or comprehension bind, by the syntax tree alone."""

import ast
from collections.abc import Mapping, Sequence

Bound = tuple[tuple[ast.expr, ast.expr], ...]
"""(target, item) of each loop, the outermost first"""


def choices(node: ast.IfExp | ast.BoolOp) -> Sequence[ast.expr]:
    """What an expression may be, ``None`` and the like left out: ``a if x else b``, ``None or a``."""
    given = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
    return [one for one in given if not (isinstance(one, ast.Constant) and not isinstance(one.value, str))]


def fits(target: ast.expr, item: ast.expr) -> bool:
    """Whether an item can be bound to the target of a loop: a name, or as many as it has parts."""
    if isinstance(target, ast.Name):
        return True
    both = [one for one in (target, item) if isinstance(one, ast.Tuple | ast.List)]
    return len(both) == 2 and len(both[0].elts) == len(both[1].elts) and all(map(fits, both[0].elts, both[1].elts))


def local_names(bound: Bound) -> Mapping[str, ast.expr]:
    """What each name is bound to."""
    found: dict[str, ast.expr] = {}
    waiting = list(reversed(bound))
    while waiting:
        target, item = waiting.pop()
        if isinstance(target, ast.Name):
            found[target.id] = item
        else:
            waiting += zip(getattr(target, "elts", ()), getattr(item, "elts", ()), strict=True)
    return found


def kept(bound: Bound, value: ast.expr) -> ast.expr:
    """A value as one round has it: as a comprehension of that round alone."""
    if not bound:
        return value
    loops = [
        ast.comprehension(target, ast.copy_location(ast.List(elts=[item], ctx=ast.Load()), value), [], 0)
        for target, item in bound
    ]
    return ast.copy_location(ast.ListComp(elt=value, generators=loops), value)
