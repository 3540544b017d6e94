"""A command as it may be published: without secrets, without paths of this machine."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lineage.redaction.secrets import find_secret

REDACTED = "<redacted>"
OUTSIDE = "<outside>"
HOME = "<home>"

_SECRET_NAME = re.compile(r"(?i)(?:key|token|secret|pass|passwd|password|credential|auth|cookie|session)")
_OPTION = re.compile(r"-{1,2}[A-Za-z][\w.-]*")
_ASSIGNED = re.compile(r"(-{0,2}[A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
_USER_INFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@\"']+@")
_QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*)[?#][^\s\"']*")
_PATH = re.compile(r"(?<![\w./~:-])/[^\s:;,'\"=|&<>()]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A command without what must not be published."""

    words: tuple[str, ...]
    redacted: bool
    """whether anything that may be a secret was taken out; a path that was shortened is none"""


def published(words: Sequence[str], *, root: str, home: str) -> Published:
    """The words of a command, made fit for a manifest.

    Out go the values of options and assignments that are named like a secret, user information and query of addresses,
    and whatever has the shape of a token. Paths below ``root`` stand relative to it, others as ``<home>/NAME`` or
    ``<outside>/NAME``. ``root`` and ``home`` are absolute; an empty ``home`` is none.
    """
    answer: list[str] = []
    hidden = False
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        is_value = bool(_OPTION.fullmatch(before)) and "=" not in before and not _OPTION.fullmatch(word)
        if is_value and _SECRET_NAME.search(before):
            answer.append(REDACTED)
            hidden = True
            continue
        text = _without_secrets(word)
        hidden = hidden or text != word
        answer.append(_without_places(text, root, home))
    return Published(words=tuple(answer), redacted=hidden)


def _without_secrets(word: str) -> str:
    assigned = _ASSIGNED.fullmatch(word)
    if assigned is not None and _SECRET_NAME.search(assigned[1]):
        return f"{assigned[1]}={REDACTED}"
    parts = re.split(r"(\s+)", _QUERY.sub(r"\1", _USER_INFO.sub(r"\1", word)))
    inner = [_inner(part, parts[index - 2] if index >= 2 else "") for index, part in enumerate(parts)]
    return "".join(REDACTED if find_secret(part) is not None else part for part in inner)


def _inner(part: str, before: str) -> str:
    """One word of a word that is a command line itself, as after ``sh -c``."""
    assigned = _ASSIGNED.fullmatch(part)
    if assigned is not None and _SECRET_NAME.search(assigned[1]):
        return f"{assigned[1]}={REDACTED}"
    if _OPTION.fullmatch(before) and _SECRET_NAME.search(before) and part and not _OPTION.fullmatch(part):
        return part if part.isspace() else REDACTED
    return part


def _without_places(text: str, root: str, home: str) -> str:
    def shorten(match: re.Match[str]) -> str:
        path = posixpath.normpath(match[0])
        if path == root:
            return "."
        if root != "/" and path.startswith(root.rstrip("/") + "/"):
            return path[len(root.rstrip("/")) + 1 :]
        name = posixpath.basename(path)
        if home not in ("", "/") and (path == home or path.startswith(home.rstrip("/") + "/")):
            return HOME if path == home else f"{HOME}/{name}"
        return f"{OUTSIDE}/{name}" if name else OUTSIDE

    return _PATH.sub(shorten, text)
