"""The text of a requirements file as logical lines, and a line as requirement and options.

The rules are pip's (``pip/_internal/req/req_file.py`` of 26.3), without its regular expressions, which take quadratic
time on hostile white space, and without the expansion of ``${NAME}``: what the environment holds is no part of a lock.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from lineage.errors import InputError

# In pip's order: the mark of UTF-16-LE is the beginning of that of UTF-32-LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_CODING = re.compile(rb"coding[:=]\s*+([-\w.]++)")
_HINT = "save it as UTF-8"
_UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})
_CONFLICTS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_WORD_PART = re.compile(
    r"""(?P<space>[ \t\r\n]++)|(?P<plain>[^ \t\r\n'"\\]++)|'(?P<single>[^']*+)'"""
    r"""|"(?P<double>(?:[^"\\]|\\.)*+)"|\\(?P<escaped>.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\"\\])")


class Line(NamedTuple):
    """One logical line, without its comment."""

    number: int
    """of its first physical line, from 1"""
    text: str


def decode(content: bytes, where: str) -> str:
    """The text by its byte order mark, else UTF-8. Raises ``InputError`` with the line."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, where)
    for number, line in enumerate(content.split(b"\n", 2)[:2], start=1):
        declared = _CODING.search(line) if line.startswith(b"#") else None
        # pip would decode by it: what stands there would then mean another thing than what we read.
        if declared is not None and declared[1].decode("ascii").lower().replace("_", "-") not in _UTF8:
            raise InputError("declares another encoding than UTF-8", f"{where}:{number}", _HINT)
    return _decoded(content, "utf-8", where)


def _decoded(content: bytes, encoding: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"is not {encoding.upper()}", f"{where}:{line}", _HINT) from error


def is_conflict(line: Line) -> bool:
    """Whether it is one of the lines that git writes into a file that it could not merge."""
    return line.text.startswith(_CONFLICTS) and line.text[7:8] in ("", " ")


def logical_lines(text: str) -> Iterator[Line]:
    """Lines with their continuations joined, comments and empty lines left out.

    A line of a conflict ends what stands before it.
    """
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if parts else number
        if is_conflict(Line(number, line)):
            yield from _without_comment(first, "".join(parts))
            yield Line(number, line)
            parts = []
        elif line.lstrip().startswith("#"):
            # A comment ends a continued line, and the white space keeps it apart from what it follows.
            yield from _without_comment(first, "".join([*parts, " ", line]))
            parts = []
        elif line.endswith("\\"):
            parts.append(line.strip("\\"))
        else:
            yield from _without_comment(first, "".join([*parts, line]))
            parts = []
    yield from _without_comment(first, "".join(parts))


def _without_comment(number: int, text: str) -> Iterator[Line]:
    start = text.find("#")
    while start > 0 and not text[start - 1].isspace():
        start = text.find("#", start + 1)
    kept = (text if start < 0 else text[:start]).strip()
    if kept:
        yield Line(number, kept)


def split_line(text: str) -> tuple[str, str]:
    """(the requirement, its options): the options begin at the first word that begins with a dash."""
    if text.startswith("-"):
        return "", text
    start = text.find(" -")
    return (text, "") if start < 0 else (text[:start].strip(), text[start + 1 :])


def split_words(text: str) -> tuple[str, ...]:
    """The words of an options text, quoted as in a POSIX shell. Raises ``InputError``.

    Equal to ``shlex.split``, which takes quadratic time on one long word.
    """
    words: list[str] = []
    parts: list[str] | None = None
    position = 0
    while position < len(text):
        match = _WORD_PART.match(text, position)
        if match is None:
            raise InputError("has a quotation or a backslash that does not end")
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "space":
            if parts is not None:
                words.append("".join(parts))
            parts = None
            continue
        parts = [] if parts is None else parts
        parts.append(_ESCAPED.sub(r"\1", match[kind]) if kind == "double" else match[kind])
    return tuple(words) if parts is None else (*words, "".join(parts))
