"""A command as it may be published: without secrets, without paths of this machine."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lineage.redaction.named import is_named_secret
from lineage.redaction.places import without_places
from lineage.redaction.secrets import REDACTED, redacted

_OPTION = re.compile(r"-{1,2}[A-Za-z][\w.-]*")
_ASSIGNED = re.compile(r"([-+~]{0,2}[A-Za-z_][\w./@-]*)=(.*)", re.DOTALL)
_USER_INFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/@\"']+@|[^\s/@:\"']+:(?!\d{1,5}(?:[/?#]|$))[^\s\"'@]+@)+")
_QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*)[?#][^\s\"']*")
_LOGIN = re.compile(r"[^\s:/]+:\S+")
_LOGIN_OPTIONS = frozenset({"-u", "-U", "--user", "--proxy-user", "--userpwd", "--login", "--auth-basic"})

_CUSTOM = {
    **dict.fromkeys(("mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass", "mongo", "mongosh", "mongodump"), "-p"),
    "redis-cli": "-a",
    "ldapsearch": "-w",
    "sqlcmd": "-P",
    "bcp": "-P",
    "curl": "-b",
    "twine": "-p",
    "lftp": "-u",
}
"""Programs with the option that is a password by their custom; elsewhere ``-p`` is a port."""
_LOGS_IN = frozenset({"docker", "podman", "wandb", "helm", "az"})
"""Programs to which ``login`` gives a password, as ``-p`` or as the word behind it."""
_KEY = re.compile(r"[0-9A-Za-z_-]{30,}")


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
    kept = []
    custom = ""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        custom = _custom(posixpath.basename(word), before) or custom
        kept.append(_of_option(before, word, custom) or _without_secrets(word, custom))
    return Published(
        words=tuple(without_places(word, root, home) for word in kept),
        redacted=any(word != kept[index] for index, word in enumerate(words)),
    )


def _custom(program: str, before: str) -> str:
    """The option that gives a password from here on."""
    if program == "login" and posixpath.basename(before) in _LOGS_IN:
        return "-p"
    return _CUSTOM.get(program, "")


def _of_option(before: str, word: str, custom: str) -> str:
    """What stands for the value of the option before it; ``""`` where that has none, or no secret one."""
    if not _OPTION.fullmatch(before) or _OPTION.fullmatch(word):
        return REDACTED if before == "login" and custom and _KEY.fullmatch(word) else ""
    if before in _LOGIN_OPTIONS and _LOGIN.fullmatch(word):
        return f"{word.partition(':')[0]}:{REDACTED}"
    return REDACTED if before == custom or is_named_secret(before, word) else ""


def _without_secrets(word: str, custom: str) -> str:
    assigned = _ASSIGNED.fullmatch(word)
    if assigned is not None and is_named_secret(assigned[1], assigned[2]):
        return f"{assigned[1]}={REDACTED}"
    if custom == "-p" and re.match(r"-p[^\s=-]", word):
        return f"-p{REDACTED}"
    return redacted(_QUERY.sub(r"\1", _USER_INFO.sub(r"\1", word)))
