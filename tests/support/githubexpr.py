"""Expressions of GitHub's workflows, in the few forms that the templates use; any other is an error.

Source: "Evaluate expressions in workflows and actions" of GitHub's documentation.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:(==|!=|&&|\|\||!|\(|\))|'((?:[^']|'')*)'|([A-Za-z_][\w-]*(?:\.[\w-]+)*))")
_WHOLE = re.compile(r"\$\{\{((?:[^}']|'(?:[^']|'')*')*)\}\}")
STATES = ("success", "failure", "cancelled", "always")

Contexts = Mapping[str, Any]


def evaluate(text: str, contexts: Contexts) -> Any:
    """The value of an expression without ``${{ }}``; what a context does not hold is ``None``."""
    parser = _Parser(text, contexts)
    value = parser.either()
    if parser.rest:
        raise ValueError(f"not read to its end: {text!r}")
    return value


def fill(value: Any, contexts: Contexts) -> Any:
    """A value of the file with its ``${{ }}`` replaced: the very value where there is nothing else, else text."""
    if isinstance(value, Mapping):
        return {key: fill(one, contexts) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    alone = _WHOLE.fullmatch(value)
    if alone:
        return evaluate(alone[1], contexts)
    return _WHOLE.sub(lambda match: as_text(evaluate(match[1], contexts)), value)


def condition(text: str | None, contexts: Contexts, *, good: bool) -> bool:
    """An ``if``: only where all before was good, unless it asks for the state itself."""
    if text is None:
        return good
    bare = text.removeprefix("${{").removesuffix("}}") if text.startswith("${{") else text
    states = {"success()": good, "failure()": not good, "always()": True, "cancelled()": False}
    value = bool(evaluate(bare, {**contexts, **states}))
    return value if any(state in bare for state in states) else value and good


def as_text(value: Any) -> str:
    """A value as it stands in text and in the environment."""
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class _Parser:
    def __init__(self, text: str, contexts: Contexts) -> None:
        self.rest = text.strip()
        self._contexts = contexts

    def either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._take("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._unary()
        for sign in ("==", "!="):
            if self._take(sign):
                return (as_text(value) == as_text(self._unary())) is (sign == "==")
        return value

    def _unary(self) -> Any:
        if self._take("!"):
            return not self._unary()
        if self._take("("):
            value = self.either()
            self._expect(")")
            return value
        match = _TOKEN.match(self.rest)
        if match is None or match[1]:
            raise ValueError(f"not understood: {self.rest!r}")
        self.rest = self.rest[match.end() :].lstrip()
        return self._named(match[3]) if match[3] else match[2].replace("''", "'")

    def _named(self, name: str) -> Any:
        if self._take("("):
            if name in STATES:
                self._expect(")")
                return self._contexts[f"{name}()"]
            if name != "fromJSON":
                raise ValueError(f"no such function: {name}")
            value = json.loads(self.either())
            self._expect(")")
            return value
        root, *keys = name.split(".")
        if root not in self._contexts:
            raise ValueError(f"no such context: {root}")
        value = self._contexts[root]
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _take(self, sign: str) -> bool:
        if not self.rest.startswith(sign) or (sign == "!" and self.rest.startswith("!=")):
            return False
        self.rest = self.rest[len(sign) :].lstrip()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"{sign} expected: {self.rest!r}")
