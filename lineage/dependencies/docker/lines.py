"""The text of a Dockerfile as instructions: comments, continuations and here-documents (Dockerfile reference, 1.x)."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from lineage.dependencies.pip.lines import Line, decode, is_conflict
from lineage.errors import InputError

KEYWORDS = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(.)\s*", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*[A-Za-z]+\s*=.*")
_DOCUMENT = re.compile(r"(?<!<)<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\2")
_WITH_DOCUMENTS = frozenset({"RUN", "COPY", "ADD"})


class Text(NamedTuple):
    """A text of several physical lines, joined."""

    text: str
    starts: tuple[int, ...]
    """offset at which each physical line begins, ascending"""
    lines: tuple[int, ...]
    """the number of each, from 1"""

    def line_at(self, offset: int) -> int:
        """The physical line that an offset lies in."""
        return self.lines[bisect_right(self.starts, offset) - 1]


class Instruction(NamedTuple):
    """One instruction."""

    keyword: str
    """upper case"""
    body: Text
    documents: tuple[Text, ...]
    """here-documents, without their ends"""

    @property
    def line(self) -> int:
        return self.body.lines[0]


def instructions(content: bytes, path: str) -> Iterator[Instruction]:
    """All instructions in order. Raises ``InputError`` where a line is none, and where the text ends within one."""
    lines = decode(content, path).split("\n")
    escape = _escape(lines)
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        if is_conflict(Line(index + 1, line)):
            raise InputError("is a conflict marker", f"{path}:{index + 1}", "take one side whole")
        if not line or line.startswith("#"):
            index += 1
            continue
        body, index = _body(lines, index, escape)
        keyword = body.text.split(None, 1)[0].upper()
        if keyword not in KEYWORDS:
            raise InputError("is no instruction of a Dockerfile", f"{path}:{body.lines[0]}")
        documents: list[Text] = []
        if keyword in _WITH_DOCUMENTS and "<<" in body.text:
            for match in _DOCUMENT.finditer(body.text):
                document, index = _document(lines, index, match[3], bool(match[1]), f"{path}:{body.lines[0]}")
                documents.append(document)
        yield Instruction(keyword, _without_keyword(body), tuple(documents))


def _escape(lines: list[str]) -> str:
    """The character that continues a line: directives stand before everything else."""
    for line in lines:
        if _DIRECTIVE.fullmatch(line.strip()) is None:
            return "\\"
        match = _ESCAPE.fullmatch(line.strip())
        if match is not None:
            return match[1]
    return "\\"


def _body(lines: list[str], index: int, escape: str) -> tuple[Text, int]:
    """(an instruction with its keyword, the index behind it). Comments and empty lines within it count for nothing."""
    parts: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    length = 0
    while index < len(lines):
        line = lines[index].rstrip()
        index += 1
        if parts and (not line or line.lstrip().startswith("#")):
            continue
        is_continued = line.endswith(escape)
        part = (line[:-1] if is_continued else line) if parts else (line[:-1] if is_continued else line).lstrip()
        starts.append(length)
        numbers.append(index)
        parts.append(part)
        length += len(part)
        if not is_continued:
            break
    return Text("".join(parts), tuple(starts), tuple(numbers)), index


def _without_keyword(body: Text) -> Text:
    """The keyword becomes white space, so that the offsets stay."""
    length = len(body.text.split(None, 1)[0])
    return body._replace(text=" " * length + body.text[length:])


def _document(lines: list[str], index: int, end: str, tabs: bool, where: str) -> tuple[Text, int]:
    starts: list[int] = []
    parts: list[str] = []
    first, length = index, 0
    while index < len(lines):
        line = lines[index].rstrip("\r")
        line = line.lstrip("\t") if tabs else line
        index += 1
        if line == end:
            numbers = tuple(range(first + 1, index)) or (index,)
            return Text("".join(parts), tuple(starts) or (0,), numbers), index
        starts.append(length)
        parts.append(line + "\n")
        length += len(line) + 1
    raise InputError(f"has a here-document without its end, {end}", where)
