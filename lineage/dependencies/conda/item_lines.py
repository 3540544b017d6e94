"""The lines of the items of a list at the top of a YAML file in block style, as lock tools write it."""

import re

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
