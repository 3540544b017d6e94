"""The tables of a setup script, and what its loops and comprehensions go through.

Work is bounded by a number of steps; what is nested deeper than ``MAX_DEPTH`` is not seen.
"""

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from lineage.dependencies.setuptools.setup_bindings import Bindings
from lineage.dependencies.setuptools.setup_rounds import Bound, fits, kept, local_names

MAX_DEPTH = 40
MAX_STEPS = 100_000


class Text(NamedTuple):
    """A text and the line on which it begins, or a part of a value that is not seen."""

    text: str
    line: int
    unseen: ast.expr | None = None
    """what computes the part; the text is then empty"""


Entries = list[tuple[str | None, ast.expr]]
"""(key, value) of a table; the key ``None`` for what adds keys that are not seen"""


class Tables(ABC):
    """What is seen of the tables of one script."""

    def __init__(self, tree: ast.Module) -> None:
        self.bindings = Bindings(tree)
        self.closed: set[str] = set()
        """tables whose entries are read already: what gathers them all adds nothing"""
        self._open: set[str] = set()
        """names whose values are being looked for"""
        self._local: dict[str, ast.expr] = {}
        """what names stand for in a comprehension or a function that is gone through"""
        self._steps = 0

    @abstractmethod
    def _texts(self, node: ast.expr, depth: int) -> list[Text]:
        """The texts that an expression is or lists, with what of them is not seen."""

    @abstractmethod
    def _text(self, node: ast.expr, depth: int) -> Text | None:
        """The one text that an expression is; ``None`` where that is not seen."""

    def table(self, node: ast.expr, depth: int = 0) -> Entries | None:
        """The entries of a table, later ones after earlier ones; ``None`` where it is not seen at all."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return None
        if isinstance(node, ast.Dict):
            return self._entries(node, depth)
        if isinstance(node, ast.DictComp):
            return self._comprehended(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [self.table(one, depth + 1) for one in (node.left, node.right)]
            return None if None in sides else [entry for side in sides for entry in side or ()]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            inner = [(one, self.table(one, depth + 1)) for one in node.args]
            given = [entry for one, table in inner for entry in ([(None, one)] if table is None else table)]
            return [*given, *((one.arg, one.value) for one in node.keywords)]
        if isinstance(node, ast.Name) and node.id in self._local:
            return self.table(self._local[node.id], depth + 1)
        if isinstance(node, ast.Name) and len(self.bindings.bound.get(node.id, ())) == 1:
            found = self.table(self.bindings.bound[node.id][0], depth + 1)
            return None if found is None else [*found, *self._set_later(node.id, depth)]
        return None

    def _comprehended(self, node: ast.DictComp, depth: int) -> Entries | None:
        rounds = self._rounds(node.generators, depth)
        if rounds is None:
            return None
        return [(self._key(bound, node.key, depth), kept(bound, node.value)) for bound in rounds]

    def _key(self, bound: Bound, node: ast.expr, depth: int) -> str | None:
        found = self._within(bound, node, depth)
        return found[0].text if len(found) == 1 and found[0].unseen is None else None

    def _set_later(self, name: str, depth: int) -> Entries:
        """What ``x["key"] = …`` and ``x.update({…})`` add to a table."""
        found: Entries = []
        for one in self.bindings.keys.get(name, ()):
            inner = self.table(one.value, depth + 1) if one.key is None else None
            if one.key is None:
                found += [(None, one.value)] if inner is None else inner
                continue
            rounds = self._rounds(one.loops, depth)
            for bound in [()] if rounds is None else rounds:
                found.append((self._key(bound, one.key, depth), kept(bound, one.value)))
        return found

    def _entries(self, node: ast.Dict, depth: int) -> Entries:
        found: Entries = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.table(value, depth + 1)
                found += [(None, value)] if inner is None else inner
                continue
            text = self._text(key, depth + 1)
            found.append((None if text is None else text.text, value))
        return found

    def _within(self, bound: Bound, node: ast.expr, depth: int) -> list[Text]:
        before = self._local
        self._local = {**before, **local_names(bound)}
        found = self._texts(node, depth + 1)
        self._local = before
        return found

    def _rounds(self, loops: Sequence[ast.comprehension], depth: int) -> list[Bound] | None:
        """What each round of loops within each other binds; ``None`` where it is not seen. Conditions are left out."""
        rounds: list[Bound] = [()]
        before = self._local
        for loop in loops:
            longer: list[Bound] = []
            for bound in rounds:
                self._local = {**before, **local_names(bound)}
                items = self._items(loop.iter, depth + 1)
                self._local = before
                if (
                    items is None
                    or len(longer) + len(items) > MAX_STEPS
                    or not all(fits(loop.target, one) for one in items)
                ):
                    return None
                longer += [(*bound, (loop.target, item)) for item in items]
            rounds = longer
        return rounds

    def _items(self, node: ast.expr, depth: int) -> list[ast.expr] | None:
        """The items that a loop goes through: pairs and names of a table, texts and what else a list holds."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return None
        if isinstance(node, ast.Name) and node.id in self._local:
            return self._items(self._local[node.id], depth + 1)
        if isinstance(node, ast.Name) and len(self.bindings.bound.get(node.id, ())) == 1:
            first = self.bindings.bound[node.id][0]
            if isinstance(first, ast.List | ast.Tuple) and node.id not in self.bindings.added:
                return self._items(first, depth + 1)
        is_whole = not any(isinstance(one, ast.Starred) for one in getattr(node, "elts", ()))
        if isinstance(node, ast.List | ast.Tuple | ast.Set) and is_whole:
            return list(node.elts)
        called = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if called is not None and called.attr in ("items", "keys", "values"):
            return self._items_of_table(called.value, called.attr, depth)
        found = self._items_of_table(node, "keys", depth)
        return self._texts_as_items(node, depth) if found is None else found

    def _items_of_table(self, node: ast.expr, what: str, depth: int) -> list[ast.expr] | None:
        table = None if isinstance(node, ast.Name) and node.id in self.closed else self.table(node, depth + 1)
        if table is None or any(key is None for key, _ in table):
            return None
        pairs = [(ast.copy_location(ast.Constant(key), value), value) for key, value in table]
        if what == "items":
            return [ast.copy_location(ast.Tuple(elts=list(pair), ctx=ast.Load()), pair[1]) for pair in pairs]
        return [key if what == "keys" else value for key, value in pairs]

    def _texts_as_items(self, node: ast.expr, depth: int) -> list[ast.expr] | None:
        texts = self._texts(node, depth + 1)
        if any(one.unseen for one in texts):
            return None
        lines = [(line, one.line) for one in texts for line in one.text.splitlines()]
        return [ast.Constant(line, lineno=number, col_offset=0) for line, number in lines]
