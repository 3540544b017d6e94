"""The values of expressions in a setup script, as far as they stand there: texts, lists of texts, tables of these.

A name stands for all that it is bound to in the script, and for what ``+=``, ``append`` and ``extend`` add to it,
whatever condition that stands under: a row too many is seen by the user, one too few by nobody. Work is bounded by a
number of steps; what is nested deeper than ``MAX_DEPTH`` is not seen.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lineage.dependencies.pip.requirements import recognise

MAX_DEPTH = 40
MAX_STEPS = 100_000

_SUFFIXES = (".txt", ".in", ".pip")
_FILE = re.compile(r"[A-Za-z0-9_./-]{1,200}\.[A-Za-z0-9]{1,8}")
_SAME = frozenset({"list", "sorted", "set", "tuple"})
_PARTED = frozenset({"split", "splitlines", "strip"})


class Text(NamedTuple):
    """A text and the line on which it begins, or a part of a value that is not seen."""

    text: str
    line: int
    unseen: ast.expr | None = None
    """what computes the part; the text is then empty"""


Entries = list[tuple[str | None, ast.expr]]
"""(key, value) of a table; the key ``None`` for what adds keys that are not seen"""


class Values:
    """The bindings of one script."""

    def __init__(self, tree: ast.Module) -> None:
        self._bound: dict[str, list[ast.expr]] = {}
        self._added: dict[str, list[ast.expr]] = {}
        self._keys: dict[str, Entries] = {}
        self._functions: dict[str, ast.FunctionDef] = {}
        self._opened: dict[str, list[ast.expr]] = {}
        self._open: set[str] = set()
        """names whose values are being looked for"""
        self._steps = 0
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self._added.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.FunctionDef):
            self._functions.setdefault(node.name, node)
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            self._opened.setdefault(node.optional_vars.id, []).append(node.context_expr)
        elif isinstance(node, ast.Call):
            self._note_call(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            key = target.slice
            named = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
            self._keys.setdefault(target.value.id, []).append((named, value))

    def _note_call(self, node: ast.Call) -> None:
        function = node.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name) or not node.args:
            return
        name, argument = function.value.id, node.args[0]
        if function.attr in ("append", "extend"):
            self._added.setdefault(name, []).append(argument)
        elif function.attr == "update":
            self._keys.setdefault(name, []).append((None, argument))

    def behind(self, name: str) -> list[ast.AST]:
        """Everything that a name may stand for: values, opened files, the body of a function."""
        found: list[ast.AST] = [*self._bound.get(name, ()), *self._added.get(name, ()), *self._opened.get(name, ())]
        return [*found, self._functions[name]] if name in self._functions else found

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
        unseen = [Text("", node.lineno, node)]
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return unseen
        if isinstance(node, ast.Constant):
            return [Text(node.value, node.lineno)] if isinstance(node.value, str) else unseen
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._joined(node.elts, depth)
        if isinstance(node, ast.Starred):
            return self._texts(node.value, depth + 1)
        if isinstance(node, ast.Name):
            return self._of_name(node.id, depth) if node.id in self._bound else unseen
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._sum(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            named = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._filled(node.left, "%s", named, depth) or unseen
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node, depth) or unseen
        if isinstance(node, ast.Subscript):
            return self._item(node, depth) or unseen
        if isinstance(node, ast.Call):
            return self._called(node, depth) or unseen
        return unseen

    def text(self, node: ast.expr) -> Text | None:
        """The one text that an expression is; ``None`` where that is not seen."""
        return self._text(node, 0)

    def _text(self, node: ast.expr, depth: int) -> Text | None:
        found = self._texts(node, depth)
        return found[0] if len(found) == 1 and found[0].unseen is None else None

    def _joined(self, nodes: Iterable[ast.expr], depth: int) -> list[Text]:
        return [text for node in nodes for text in self._texts(node, depth + 1)]

    def _of_name(self, name: str, depth: int) -> list[Text]:
        if name in self._open:
            return []  # ``a = a + [b]``: what it was before is another of its values
        self._open.add(name)
        found = self._joined([*self._bound[name], *self._added.get(name, ())], depth)
        self._open.remove(name)
        return found

    def _sum(self, node: ast.BinOp, depth: int) -> list[Text]:
        """Of lists what both hold; of texts one. A chain is walked without recursion to its left."""
        parts: list[ast.expr] = []
        here: ast.expr = node
        while isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add):
            parts.append(here.right)
            here = here.left
        parts = [here, *reversed(parts)]
        found = self._joined(parts, depth)
        if any(isinstance(part, ast.JoinedStr | ast.Constant) for part in parts):
            if any(one.unseen for one in found) or len(found) != len(parts):
                return [Text("", node.lineno, node)]
            return [Text("".join(one.text for one in found), found[0].line)]
        return found

    def _formatted(self, node: ast.JoinedStr, depth: int) -> list[Text]:
        parts = [
            self._text(one.value if isinstance(one, ast.FormattedValue) else one, depth + 1) for one in node.values
        ]
        return [] if None in parts else [Text("".join(one.text for one in parts if one), node.lineno)]

    def _filled(self, template: ast.expr, mark: str, nodes: list[ast.expr], depth: int) -> list[Text]:
        """``"a==%s" % x`` and ``"a=={}".format(x)``, with nothing but such marks."""
        whole = self._text(template, depth + 1)
        parts = [self._text(one, depth + 1) for one in nodes]
        if whole is None or None in parts:
            return []
        pieces = whole.text.split(mark)
        if len(pieces) != len(parts) + 1 or any(mark[0] in piece for piece in pieces):
            return []
        text = "".join(piece + one.text for piece, one in zip(pieces, [*parts, Text("", 0)], strict=True) if one)
        return [Text(text, whole.line)]

    def _item(self, node: ast.Subscript, depth: int) -> list[Text]:
        table = self.table(node.value, depth + 1)
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        found = [value for name, value in table or () if name is not None and name == key]
        return self._texts(found[-1], depth + 1) if found else []

    def _called(self, node: ast.Call, depth: int) -> list[Text]:
        """``list(x)`` and its like, and the lines or words of a text that stands there."""
        if isinstance(node.func, ast.Name) and len(node.args) == 1:
            return self._texts(node.args[0], depth + 1) if node.func.id in _SAME else []
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format" and not node.keywords:
            return self._filled(node.func.value, "{}", node.args, depth)
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in _PARTED or len(node.args) > 1:
            return []
        whole = self._text(node.func.value, depth + 1)
        by = self._text(node.args[0], depth + 1) if node.args else Text("", 0)
        if whole is None or by is None:
            return []
        if node.func.attr == "split":
            return [Text(one, whole.line) for one in whole.text.split(by.text or None)]
        return [whole]

    def table(self, node: ast.expr, depth: int = 0) -> Entries | None:
        """The entries of a table, later ones after earlier ones; ``None`` where it is not seen at all."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return None
        if isinstance(node, ast.Dict):
            return self._entries(node, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            return [*((None, one) for one in node.args), *((one.arg, one.value) for one in node.keywords)]
        if isinstance(node, ast.Name) and len(self._bound.get(node.id, ())) == 1:
            found = self.table(self._bound[node.id][0], depth + 1)
            return None if found is None else [*found, *self._set_later(node.id, depth)]
        return None

    def _set_later(self, name: str, depth: int) -> Entries:
        """What ``x["key"] = …`` and ``x.update({…})`` add to a table."""
        found: Entries = []
        for key, value in self._keys.get(name, ()):
            inner = self.table(value, depth + 1) if key is None else None
            found += [(key, value)] if inner is None else inner
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


def _computing(values: Values, node: ast.expr) -> Iterator[ast.AST]:
    """What computes a value: it, and all that its names may stand for, each once."""
    waiting: list[ast.AST] = [node]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        yield part
        names = (one.id for one in ast.walk(part) if isinstance(one, ast.Name))
        for name in names:
            if name not in seen:
                seen.add(name)
                waiting += values.behind(name)


def _constants(part: ast.AST) -> Iterator[str]:
    return (one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def told_by(values: Values, node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """(the text of all that computes a value, whatever its layout; what it names that may be a file)."""
    parts = list(_computing(values, node))
    text = " ".join(_atom(one) for part in parts for one in ast.walk(part))
    named = dict.fromkeys(text for part in parts for text in _constants(part) if _FILE.fullmatch(text))
    return text, tuple(named)


def _atom(node: ast.AST) -> str:
    """What a node says beside its parts, and how many of these it has."""
    fields = (value for _, value in ast.iter_fields(node) if not isinstance(value, ast.AST))
    return f"{type(node).__name__}{[len(value) if isinstance(value, list) else value for value in fields]}"


def named_files(values: Values, node: ast.expr) -> tuple[str, ...]:
    """The requirements files that are named in what computes a value, in its names and in the functions it calls.

    Other texts that end so count only where one alone does.
    """
    found: dict[str, None] = {}
    for part in _computing(values, node):
        for text in _constants(part):
            if text.endswith(_SUFFIXES) and text.isprintable():
                found[text] = None
    likely = tuple(one for one in found if recognise(one))
    return likely or (tuple(found) if len(found) == 1 else ())
