"""What the names of a setup script are bound to, anywhere in it, and what is added to that later.

What stands in a ``for`` is kept as if it stood in a comprehension: ``for x in y: a.append(x)`` adds ``[x for x in y]``.
"""

import ast
from collections.abc import Sequence
from typing import NamedTuple


class Later(NamedTuple):
    """What is put into a table later."""

    key: ast.expr | None
    """``None``: another table is put in whole"""
    value: ast.expr
    loops: tuple[ast.comprehension, ...] = ()


class Added(NamedTuple):
    """What is added to a list later."""

    value: ast.expr
    is_item: bool
    """one item of it, not a list of them"""


class Bindings:
    """The bindings of one script."""

    def __init__(self, tree: ast.Module) -> None:
        self.bound: dict[str, list[ast.expr]] = {}
        self.added: dict[str, list[Added]] = {}
        self.keys: dict[str, list[Later]] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.opened: dict[str, list[ast.expr]] = {}
        self._loops: dict[int, tuple[ast.comprehension, ...]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.For):
                self._note_loop(node)
            self._note(node)

    def behind(self, name: str) -> list[ast.AST]:
        """Everything that a name may stand for: values, opened files, the body of a function."""
        added = (one.value for one in self.added.get(name, ()))
        later = (one.value for one in self.keys.get(name, ()))
        found: list[ast.AST] = [*self.bound.get(name, ()), *added, *later, *self.opened.get(name, ())]
        return [*found, self.functions[name]] if name in self.functions else found

    def _note_loop(self, node: ast.For) -> None:
        loop = ast.comprehension(target=node.target, iter=node.iter, ifs=[], is_async=0)
        for statement in node.body:
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Call | ast.Assign | ast.AugAssign):
                    self._loops[id(inner)] = (*self._loops.get(id(inner), ()), loop)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, self._loops.get(id(node), ()))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._bind(node.target, node.value, ())
        elif isinstance(node, ast.AugAssign):
            self._add(node.target, node.value, is_item=False, of=node)
        elif isinstance(node, ast.FunctionDef):
            self.functions.setdefault(node.name, node)
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            self.opened.setdefault(node.optional_vars.id, []).append(node.context_expr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            self._note_call(node, node.func)

    def _bind(self, target: ast.expr, value: ast.expr, loops: tuple[ast.comprehension, ...]) -> None:
        if isinstance(target, ast.Name):
            self.bound.setdefault(target.id, []).append(listed(value, loops))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                self._bind(one, part, loops)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.keys.setdefault(target.value.id, []).append(Later(target.slice, value, loops))

    def _note_call(self, node: ast.Call, function: ast.Attribute) -> None:
        called, arguments = function.attr, node.args
        if called in ("append", "extend", "insert", "add") and len(arguments) == 1 + (called == "insert"):
            self._add(function.value, arguments[-1], is_item=called != "extend", of=node)
        elif called == "update" and arguments and isinstance(function.value, ast.Name):
            loops = self._loops.get(id(node), ())
            self.keys.setdefault(function.value.id, []).append(Later(None, arguments[0], loops))

    def _add(self, to: ast.expr, value: ast.expr, *, is_item: bool, of: ast.AST) -> None:
        """To a name; to an entry of a table, ``a["x"]`` or ``a.setdefault("x", [])``, as another value of it."""
        loops = self._loops.get(id(of), ())
        if isinstance(to, ast.Name):
            self.added.setdefault(to.id, []).append(Added(listed(value, loops), is_item and not loops))
        elif isinstance(to, ast.Subscript) and isinstance(to.value, ast.Name):
            self.keys.setdefault(to.value.id, []).append(Later(to.slice, value, loops))
        elif isinstance(to, ast.Call) and isinstance(to.func, ast.Attribute) and isinstance(to.func.value, ast.Name):
            entry = to.args[:1] if to.func.attr == "setdefault" else []
            self.keys.setdefault(to.func.value.id, []).extend(Later(key, value, loops) for key in entry)


def listed(value: ast.expr, loops: Sequence[ast.comprehension]) -> ast.expr:
    """A value as it is gathered over loops."""
    if not loops:
        return value
    return ast.copy_location(ast.ListComp(elt=value, generators=list(loops)), value)
