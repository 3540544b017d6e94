"""TOML, read with ``tomllib`` behind caps: the text may come from anyone who can open a pull request."""

import re
import tomllib
from typing import Any

from lineage.errors import InputError

MAX_KEY_DEPTH = 16

_KEY_PART = rb"""(?:[A-Za-z0-9_-]++|"[^"]*+"|'[^']*+')"""
_DEEP_KEY = re.compile(rb"\s*+" + _KEY_PART + rb"(?:\s*+\.\s*+" + _KEY_PART + rb"){%d,}+\s*+" % MAX_KEY_DEPTH)
_NO_KEY = re.compile(rb"[=\n,{}\[\]#]")


def parse_toml(content: bytes, where: str) -> dict[str, Any]:
    """The document. Raises ``InputError`` that names the place and, where known, the line."""
    _refuse_deep_keys(content, where)
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8", where=f"{where}:{line}") from error
    except tomllib.TOMLDecodeError as error:
        message, place = _placed(str(error))
        raise InputError(f"is not TOML: {message}", where=f"{where}{place}", hint=_conflict_hint(content)) from error
    except (RecursionError, ValueError) as error:
        raise InputError("holds a value that cannot be read: nested too deeply, or a number too long", where) from error


def _refuse_deep_keys(content: bytes, where: str) -> None:
    """``tomllib`` takes time quadratic in the dots of one key: 20 KiB of ``a.a.a…`` cost it 1.4 s (3.11.7)."""
    for piece in _NO_KEY.split(content):
        if piece.count(b".") >= MAX_KEY_DEPTH and _DEEP_KEY.fullmatch(piece):
            raise InputError(f"a key is nested deeper than {MAX_KEY_DEPTH}", where=where)


def _placed(message: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    return (match[1], f":{match[2]}:{match[3]}") if match else (message.partition(" (at ")[0], "")


def _conflict_hint(content: bytes) -> str | None:
    if re.search(rb"^(<<<<<<<|>>>>>>>) ", content, re.MULTILINE):
        return "it holds conflict markers: take one side whole, or capture again"
    return None
