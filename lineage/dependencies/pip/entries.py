"""One requirement, as it stands on a line: PEP 508, and the forms that only pip knows.

The order of the questions is pip's (``pip/_internal/req/constructors.py`` of 26.3). Whether a path exists is never
asked: a lock means the same on every machine.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.dependencies.pip.origins import ARCHIVES, Address, is_address, read_address, read_path
from lineage.errors import InputError
from lineage.portable.names import canonical_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement as Specified

MAX_LENGTH = 16384
"""Characters of one requirement: no real one has more."""

_HEAD = re.compile(r"\s*+[A-Za-z0-9][A-Za-z0-9._-]*+\s*+(?:\[[^\]]*+\])?\s*+")
_NOT_EDITABLE = "is an editable requirement that is neither a path nor a repository with a name"
_NO_PATH = frozenset("<>=!~,;@ \t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What one requirement says, wherever it stands. Empty texts mean that it does not say."""

    name: str | None
    """canonical, PEP 503; ``None`` where only a path or an address is named"""
    specifier: str = ""
    """as written, without white space: ``>=1.2,<2``"""
    pinned: str | None = None
    """the one exact version: of ``==`` without wildcard, of ``===``, or of the file name of a wheel"""
    extras: tuple[str, ...] = ()
    """canonical, sorted"""
    marker: str = ""
    """PEP 508, as ``packaging`` writes it"""
    address: Address | None = None
    hashes: tuple[str, ...] = ()
    """``sha256:<hex>``, ``sha384:…`` or ``sha512:…``, sorted: any one of them may be installed"""
    is_editable: bool = False
    is_constraint: bool = False
    """it only narrows what another row asks for"""
    file: str = ""
    """of a row of a requirements file, its path in the tree"""
    line: int = 0
    """the first line of the row, from 1"""


def parse_requirement(text: str, editable: bool) -> Requirement:
    """What a requirement says. Raises ``InputError`` with what is wrong with its line, without secrets."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"has a requirement of more than {MAX_LENGTH} characters")
    try:
        return _editable(text) if editable else _plain(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not a requirement that can be read{shown(text)}") from error


def shown(text: str) -> str:
    """A text as the end of a message, where it cannot hold a secret."""
    return "" if any(mark in text for mark in ("://", "@", "${")) else f": {text[:80]!r}"


def _plain(text: str) -> Requirement:
    address = is_address(text)
    body, _, condition = text.partition("; " if address else ";")
    body = body.strip()
    marker = _marker(condition.strip())
    if address:
        return _from_address(read_address(body), marker)
    path, extras = _strip_extras(body)
    if _is_path(path):
        return _from_address(read_path(path), marker, extras)
    from packaging.requirements import Requirement as Specified

    found = Specified(body)
    return _from_specified(found, body, marker)


def _marker(text: str) -> str:
    """As ``packaging`` writes it."""
    if not text:
        return ""
    from packaging.markers import Marker

    return str(Marker(text))


def _editable(text: str) -> Requirement:
    from packaging.requirements import Requirement as Specified

    try:
        found = Specified(text)
    except ValueError:
        found = None
    if found is not None and found.url:
        return _from_specified(found, text, str(found.marker or ""))
    path, extras = _strip_extras(text)
    if path.lower().startswith("file:"):
        return _from_address(read_address(path), "", extras)
    for kind in ("git", "hg", "svn", "bzr"):
        if text.lower().startswith(f"{kind}:"):
            text = f"{kind}+{text}"
    if not is_address(text):
        if not text.startswith((".", "/")) and _NO_PATH - {" "} & set(path):
            raise InputError(_NOT_EDITABLE)
        return _from_address(read_path(path), "", extras)
    address = read_address(text)
    if "+" not in text.partition(":")[0] or address.name is None:
        raise InputError(_NOT_EDITABLE)
    return _from_address(address, "")


def _from_address(address: Address, marker: str, extras: tuple[str, ...] = ()) -> Requirement:
    return Requirement(
        name=address.name,
        specifier="" if address.version is None else f"=={address.version}",
        pinned=address.version,
        extras=address.extras or extras,
        marker=marker,
        address=address,
        hashes=address.hashes,
    )


def _from_specified(found: "Specified", text: str, marker: str) -> Requirement:
    name = canonical_name(found.name)
    address = None
    if found.url:
        address = read_address(found.url) if is_address(found.url) else read_path(found.url)
        if address.version is not None and address.name != name:
            raise InputError(f"names {name}, but its file is {address.name}")
    exact = {one.version for one in found.specifier if _is_exact(one.operator, one.version)}
    pinned = exact.pop() if len(exact) == 1 else None
    return Requirement(
        name=name,
        specifier="" if found.url else _specifier_text(text),
        pinned=address.version if address else pinned,
        extras=tuple(sorted({canonical_name(extra) for extra in found.extras})),
        marker=marker,
        address=address,
        hashes=address.hashes if address else (),
    )


def _is_exact(operator: str, version: str) -> bool:
    return operator == "===" or (operator == "==" and not version.endswith(".*"))


def _specifier_text(text: str) -> str:
    """The specifier as written; ``packaging`` would sort its parts."""
    match = _HEAD.match(text)
    written = "".join(text[match.end() if match else 0 :].split())
    return written[1:-1] if written.startswith("(") else written


def _strip_extras(text: str) -> tuple[str, tuple[str, ...]]:
    head, bracket, inner = text.rpartition("[")
    if not bracket or not text.endswith("]") or not head or "]" in inner[:-1]:
        return text, ()
    return head.rstrip(), tuple(sorted({canonical_name(extra.strip()) for extra in inner[:-1].split(",")}))


def _is_path(text: str) -> bool:
    if text.startswith((".", "/")):
        return True
    return ("/" in text or text.lower().endswith(ARCHIVES)) and not _NO_PATH & set(text)
