"""The stages of a Dockerfile: what each is built FROM, and the arguments that stand before the first."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lineage.dependencies.docker.lines import Instruction, instructions
from lineage.dependencies.docker.shell_words import Word, commands
from lineage.errors import InputError

_HUB = re.compile(r"\A(?:(?:index\.)?docker\.io/)?(?:library/)?")
_TAG = re.compile(r"v?([0-9]+(?:\.[0-9]+){0,2}(?:(?:a|b|rc)[0-9]+)?)(?:-.*)?")
_NAMED_TAG = re.compile(r"(?:.*-)?python-?([0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:-.*)?")

MAX_VARIABLES = 1000
"""More have no value here."""


class Stage(NamedTuple):
    """One stage."""

    image: Word
    """as written, with the arguments put in"""
    line: int
    parent: int | None
    """index of the earlier stage that it is built from; ``None``: ``image`` is one of elsewhere"""
    body: tuple[Instruction, ...]


class Stages(NamedTuple):
    stages: tuple[Stage, ...]
    arguments: dict[str, str]
    """those before the first stage, by name; one without a value is not there"""

    def chain(self) -> tuple[Stage, ...]:
        """The last stage, and before it those that it is built from."""
        found = [self.stages[-1]]
        while found[0].parent is not None:
            found.insert(0, self.stages[found[0].parent])
        return tuple(found)


def read_stages(content: bytes, path: str) -> Stages:
    """Raises ``InputError`` with file and line where the text is no Dockerfile."""
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
            assign(words_of(one, arguments), arguments, {})
        else:
            raise InputError(f"has {one.keyword} before the first FROM", f"{path}:{one.line}")
    if not bodies:
        raise InputError("has no FROM", path, "name the base image")
    return Stages(tuple(Stage(*head, tuple(body)) for head, body in zip(heads, bodies, strict=True)), arguments)


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
