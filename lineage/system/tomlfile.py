"""TOML behind caps: the text may come from anyone who can open a pull request.

Read by tomli, which is compiled, several times faster than the standard library's reader and otherwise the same.
"""

import re
from typing import Any

import tomli

from lineage.errors import InputError

MAX_KEY_DEPTH = 16
"""Dotted parts of one key."""

MAX_VALUE_DEPTH = 64
"""Tables and lists within each other: what is deeper exhausts the stack of whoever reads on."""

_PART = rb"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+')"""
_KEY_PART = re.compile(_PART)
_DOTTED = re.compile(rb"(?:\.[ \t]*+%b[ \t]*+){%d}" % (_PART, MAX_KEY_DEPTH))
# Texts that are not closed reach to the end, or they would be searched again from every quote in them. Groups are not
# repeated possessively where a round may fail half-way: before Python 3.11.5 it keeps what it has taken.
_TOKEN = re.compile(
    rb"""
    "{3}(?:.*?(?<!\\)(?:\\\\)*"{3,5}+|.*+)
    |'{3}(?:.*?'{3,5}+|.*+)
    |\#[^\n]*+
    |(?P<key>%b(?:[ \t]*+\.[ \t]*+%b){0,%d})
    |"[^\n]*+
    |[^"'\#A-Za-z0-9_-]++
    |'
    """
    % (_PART, _PART, MAX_KEY_DEPTH),
    re.DOTALL | re.VERBOSE,
)


def parse_toml(content: bytes, where: str) -> dict[str, Any]:
    """The document. Raises ``InputError`` that names the place and, where known, the line."""
    try:
        text = content.decode("utf-8")
        _refuse_deep_keys(content, where)
        document = tomli.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8", where=f"{where}:{line}") from error
    except tomli.TOMLDecodeError as error:
        message, place = _placed(str(error))
        raise InputError(f"is not TOML: {message}", where=f"{where}{place}", hint=_conflict_hint(content)) from error
    except (RecursionError, ValueError) as error:
        raise InputError("holds a value that cannot be read: nested too deeply, or a number too long", where) from error
    _refuse_deep_values(document, where)
    return document


def _refuse_deep_keys(content: bytes, where: str) -> None:
    """Readers take time quadratic in the dots of one key: 20 KiB of ``a.a.a…`` cost ``tomllib`` 1.4 s (3.11.7).

    The same dots in a text or a comment are harmless; only where there are such dots is the text split into tokens.
    """
    if _DOTTED.search(content) is None:
        return
    for token in _TOKEN.finditer(content):
        if token.lastgroup == "key" and len(_KEY_PART.findall(token[0])) > MAX_KEY_DEPTH:
            raise InputError(f"a key is nested deeper than {MAX_KEY_DEPTH}", where=where)


def _refuse_deep_values(document: dict[str, Any], where: str) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_VALUE_DEPTH):
        inner = [one for table in level for one in (table.values() if isinstance(table, dict) else table)]
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return
    raise InputError(f"a value is nested deeper than {MAX_VALUE_DEPTH}", where=where)


def _placed(message: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    return (match[1], f":{match[2]}:{match[3]}") if match else (message.partition(" (at ")[0], "")


def _conflict_hint(content: bytes) -> str | None:
    if re.search(rb"^(<<<<<<<|>>>>>>>) ", content, re.MULTILINE):
        return "it holds conflict markers: take one side whole, or capture again"
    return None
