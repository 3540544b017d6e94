"""The values of expressions in a setup script, as far as they stand there: texts, lists of texts, tables of these.

A name stands for all that it is bound to in the script, and for what ``+=``, ``append`` and ``extend`` add to it,
whatever condition that stands under: a row too many is seen by the user, one too few by nobody. Work is bounded by a
number of steps; what is nested deeper than ``MAX_DEPTH`` is not seen.
"""

import ast
from collections.abc import Iterable

from lineage.dependencies.rows import subject_of
from lineage.dependencies.setuptools.setup_rounds import choices
from lineage.dependencies.setuptools.setup_tables import MAX_DEPTH, MAX_STEPS, Tables, Text

_SAME = frozenset({"list", "sorted", "set", "tuple", "str", "frozenset"})
_PARTED = frozenset({"split", "splitlines", "strip", "rstrip", "lstrip", "lower"})
_FLAT = frozenset({"chain", "from_iterable", "sum", "filter", "map"})
"""functions that give the texts of what they are given"""


class Values(Tables):
    """The values of one script."""

    def keywords(self, call: ast.Call) -> tuple[dict[str, ast.expr], bool]:
        """(the arguments of a call by name, whether these are all)."""
        found: dict[str, ast.expr] = {}
        is_whole = True
        for keyword in call.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value
                continue
            table = self.table(keyword.value)
            for key, value in [(None, keyword.value)] if table is None else table:
                is_whole = is_whole and key is not None
                if key is not None:
                    found[key] = value
        return found, is_whole

    def texts(self, node: ast.expr) -> list[Text]:
        """The texts that an expression is or lists, with what of them is not seen."""
        found = self._texts(node, 0)
        # Names that stand for each other twice over would make texts without end.
        return [Text("", node.lineno, node)] if self._steps > MAX_STEPS else found

    def _texts(self, node: ast.expr, depth: int) -> list[Text]:
        self._steps += 1
        found = None if depth > MAX_DEPTH or self._steps > MAX_STEPS else self._seen(node, depth)
        return [Text("", node.lineno, node)] if found is None else found

    def _seen(self, node: ast.expr, depth: int) -> list[Text] | None:
        """``None`` where nothing is."""
        if isinstance(node, ast.Constant):
            return [Text(node.value, node.lineno)] if isinstance(node.value, str) else None
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._joined(node.elts, depth)
        if isinstance(node, ast.Starred):
            return self._texts(node.value, depth + 1)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._of_name(node.id if isinstance(node, ast.Name) else node.attr, depth)
        if isinstance(node, ast.IfExp | ast.BoolOp):
            return self._joined(choices(node), depth)
        if isinstance(node, ast.BinOp):
            return self._operated(node, depth)
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node, depth)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self._gathered(node, depth)
        if isinstance(node, ast.Subscript):
            return self._item(node, depth)
        return self._called(node, depth) if isinstance(node, ast.Call) else None

    def text(self, node: ast.expr) -> Text | None:
        """The one text that an expression is; ``None`` where that is not seen."""
        return self._text(node, 0)

    def _text(self, node: ast.expr, depth: int) -> Text | None:
        if isinstance(node, ast.Name) and len(self.bindings.bound.get(node.id, ())) == 1:
            node = node if node.id in self._local else self.bindings.bound[node.id][0]
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return Text(str(node.value), node.lineno)
        found = self._texts(node, depth)
        return found[0] if len(found) == 1 and found[0].unseen is None else None

    def _joined(self, nodes: Iterable[ast.expr], depth: int) -> list[Text]:
        return [text for node in nodes for text in self._texts(node, depth + 1)]

    def _of_name(self, name: str, depth: int) -> list[Text] | None:
        if name in self._local:
            one = self._text(self._local[name], depth + 1)
            return self._texts(self._local[name], depth + 1) if one is None else [one]
        if name not in self.bindings.bound:
            return None
        if name in self._open:
            return []  # ``a = a + [b]``: what it was before is another of its values
        self._open.add(name)
        added = (one.value for one in self.bindings.added.get(name, ()))
        found = self._joined([*self.bindings.bound[name], *added], depth)
        self._open.remove(name)
        return found

    def _operated(self, node: ast.BinOp, depth: int) -> list[Text] | None:
        if isinstance(node.op, ast.Add):
            return self._sum(node, depth)
        if not isinstance(node.op, ast.Mod):
            return None
        named = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return self._filled(node.left, "%s", named, depth)

    def _sum(self, node: ast.BinOp, depth: int) -> list[Text] | None:
        """Of lists what both hold; of texts one. A chain is walked without recursion to its left."""
        parts: list[ast.expr] = []
        here: ast.expr = node
        while isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add):
            parts.append(here.right)
            here = here.left
        parts = [here, *reversed(parts)]
        found = self._joined(parts, depth)
        if any(self._is_text(part) for part in parts):
            if any(one.unseen for one in found) or len(found) != len(parts):
                return None
            return [Text("".join(one.text for one in found), found[0].line)]
        return found

    def _is_text(self, node: ast.expr) -> bool:
        """Whether an expression certainly is one text; a name that a loop binds, where its item is."""
        while isinstance(node, ast.Name) and node.id in self._local and self._local[node.id] is not node:
            node = self._local[node.id]
        return isinstance(node, ast.JoinedStr | ast.Constant)

    def _formatted(self, node: ast.JoinedStr, depth: int) -> list[Text] | None:
        parts = [
            self._text(one.value if isinstance(one, ast.FormattedValue) else one, depth + 1) for one in node.values
        ]
        return None if None in parts else [Text("".join(one.text for one in parts if one), node.lineno)]

    def _filled(self, template: ast.expr, mark: str, nodes: list[ast.expr], depth: int) -> list[Text] | None:
        """``"a==%s" % x`` and ``"a=={}".format(x)``, with nothing but such marks."""
        whole = self._text(template, depth + 1)
        parts = [self._text(one, depth + 1) for one in nodes]
        if whole is None or None in parts:
            return None
        pieces = whole.text.split(mark)
        if len(pieces) != len(parts) + 1 or any(mark[0] in piece for piece in pieces):
            return None
        text = "".join(piece + one.text for piece, one in zip(pieces, [*parts, Text("", 0)], strict=True) if one)
        return [Text(text, whole.line)]

    def _item(self, node: ast.Subscript, depth: int) -> list[Text] | None:
        key = self._text(node.slice, depth + 1)
        if key is None:
            return None
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            texts = self._texts(node.value, depth + 1)
            return texts[:1] if node.slice.value == 0 and texts and texts[0].unseen is None else None
        table = self.table(node.value, depth + 1)
        if table is None:
            return self._named(node.value, key.text, depth)
        found = [value for name, value in table if name is not None and name == key.text]
        found = found[-1:] if isinstance(node.value, ast.Dict) else found  # else what is added to an entry is one more
        return self._joined(found, depth) if found else None

    def _named(self, table: ast.expr, key: str, depth: int) -> list[Text] | None:
        """Of a table that a program makes of a list of requirements those of one name."""
        bound = self.bindings.bound.get(table.id, ()) if isinstance(table, ast.Name) else ()
        makers = [one for maker in bound if isinstance(maker, ast.DictComp) for one in ast.walk(maker)]
        lists = [one.iter for one in makers if isinstance(one, ast.comprehension)]
        found = [one for one in self._joined(lists, depth) if subject_of(one.text) == subject_of(key)]
        return found or None

    def _called(self, node: ast.Call, depth: int) -> list[Text] | None:
        """``list(x)`` and its like, the lines or words of a text that stands there, and functions of the script."""
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if isinstance(node.func, ast.Name) and name in _SAME and len(node.args) == 1:
            return self._texts(node.args[0], depth + 1)
        if name in _FLAT and node.args:
            given = {"filter": node.args[1:], "map": node.args[1:], "sum": node.args[:1]}
            return self._joined(given.get(name, node.args), depth)
        if isinstance(node.func, ast.Name):
            return self._returned(self.bindings.functions.get(name), node, depth)
        if not isinstance(node.func, ast.Attribute):
            return None
        if name in ("keys", "values") and not node.args:
            items = self._items(node, depth + 1)
            return None if items is None else self._joined(items, depth)
        if name == "format" and not node.keywords:
            return self._filled(node.func.value, "{}", node.args, depth)
        if name == "join" and len(node.args) == 1:
            return self._joined_by(node.func.value, node.args[0], depth)
        return self._parted(node, node.func, depth) if name in _PARTED and len(node.args) <= 1 else None

    def _joined_by(self, by: ast.expr, node: ast.expr, depth: int) -> list[Text] | None:
        mark, parts = self._text(by, depth + 1), self._texts(node, depth + 1)
        if mark is None or any(one.unseen for one in parts):
            return None
        return [Text(mark.text.join(one.text for one in parts), node.lineno)]

    def _parted(self, node: ast.Call, function: ast.Attribute, depth: int) -> list[Text] | None:
        whole = self._text(function.value, depth + 1)
        by = self._text(node.args[0], depth + 1) if node.args else Text("", 0)
        if whole is None or by is None:
            return None
        if function.attr == "split":
            return [Text(one, whole.line) for one in whole.text.split(by.text or None)]
        return [whole._replace(text=whole.text.lower()) if function.attr == "lower" else whole]

    def _returned(self, function: ast.FunctionDef | None, call: ast.Call, depth: int) -> list[Text] | None:
        """What a function of the script gives, with its parameters as they are given."""
        if function is None or call.keywords or function.name in self._open:
            return None
        values = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
        names = [one.arg for one in function.args.args]
        local = dict(zip(names, call.args, strict=False))
        if function.args.vararg is not None:
            local[function.args.vararg.arg] = ast.copy_location(
                ast.Tuple(elts=call.args[len(names) :], ctx=ast.Load()), call
            )
        before, self._local = self._local, {**self._local, **local}
        self._open.add(function.name)
        found = self._joined(values, depth)
        self._open.remove(function.name)
        self._local = before
        # Where a part is not seen, what is given to the function may tell more: the name of a file.
        return None if not values or any(one.unseen for one in found) else found

    def _gathered(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, depth: int) -> list[Text] | None:
        rounds = self._rounds(node.generators, depth)
        if rounds is None:
            return None
        return [text for bound in rounds for text in self._within(bound, node.elt, depth)]
