"""The stages of a Dockerfile: what each is built FROM, and the arguments that stand before the first."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lineage.dependencies.docker.shell_words import Word, commands
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
DOCUMENT = re.compile(r"(?<!<)<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\2")
_WITH_DOCUMENTS = frozenset({"RUN", "COPY", "ADD"})


class DockerText(NamedTuple):
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
    body: DockerText
    documents: tuple[DockerText, ...]
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
        documents: list[DockerText] = []
        if keyword in _WITH_DOCUMENTS and "<<" in body.text:
            for match in DOCUMENT.finditer(body.text):
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


def _body(lines: list[str], index: int, escape: str) -> tuple[DockerText, int]:
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
    return DockerText("".join(parts), tuple(starts), tuple(numbers)), index


def _without_keyword(body: DockerText) -> DockerText:
    """The keyword becomes white space, so that the offsets stay."""
    length = len(body.text.split(None, 1)[0])
    return body._replace(text=" " * length + body.text[length:])


def _document(lines: list[str], index: int, end: str, tabs: bool, where: str) -> tuple[DockerText, int]:
    starts: list[int] = []
    parts: list[str] = []
    first, length = index, 0
    while index < len(lines):
        line = lines[index].rstrip("\r")
        line = line.lstrip("\t") if tabs else line
        index += 1
        if line == end:
            numbers = tuple(range(first + 1, index)) or (index,)
            return DockerText("".join(parts), tuple(starts) or (0,), numbers), index
        starts.append(length)
        parts.append(line + "\n")
        length += len(line) + 1
    raise InputError(f"has a here-document without its end, {end}", where)


_HUB = re.compile(r"\A(?:(?:index\.)?docker\.io/)?(?:library/)?")
_TAG = re.compile(r"v?([0-9]+(?:\.[0-9]+){0,2}(?:(?:a|b|rc)[0-9]+)?t?)(?:-.*)?")
_NAMED_TAG = re.compile(r"(?:.*-)?python-?([0-9]+\.[0-9]+(?:\.[0-9]+)?t?)(?:-.*)?")

MAX_VARIABLES = 1000
"""More have no value here."""


class BuildStage(NamedTuple):
    """One stage."""

    image: Word
    """as written, with the arguments put in"""
    line: int
    parent: int | None
    """index of the earlier stage that it is built from; ``None``: ``image`` is one of elsewhere"""
    body: tuple[Instruction, ...]


class Stages(NamedTuple):
    stages: tuple[BuildStage, ...]
    arguments: dict[str, str]
    """those before the first stage, and values that are given, by name; one without a value is not there"""

    names: dict[str, int]
    """{name in lower case: the last stage that has it}"""

    def chain(self, index: int) -> tuple[BuildStage, ...]:
        """A stage, and before it those that it is built from."""
        found = [self.stages[index]]
        while found[-1].parent is not None:
            found.append(self.stages[found[-1].parent])
        return tuple(reversed(found))

    def index_of(self, name: str) -> int | None:
        """The stage that a copy names, by its name or number; ``None`` for an image of elsewhere."""
        if re.fullmatch("[0-9]{1,6}", name):
            return int(name) if int(name) < len(self.stages) else None
        return self.names.get(name.lower())


def read_stages(content: bytes, path: str, given: Mapping[str, str]) -> Stages:
    """``given`` are values of arguments that have none. Raises ``InputError`` with file and line for no Dockerfile."""
    arguments: dict[str, str] = {}
    heads: list[tuple[Word, int, int | None]] = []
    bodies: list[list[Instruction]] = []
    names: dict[str, int] = {}
    for one in instructions(content, path):
        if one.keyword == "FROM":
            image, name = _from(one, arguments, path)
            heads.append((image, one.line, names.get(image.text.lower())))
            names[name] = len(bodies)
            bodies.append([])
        elif bodies:
            bodies[-1].append(one)
        elif one.keyword == "ARG":
            assign(words_of(one, arguments), arguments, given)
        else:
            raise InputError(f"has {one.keyword} before the first FROM", f"{path}:{one.line}")
    if not bodies:
        raise InputError("has no FROM", path, "name the base image")
    found = tuple(BuildStage(*head, tuple(body)) for head, body in zip(heads, bodies, strict=True))
    return Stages(found, {**given, **arguments}, names)


def words_of(one: Instruction, variables: Mapping[str, str]) -> tuple[Word, ...]:
    """The words of an instruction."""
    return tuple(word for command in commands(one.body.text, variables) for word in command)


def assign(words: Iterable[Word], variables: dict[str, str], defaults: Mapping[str, str]) -> None:
    """Puts ``NAME=value`` into ``variables``; a name alone has the value that it has in ``defaults``, if any."""
    for word in words:
        name, equals, value = word.text.partition("=")
        variables.pop(name, None)
        if len(variables) == MAX_VARIABLES:
            continue
        if equals and word.is_known:
            variables[name] = value
        elif not equals and name in defaults:
            variables[name] = defaults[name]


def _from(one: Instruction, arguments: Mapping[str, str], path: str) -> tuple[Word, str]:
    """(the image, the name of the stage in lower case)."""
    words = [word for word in words_of(one, arguments) if not word.text.startswith("--")]
    is_named = len(words) == 3 and words[1].text.upper() == "AS"
    if len(words) != 1 and not is_named:
        raise InputError("has a FROM that is not: FROM image [AS name]", f"{path}:{one.line}")
    return words[0], words[2].text.lower() if is_named else ""


def plain_image(image: str) -> str:
    """An image as people write it: the hub that is meant without a host is left out."""
    return _HUB.sub("", image, count=1) or image


def python_of_image(image: str) -> str | None:
    """The Python version that the name of an image tells: ``python:3.11.7-slim``, ``…/uv:python3.11-bookworm``."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    match = (_TAG.fullmatch(tag) if name == "python" else None) or _NAMED_TAG.fullmatch(tag)
    return match[1] if match else None
