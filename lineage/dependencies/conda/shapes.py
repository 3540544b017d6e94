"""Shapes that a parsed file must have, told by file and key where it has another."""

import re
from typing import Any

from lineage.errors import InputError

LOCK_AGAIN = "lock again, or restore the version that git holds"


def as_table(value: Any, key: str, path: str, hint: str = LOCK_AGAIN) -> dict[str, Any]:
    """A mapping with text keys. Raises ``InputError``."""
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{key}: is not a table", path, hint)
    return value


def as_list(value: Any, key: str, path: str, hint: str = LOCK_AGAIN) -> list[Any]:
    """Raises ``InputError``."""
    if not isinstance(value, list):
        raise InputError(f"{key}: is not a list", path, hint)
    return value


def text_of(table: dict[Any, Any], key: str) -> str:
    """The text under a key, ``""`` where there is none; a whole number is taken for its digits.

    A number with a point is not: ``3.10`` without quotes would be ``3.1``.
    """
    value = table.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


_NAME = rb"([A-Za-z_]++):(?=[ \r\n]|\Z)"
_FIELD = re.compile(rb"^( *+)(?:(- ++)(?:%b)?|%b)" % (_NAME, _NAME), re.MULTILINE)


def item_lines(content: bytes, key: str, field: str, count: int) -> tuple[int, ...]:
    """The line of ``field`` of each item below ``key``, else of the item's first line; from 1, in order.

    All are 0 where the layout does not give ``count`` items: a line that is wrong is worse than none.
    """
    lines: list[int] = []
    wanted, top = field.encode(), key.encode()
    inside, indent, width = False, -1, 0
    number, position = 1, 0
    for match in _FIELD.finditer(content):
        number += content.count(b"\n", position, match.start())
        position = match.start()
        spaces, dash, name = len(match[1]), match[2], match[3] or match[4]
        if not spaces and not dash:
            inside, indent = name == top, -1
        elif inside and dash and indent in (-1, spaces):
            indent, width = spaces, spaces + len(dash)
            lines.append(number)
        elif inside and not dash and name == wanted and spaces == width:
            lines[-1] = number
    return tuple(lines) if len(lines) == count else (0,) * count
