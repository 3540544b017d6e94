"""The text of a requirements file as logical lines, and a line as requirement and options.

No option is obeyed: those that name files or requirements are read, and nothing is kept of the others, because an index
address often holds a password. The rules are pip's (``pip/_internal/req/req_file.py`` of 26.3), without its regular
expressions, which take quadratic time on hostile white space, and without the expansion of ``${NAME}``: what the
environment holds is no part of a lock.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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

_SHORT = {
    "-C": "--config-settings",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
    "-r": "--requirement",
}
_ALIASES = {"--pypi-url": "--index-url", "--config-setting": "--config-settings"}
_VALUED = frozenset(
    [
        *_SHORT.values(),
        "--all-releases",
        "--extra-index-url",
        "--global-option",
        "--hash",
        "--install-option",
        "--no-binary",
        "--only-binary",
        "--only-final",
        "--trusted-host",
        "--use-feature",
    ]
)
_INDEXES = ("--index-url", "--extra-index-url")
_FLAGS = frozenset(["--no-index", "--no-require-hashes", "--pre", "--prefer-binary", "--require-hashes"])
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")

_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the options of one line say."""

    includes: tuple[tuple[str, bool], ...] = ()
    """(path as written, whether it holds constraints)"""
    editables: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    indexes: tuple[tuple[str, str], ...] = ()
    """(option, address) of the indexes that give packages, as written"""


def parse_options(words: Sequence[str]) -> Options:
    """The options of a line. Raises ``InputError`` for what pip does not know, or would silently leave out."""
    found: list[tuple[str, str]] = []
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        name, value = _split(word)
        if name in _FLAGS and value is None:
            found.append((name, ""))
            continue
        if name not in _VALUED:
            raise InputError(_refusal(word))
        if value is None and not rest:
            raise InputError(f"has no value for {name}")
        found.append((name, rest.pop() if value is None else value))
    return Options(
        includes=tuple(
            (value, name == "--constraint") for name, value in found if name in ("--requirement", "--constraint")
        ),
        editables=tuple(value for name, value in found if name == "--editable"),
        hashes=tuple(sorted({parse_hash(value) for name, value in found if name == "--hash"})),
        indexes=tuple((name, value) for name, value in found if name in _INDEXES),
    )


def parse_hash(text: str) -> str:
    """``sha256:<hex>`` in lower case, of the algorithms that pip takes. Raises ``InputError``."""
    algorithm, _, digest = text.lower().partition(":")
    if len(digest) != _DIGITS.get(algorithm) or not set(digest) <= set("0123456789abcdef"):
        raise InputError("has a hash that is none: write sha256:, sha384: or sha512: and its hexadecimal digits")
    return f"{algorithm}:{digest}"


def _split(word: str) -> tuple[str, str | None]:
    """(long name, value where it is joined to the name)."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return _ALIASES.get(name, name), value if equals else None
    if word[:2] in _SHORT:
        return _SHORT[word[:2]], word[2:] or None
    return word, None


def _refusal(word: str) -> str:
    """What is wrong with a word, without what may be a secret in it."""
    if not word.startswith("-") or word == "-":
        return "has words behind its options, which pip leaves out"
    if not word.startswith("--"):
        return f"has an option that is not known here: {word[:2]!r}"
    length = next((i for i, letter in enumerate(word) if letter not in _LETTERS), len(word))
    return f"has an option that is not known here: {word[: min(length, 40)]!r}"
