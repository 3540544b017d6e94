"""Paths of this machine in what is to be published: relative to the repository, or only their name."""

import posixpath
import re
from functools import lru_cache

OUTSIDE = "<outside>"
HOME = "<home>"

_STOP = r"\s:;,'\"=|&<>()"
# Not within a word, an address or a relative path; but behind the letter of an option, and in a list of paths.
_BEFORE = r"(?<!<outside>)(?<!<home>)(?:(?<![\w./~:-])|(?<=:)(?!//)|(?<=\A-[A-Za-z])|(?<=\s-[A-Za-z])|(?<=file://)|(?<=\w:///))"
_SLASHES = re.compile(r"[/\\]+")
_TAG = r"(?!(?<=<)/\w+>)"
_WINDOWS = re.compile(rf"(?<![A-Za-z0-9])[A-Z]:[\\/]\w[^{_STOP}]+|(?<![\\\w])\\\\\w[\w.-]+\\[^{_STOP}]+")
_TOPS = frozenset(
    str.split(
        "home Users root tmp var mnt media srv opt usr etc private scratch data datasets nfs gpfs lustre work "
        "workspace workspaces content kaggle dbfs Volumes run dev proc sys bin lib app project projects storage "
        "net export afs cluster raid ssd hdd fsx efs shared share local"
    )
)
"""Where the files of a machine lie; elsewhere a slash may begin a route or a pattern."""
_WHOLE = re.compile(r"(?:file://)?/[^\s/]+(?:/[^/\n]+)+/?")


@lru_cache(maxsize=8)
def _paths(root: str, home: str) -> re.Pattern[str]:
    """The paths in a text; root and home are known, whatever characters they have."""
    known = "|".join(re.escape(one.rstrip("/")) for one in (root, home) if one not in ("", "/"))
    begin = rf"(?:(?:{known})(?=[/{_STOP}]|\Z)|/[^{_STOP}]+)" if known else rf"/[^{_STOP}]+"
    return re.compile(rf"{_BEFORE}{_TAG}{begin}[^{_STOP}]*")


def without_places(text: str, root: str, home: str) -> str:
    """The text with paths below ``root`` relative to it, others as ``<home>/NAME`` or ``<outside>/NAME``.

    ``root`` and ``home`` are absolute; an empty one is none.
    """

    def shorten(match: re.Match[str]) -> str:
        path = posixpath.normpath(match[0])
        path = path[1:] if path.startswith("//") else path
        if path == root:
            return "."
        if root not in ("", "/") and path.startswith(root.rstrip("/") + "/"):
            return path[len(root.rstrip("/")) + 1 :]
        name = posixpath.basename(path)
        if home not in ("", "/") and (path == home or path.startswith(home.rstrip("/") + "/")):
            return HOME if path == home else f"{HOME}/{name}"
        return f"{OUTSIDE}/{name}" if name else OUTSIDE

    def only_name(match: re.Match[str]) -> str:
        return f"{OUTSIDE}/{_SLASHES.split(match[0].rstrip('/'))[-1]}"

    return _paths(root, home).sub(shorten, _WINDOWS.sub(only_name, text))


def value_without_places(text: str, root: str) -> str | None:
    """The same for a value of the user's own, which may also be a route, a pattern or a tag: these stay as they are.

    ``None`` where it names a path of this machine outside of ``root``.
    """
    if "/" not in text and "\\" not in text:
        return text
    found = without_places(text, root, "")
    if OUTSIDE not in found:
        return found
    tops = {match[0].lstrip("/").partition("/")[0] for match in _paths("", "").finditer(text)}
    is_place = _WINDOWS.search(text) or not tops.isdisjoint(_TOPS) or _WHOLE.fullmatch(text.strip())
    return None if is_place or (root and root in text) else text
