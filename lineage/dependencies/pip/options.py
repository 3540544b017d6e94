"""The options of a requirements line. None is obeyed: those that name files or requirements are read, the others noted.

Values of the others are not kept at all: an index address often holds a password.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.errors import InputError

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
_FLAGS = frozenset(["--no-index", "--no-require-hashes", "--pre", "--prefer-binary", "--require-hashes"])
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")

_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the options of one line say."""

    names: tuple[str, ...] = ()
    """all that stand there, by their long names"""
    includes: tuple[tuple[str, bool], ...] = ()
    """(path as written, whether it holds constraints)"""
    editables: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()


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
        names=tuple(name for name, _ in found),
        includes=tuple(
            (value, name == "--constraint") for name, value in found if name in ("--requirement", "--constraint")
        ),
        editables=tuple(value for name, value in found if name == "--editable"),
        hashes=tuple(sorted({parse_hash(value) for name, value in found if name == "--hash"})),
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
