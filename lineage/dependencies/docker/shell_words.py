"""The simple commands of a shell script, as words, with the variables that are known put in.

Only what tells which packages are installed: quotes, variables with their expansions, loops over words, separators,
redirections, here-documents, comments. Nothing is run. A word with a variable that is not known, or with the output of
a command, is told as such.
``pip install numpy>=1.20`` without quotes is read as its author meant it: to a shell that is a file named ``=1.20``.
Hand-written because ``shlex`` tells neither what was quoted nor the variables, and bashlex is under the GPL.
"""

import re
from collections.abc import Mapping
from itertools import islice, product
from typing import NamedTuple

from lineage.dependencies.docker.expansions import closing, expand, name_of

_PLAIN = re.compile(r"[^\s'\"\\$`;&|<>(){}#]+")
_SPACE = re.compile(r"[ \t\r\f\v]+")
_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_DOCUMENT = re.compile(r"<<-?[ \t]*([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\1")
_MEANT = re.compile(r"[<>]=?[0-9]")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_BRACE = re.compile(r"[{}](?=[\s;&|)]|\Z)")
_INSIDE = re.compile(r"[^\"\\$`]+")


MAX_EXPANDED = 1 << 16
"""Characters that the variables of one script may stand for: values may double each other."""

MAX_LOOPED = 200
"""Words that one word may become in a loop."""

MAX_DOCUMENTS = 1000
"""Here-documents of one script; of more the lines are read as commands."""


class Word(NamedTuple):
    """One word."""

    text: str
    """with the variables put in; one that is not known stands as ``${NAME}``"""
    offset: int
    is_known: bool = True
    """no variable without a value and no output of a command is in it"""


Command = tuple[Word, ...]


def commands(text: str, variables: Mapping[str, str], escape: str = "\\") -> tuple[Command, ...]:
    """The simple commands in the order in which they stand; a command that only assigns holds for those behind it.

    Time is linear in the text.
    """
    reader = _Reader(text, variables, escape)
    while reader.position < len(text):
        reader.step()
    reader.end_command()
    return tuple(reader.found)


class _Reader:
    def __init__(self, text: str, variables: Mapping[str, str], escape: str) -> None:
        self.found: list[Command] = []
        self.parts: list[str] = []
        self.position = 0
        self.is_known = True
        self._words: list[Word] = []
        self._text, self._variables, self._escape = text, dict(variables), escape
        self._start: int | None = None
        self._left = MAX_EXPANDED
        self._skip = False
        """the next word is the file of a redirection"""
        self._loops: dict[str, tuple[Word, ...]] = {}
        """the words that the variable of a loop stands for, one after the other"""
        self._looped: list[tuple[int, str]] = []
        """(index in ``parts``, expansion) of the variables of loops in the word"""
        self._ends: list[str] = []
        """of the here-documents that begin with the next line"""
        self._documents = 0

    def step(self) -> None:
        """Reads one piece."""
        text, position = self._text, self.position
        space = _SPACE.match(text, position)
        if space is not None:
            self._end_word()
            self.position = space.end()
        elif text[position] in "\n;&|()" or (self._start is None and _BRACE.match(text, position)):
            self._separator(text[position])
        elif text.startswith(self._escape + "\n", position):
            self.position = position + 2
        elif text[position] == "#" and self._start is None:
            end = text.find("\n", position)
            self.position = len(text) if end < 0 else end
        elif text[position] in "<>":
            self._redirection()
        else:
            if self._start is None:
                self._start = position
            self._piece()

    def _piece(self) -> None:
        """Reads one piece of a word."""
        text, position = self._text, self.position
        letter = text[position]
        plain = _PLAIN.match(text, position)
        if plain is not None:
            self._add(plain[0], plain.end())
        elif letter == "'":
            end = text.find("'", position + 1)
            end = len(text) if end < 0 else end
            self._add(text[position + 1 : end], end + 1)
        elif letter == '"':
            self._double()
        elif letter == self._escape:
            self._add(text[position + 1 : position + 2], position + 2)
        elif letter in "$`":
            self._substitution()
        else:
            self._add(letter, position + 1)

    def _double(self) -> None:
        text = self._text
        self.position += 1
        while self.position < len(text) and text[self.position] != '"':
            inside = _INSIDE.match(text, self.position)
            if inside is not None:
                self._add(inside[0], inside.end())
            elif text[self.position] == "\\":
                self._add(text[self.position + 1 : self.position + 2], self.position + 2)
            else:
                self._substitution(is_quoted=True)
        self._add("", self.position + 1)

    def _substitution(self, is_quoted: bool = False) -> None:
        text, position = self._text, self.position
        plain = _VARIABLE.match(text, position)
        if plain is None and not text.startswith("${", position):
            self._output()
            return
        end = plain.end() if plain else closing(text, position + 1)
        inside = plain[1] if plain else text[position + 2 : end - 1] if text[end - 1] == "}" else ""
        self.position = end
        if name_of(inside) in self._loops:
            self._looped.append((len(self.parts), inside))
            self.parts.append("")
            return
        value = expand(inside, self._variables)
        self._left -= len(value or "")
        if value is None or self._left < 0:
            self.is_known = False
            value = f"${{{name_of(inside)}}}"
        self._add_value(value, is_quoted)

    def _add_value(self, value: str, is_quoted: bool) -> None:
        """A value outside of quotes is split at its white space."""
        pieces = [value] if is_quoted else value.split()
        start = self._start
        for index, piece in enumerate(pieces):
            if index:
                self._end_word()
                self._start = start
            self.parts.append(piece)

    def _output(self) -> None:
        """The output of a command, which is not known here."""
        text, position = self._text, self.position
        opening = text[position + 1 : position + 2] if text[position] in "$<>" else "`"
        closing = {"(": ")", "`": "`"}.get(opening)
        if closing is None:
            self._add("$", position + 1)
            return
        self.is_known = False
        depth, end = 0, position + (0 if opening == "`" else 1)
        while end < len(text):
            if text[end] == closing and (opening != "`" or end > position):
                depth -= 1
            elif text[end] == opening:
                depth += 1
            end += 1
            if depth <= 0 and end > position + 1:
                break
        self._add("${}", end)

    def _redirection(self) -> None:
        text, position = self._text, self.position
        if self.parts and _MEANT.match(text, position):
            self._add(text[position], position + 1)
            return
        if text[position + 1 : position + 2] == "(":
            self._start = position if self._start is None else self._start
            self._output()
            return
        document = None if text.startswith("<<<", position) else _DOCUMENT.match(text, position)
        if document is not None and self._documents < MAX_DOCUMENTS:
            self._documents += 1
            self._ends.append(document[2])
            self._end_word()
            self.position = document.end()
            return
        if self._start is not None and "".join(self.parts).isdigit():
            self.parts, self._start = [], None
        self._end_word()
        end = position
        while end < len(text) and text[end] in "<>&|-":
            end += 1
        self.position, self._skip = end, True

    def _separator(self, letter: str) -> None:
        if letter == "&" and self._text[self.position + 1 : self.position + 2] == ">":
            self._end_word()
            self.position += 1
            return
        self.end_command()
        self.position += 1
        if letter == "\n":
            self._skip_documents()

    def _skip_documents(self) -> None:
        """The lines of here-documents are no commands; those that a shell is given are read by whoever asks."""
        for end in self._ends:
            match = re.compile(rf"[ \t]*{re.escape(end)}[ \t\r]*$", re.MULTILINE).search(self._text, self.position)
            if match is not None:
                self.position = match.end()
        self._ends = []

    def _add(self, text: str, position: int) -> None:
        self.parts.append(text)
        self.position = position

    def _end_word(self) -> None:
        if self._start is not None:
            if not self._skip:
                self._words += self._made(self._start)
            self._skip = False
        self.parts, self._looped, self._start, self.is_known = [], [], None, True

    def _made(self, start: int) -> list[Word]:
        """The word that ends here; in a loop one for each round."""
        if not self._looped:
            return [Word("".join(self.parts), start, self.is_known)]
        names = sorted({name_of(inside) for _, inside in self._looped})
        found = []
        for values in islice(product(*(self._loops[name] for name in names)), MAX_LOOPED):
            variables = {**self._variables, **{name: one.text for name, one in zip(names, values, strict=True)}}
            is_known = self.is_known and all(one.is_known for one in values)
            for index, inside in self._looped:
                value = expand(inside, variables)
                is_known = is_known and value is not None
                self.parts[index] = f"${{{name_of(inside)}}}" if value is None else value
            found.append(Word("".join(self.parts), start, is_known))
        return found

    def end_command(self) -> None:
        """What stands before belongs to one command."""
        self._end_word()
        self._skip = False
        if self._words:
            self.found.append(tuple(self._words))
            self._assign(self._words)
            self._loop(self._words[1:] if self._words[0].text == "do" else self._words)
        self._words = []

    def _loop(self, words: list[Word]) -> None:
        """``for NAME in WORDS`` holds until the name has another value."""
        if [word.text for word in words[:1] + words[2:3]] == ["for", "in"] and len(self._loops) < MAX_LOOPED:
            self._loops[words[1].text] = tuple(words[3:])

    def _assign(self, words: list[Word]) -> None:
        """``NAME=value`` and ``export NAME=value`` hold for what follows."""
        words = words[1:] if words[0].text == "export" else words
        if not all(_ASSIGNMENT.match(word.text) for word in words):
            return
        for word in words:
            name, _, value = word.text.partition("=")
            self._variables.pop(name, None)
            self._loops.pop(name, None)
            if word.is_known:
                self._variables[name] = value
