"""The statements of Python 2 that setup scripts hold, as Python 3 reads them; every line keeps its number.

Only for reading what stands in the call of ``setup()``: nothing of it is run, so what is printed may get lost.
"""

import re

_STATEMENTS = (
    (re.compile(rb"^([ \t]*+(?:[^#'\"\n]*:[ \t]*+)?)print[ \t]+(?![(=])[^\n]*?(\\?)$", re.MULTILINE), rb"\1None\2"),
    (re.compile(rb"^([ \t]*+(?:[^#'\"\n]*:[ \t]*+)?)print[ \t]*+>>[^\n]*$", re.MULTILINE), rb"\1None"),
    (re.compile(rb"^([ \t]*+)exec[ \t]+(?![(=])[^\n]*$", re.MULTILINE), rb"\1None"),
    (re.compile(rb"^([ \t]*+except[ \t]+[\w.() ,]+?)[ \t]*,[ \t]*(\w+)[ \t]*:", re.MULTILINE), rb"\1 as \2:"),
    (re.compile(rb"^([ \t]*+raise[ \t]+[\w.]+)[ \t]*,[^\n]*$", re.MULTILINE), rb"\1"),
    (re.compile(rb"(?<![\w.])0([0-7]+)(?=[,)\s])"), rb"0o\1"),
    (re.compile(rb"(?<![\w'\"])ur(?=['\"])"), rb"r"),
)


def of_python_2(content: bytes) -> bytes:
    """A script with the statements that Python 3 refuses taken for others; equal where there are none."""
    for statement, newer in _STATEMENTS:
        content = statement.sub(newer, content)
    return content
