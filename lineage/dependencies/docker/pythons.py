"""Which Python commands choose: ``uv python install``, ``uv python pin``, ``--python`` of uv, ``pyenv global``.

What is only installed counts less than what is chosen. An interpreter named by its path tells a version where its own
name does.
"""

import posixpath
import re
from collections.abc import Iterable
from typing import NamedTuple

from lineage.dependencies.docker.shell_words import Command, Word

_VALUED = frozenset({"-i", "--install-dir", "--mirror", "--pypy-mirror", "--python-downloads-json-url"})
_OPTIONS = ("-p", "--python")
_VERSIONED = re.compile(r".*[0-9]\.[0-9].*")


class PythonChoice(NamedTuple):
    """A Python, as a command names it."""

    text: str
    offset: int
    is_known: bool
    """no variable without a value and no output of a command is in it"""
    is_installed: bool = False
    """it is installed, and not chosen by that"""


def python_choices(command: Command) -> tuple[PythonChoice, ...]:
    """What one command chooses; nothing where it is none of uv or pyenv."""
    texts = [word.text for word in command]
    pyenv = next((place for place, text in enumerate(texts[:-1]) if posixpath.basename(text) == "pyenv"), None)
    if pyenv is not None and texts[pyenv + 1] in ("install", "global"):
        return tuple(_choice(word, texts[pyenv + 1] == "install") for word in _named(command[pyenv + 2 :]))
    start = next((place for place, text in enumerate(texts) if posixpath.basename(text) == "uv"), None)
    if start is None:
        return ()
    verb, words = texts[start + 1 : start + 3], command[start + 3 :]
    if verb[:1] == ["python"]:
        is_install = verb[1:] == ["install"]
        return tuple(_choice(word, is_install) for word in _named(words)) if is_install or verb[1:] == ["pin"] else ()
    return tuple(_of_options(command[start + 1 :]))


def _named(words: Iterable[Word]) -> Iterable[Word]:
    """The words that are no options."""
    is_value = False
    for word in words:
        if not is_value and not word.text.startswith("-"):
            yield word
        is_value = word.text in _VALUED


def _of_options(words: Command) -> Iterable[PythonChoice]:
    """What ``--python`` names of a command of uv; behind the program that ``uv run`` starts it is the program's own."""
    for place, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        if name in _OPTIONS and (equals or place + 1 < len(words)):
            told = word._replace(text=value) if equals else words[place + 1]
            if _VERSIONED.fullmatch(posixpath.basename(told.text)) or not told.is_known:
                yield _choice(told._replace(text=posixpath.basename(told.text)), False)
        if word.text == "--" or (words[0].text == "run" and place and word.text.endswith(".py")):
            return


def _choice(word: Word, is_installed: bool) -> PythonChoice:
    return PythonChoice(word.text, word.offset, word.is_known, is_installed)
