"""The address of a git remote, as it may be recorded or shown: scheme, host, port and path, nothing else.

User name, password, query and fragment never pass. What cannot be read with certainty is dropped whole:
a password may hold any character, unescaped too, so no part of a doubtful text is safe to keep. An address
on this machine is not recorded either, because a path of a machine says nothing to another one.
"""

import re

REDACTED = "<redacted>"
"""Stands for an address that is not to be shown."""

_KNOWN = {
    "http": "http",
    "https": "https",
    "ssh": "ssh",
    "git+ssh": "ssh",
    "ssh+git": "ssh",
    "git": "git",
}
_LONGEST = 2048  # characters; nobody's remote is longer, and hostile text costs no time

_HOST = r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])"
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)")
_AUTHORITY = re.compile(rf"(?:.*@)?{_HOST}(?::(?P<port>[0-9]{{0,5}}))?")
# As git reads it: a colon before any slash. One letter before the colon is a drive of Windows.
_SCP = re.compile(rf"(?:[^@:/]*@)?{_HOST}:(?P<rest>[^:].*)")
_PATH_END = re.compile(r"[?#;&]|%(?:3f|23|3b|26)", re.IGNORECASE)
_AT_SIGN = re.compile("@|%40")


def normalise_remote(url: str) -> str | None:
    """The address of a remote without credentials, query and fragment; ``None`` for what is not to be recorded.

    The short form of ssh becomes a URL, the host lower case, a trailing ``.git`` and ``/`` go. Of a scheme
    that git does not have itself, scheme and host are kept. ``None``: a path of this machine, or a text whose
    parts cannot be told apart with certainty.
    """
    text = url.strip()
    if len(text) > _LONGEST or not text.isprintable() or "\\" in text:
        return None
    parsed = _URL.fullmatch(text)
    if parsed:
        return _from_url(parsed["scheme"].lower(), parsed["authority"], parsed["rest"])
    return _from_scp(text)


def _from_url(scheme: str, authority: str, rest: str) -> str | None:
    parsed = _AUTHORITY.fullmatch(authority)
    # An @ behind the authority may be the end of a password that holds an unescaped / ? or #.
    if parsed is None or _AT_SIGN.search(rest) or scheme.endswith("file"):
        return None
    host = parsed["host"].lower()
    if scheme not in _KNOWN:
        return f"{scheme}://{host}"
    port = f":{parsed['port']}" if parsed["port"] else ""
    return f"{_KNOWN[scheme]}://{host}{port}{_path(rest)}"


def _from_scp(text: str) -> str | None:
    parsed = _SCP.fullmatch(text)
    if parsed is None or _AT_SIGN.search(parsed["rest"]):
        return None
    host = parsed["host"].lower()
    # A scheme in the place of the host is a URL with a slash missing.
    if len(host) == 1 or host in _KNOWN or host.endswith("file"):
        return None
    return f"ssh://{host}{_path(parsed['rest'])}"


def _path(rest: str) -> str:
    path = _PATH_END.split(rest, maxsplit=1)[0].strip("/ ")
    while path.endswith((".git", "/", " ")):
        path = path.removesuffix(".git").rstrip("/ ")
    return f"/{path}" if path else ""
