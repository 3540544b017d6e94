"""What tells what an installation means that cannot be read: all that names its variables, or its file.

Whatever names one of them counts, and what names theirs: a text too many is an edit too many that a person looks at,
one too few an edit that nobody sees.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from lineage.dependencies.docker.installs import Install
from lineage.dependencies.docker.shell_words import Command, Word
from lineage.model.declarations import mark_of

_VARIABLE = re.compile(r"\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*)")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_FILE = re.compile(r"[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.[a-z]{2,5}\b")
_TAIL = " \t\r\n;&|()\\"
_MOST_FILES = 10
_MOST_ROUNDS, _MOST_QUESTIONS = 20, 100
"""More than these no honest file needs; then all texts count."""


class Said:
    """The texts of a build so far that install nothing themselves."""

    def __init__(self) -> None:
        self._texts: dict[str, frozenset[str]] = {}
        self._left = _MOST_QUESTIONS
        self._sum = ""

    def add(self, text: str) -> None:
        self._texts[text] = frozenset(_NAME.findall(text))
        self._sum = ""

    def behind(self, text: str, file: str) -> list[str]:
        """``text``, and all that names its variables, or the file."""
        found = dict.fromkeys([text])
        names = {*_VARIABLE.findall(text), file.rpartition("/")[2]} - {""}
        for _ in range(min(self._left, _MOST_ROUNDS)):
            others = [one for one, named in self._texts.items() if one not in found and not named.isdisjoint(names)]
            if not others:
                self._left -= 1
                return list(found)
            found.update(dict.fromkeys(others))
            names.update(name for one in others for name in _VARIABLE.findall(one))
        self._left = 0
        self._sum = self._sum or mark_of(*self._texts)
        return [text, self._sum]


def files_of(texts: Sequence[str]) -> list[str]:
    """What texts name that may be a file; the first few."""
    return list(dict.fromkeys(one for text in texts for one in _FILE.findall(text)))[:_MOST_FILES]


def raw_of(one: Install, command: Command, text: str, whole: str) -> str:
    """What is installed as it stands in the ``text`` of its command; ``whole`` where it comes of another command."""
    if one.text == "${}" and all(word.is_known for word in command):
        return whole
    words = 2 if one.kind == "file" or one.text.startswith("-e ") else 1
    end = bisect_right(command, one.offset, key=lambda word: word.offset) + words - 1
    start = command[0].offset
    told = text[one.offset - start : command[end].offset - start if end < len(command) else None]
    return told.partition(" #")[0].rstrip(_TAIL)


def texts_of(found: Sequence[Command], text: str) -> Iterator[str]:
    """The text of each command as it stands there, without what parts it from the next."""
    heads = [command[0] for command in found]
    for command, raw in zip(found, slices(heads, text), strict=True):
        yield raw or " ".join(word.text for word in command)


def slices(words: Sequence[Word], text: str) -> list[str]:
    """The text from each word to the next."""
    ends = [*(word.offset for word in words[1:]), len(text)]
    return [text[word.offset : end].rstrip(_TAIL) for word, end in zip(words, ends, strict=False)]
