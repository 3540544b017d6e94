"""What ``${NAME…}`` stands for where the value of the variable is known: the parameter expansions of a shell.

Sources: the Dockerfile reference, "Environment replacement" (``:-`` ``:+`` ``#`` ``##`` ``%`` ``%%`` ``/`` ``//``), and
POSIX, "Parameter Expansion"; what only bash has beside these is not known here. A variable without a value is not
known, and never an empty text: who builds an image may give it one.
"""

import re
from collections.abc import Mapping

_INSIDE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<operator>:?[-+=?]|##?|%%?|//?)(?P<word>.*))?", re.DOTALL)
_REFERENCE = re.compile(r"\\([$`\"\\])|\$(?:([A-Za-z_][A-Za-z0-9_]*)|(\{))|([$`])")
_PATTERN = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|\\?.", re.DOTALL)

_MOST = 200
"""characters of a value or pattern that are matched, with two ``*`` at most: time grows with their product"""
_DEPTH = 4
"""variables in the word of a variable"""


def closing(text: str, position: int) -> int:
    """Index behind the ``}`` of the ``{`` at ``position``; of the end where there is none."""
    depth = 0
    for end in range(position, min(len(text), position + 4096)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return end + 1
    return len(text)


def expand(inside: str, variables: Mapping[str, str], depth: int = 0) -> str | None:
    """The text that ``${inside}`` stands for; ``None`` where that is not known."""
    match = _INSIDE.fullmatch(inside)
    if match is None or depth > _DEPTH:
        return None
    value, operator, word = variables.get(match["name"]), match["operator"] or "", match["word"] or ""
    if operator[-1:] in ("-", "="):
        is_given = value is not None and (value != "" or operator[0] != ":")
        return value if is_given else substitute(word, variables, depth + 1)
    if operator[-1:] == "+":
        is_given = bool(value) if operator[0] == ":" else value is not None
        return substitute(word, variables, depth + 1) if is_given else ""
    if value is None or operator[-1:] in ("", "?"):
        return value
    pattern = substitute(word, variables, depth + 1)
    return None if pattern is None else _matched(value, operator, pattern)


def name_of(inside: str) -> str:
    """The variable of ``${inside}``; ``""`` for what begins otherwise."""
    match = re.match(r"[A-Za-z_][A-Za-z0-9_]*", inside)
    return match[0] if match else ""


def substitute(text: str, variables: Mapping[str, str], depth: int = 0) -> str | None:
    """A text between double quotes with its variables put in; ``None`` where one of them is not known."""
    parts: list[str] = []
    position = 0
    while (match := _REFERENCE.search(text, position)) is not None:
        parts.append(text[position : match.start()])
        position = match.end()
        if match[1]:
            parts.append(match[1])
        elif match[4]:
            if match[4] == "`" or text[position : position + 1] == "(":
                return None
            parts.append("$")
        else:
            if match[3]:
                position = closing(text, match.end() - 1)
            value = expand(match[2] or text[match.end() : position - 1], variables, depth)
            if value is None:
                return None
            parts.append(value)
    return "".join([*parts, text[position:]])


def _matched(value: str, operator: str, pattern: str) -> str | None:
    """A value without what a pattern matches at its beginning or end, or with another text for it."""
    found, other = (pattern, "") if operator[0] != "/" else _halves(pattern)
    pieces = [match[0] for match in _PATTERN.finditer(found)]
    if len(value) > _MOST or len(found) > _MOST or pieces.count("*") > 2:
        return None
    try:
        return _cut(value, operator, pieces, other)
    except re.error:  # a range from the end to the beginning
        return None


def _cut(value: str, operator: str, pieces: list[str], other: str) -> str:
    if operator[0] == "/":
        if not pieces:
            return value
        return re.sub(_expression(pieces, is_long=True), lambda _: other, value, count=len(operator) % 2)
    if operator[0] == "#":
        match = re.match(_expression(pieces, is_long=operator == "##"), value)
        return value[match.end() :] if match else value
    match = re.match(_expression(pieces[::-1], is_long=operator == "%%"), value[::-1])
    return value[: len(value) - match.end()] if match else value


def _halves(text: str) -> tuple[str, str]:
    """(pattern, what replaces it) around the first ``/`` that is not escaped."""
    match = re.match(r"((?:[^\\/]|\\.)*)/?(.*)", text, re.DOTALL)
    return (match[1], match[2]) if match else (text, "")


def _expression(pieces: list[str], *, is_long: bool) -> str:
    """A pattern of a shell as regular expression: the longest or the shortest match."""
    return "(?s)" + "".join(_piece(one, ".*" if is_long else ".*?") for one in pieces)


def _piece(one: str, any_text: str) -> str:
    if one == "*":
        return any_text
    if one == "?":
        return "."
    if one[0] == "[" and len(one) > 2:
        inside = one[1:-1]
        negated = "^" if inside[0] in "!^" else ""
        return f"[{negated}{re.escape(inside[len(negated) :]).replace(chr(92) + '-', '-')}]"
    return re.escape(one[-1] if one[0] == "\\" else one)
