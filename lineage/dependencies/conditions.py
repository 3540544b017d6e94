"""Markers of locks: in normal form, and without what they say about extras and groups of the project.

Locks write ``extra == "web"``, ``"web" in extras`` or ``"dev" in dependency_groups`` (PEP 751) into markers. A row here
has one group and is judged by itself, so these parts are decided, and the rest of the marker stays.
"""

import re
from functools import lru_cache

from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.lock_groups import rank
from lineage.errors import InputError

MAX_LENGTH = 16384
"""Characters of one marker: no real one has more."""

Tag = tuple[str, str]
"""(``extra`` or ``group``, name)"""

_KINDS = {"extra": "extra", "extras": "extra", "dependency_groups": "group"}
_TEXT = r"(?:\"[^\"]*+\"|'[^']*+')"
_TOKEN = re.compile(
    rf"(?P<open>\()|(?P<close>\))|(?P<join>and|or)(?=[ (])"
    rf"|(?P<atom>(?:{_TEXT}|[a-z_]++) (?P<operator>not in|in|[<>=!~]++) (?:{_TEXT}|[a-z_]++))"
)
_QUOTED = re.compile(_TEXT)
_ABOUT = re.compile(r"\b(?:extras?|dependency_groups)\b")

Part = bool | tuple[str, str]
"""What is left of a marker: decided, or (``atom``, ``and`` or ``or``; text)"""


@lru_cache(maxsize=1024)
def normal_marker(marker: str) -> str:
    """A marker as ``packaging`` writes it. Raises ``InputError`` where it is none."""
    if len(marker) > MAX_LENGTH:
        raise InputError(f"has a marker of more than {MAX_LENGTH} characters")
    if not marker:
        return ""
    from packaging.markers import InvalidMarker, Marker  # a lock may have none

    try:
        return str(Marker(marker))
    except (InvalidMarker, RecursionError) as error:
        raise InputError(f"has a marker that cannot be read: {marker[:80]!r}") from error


@lru_cache(maxsize=1024)
def under(marker: str, chosen: frozenset[Tag] | None) -> str | None:
    """A marker in normal form where only ``chosen`` extras and groups are asked for; ``None`` where it never holds.

    With ``None`` whatever it says about them counts as true. Raises ``InputError`` where it is no marker.
    """
    text = normal_marker(marker)
    if not _ABOUT.search(text):
        return text
    left = _decided(text, chosen)
    if isinstance(left, bool):
        return "" if left else None
    return normal_marker(left[1])


@lru_cache(maxsize=1024)
def placed(marker: str, chosen: frozenset[Tag] = frozenset()) -> tuple[str | None, str]:
    """(group, marker): the group is ``None`` where the row is needed with no more than ``chosen``.

    Else it is the strongest extra or group of which one alone is enough to need it. Raises ``InputError``.
    """
    text = under(marker, chosen)
    if text is not None:
        return None, text
    tags = sorted(_tags(normal_marker(marker)), key=lambda tag: (rank(_group(tag)), tag))
    for tag in tags:
        text = under(marker, chosen | {tag})
        if text is not None:
            return _group(tag), text
    return (_group(tags[0]) if tags else None), under(marker, None) or ""


def _group(tag: Tag) -> str:
    return group_of_extra(tag[1]) if tag[0] == "extra" else group_of(tag[1])


def _tags(text: str) -> set[Tag]:
    atoms = (match["atom"] for match in _TOKEN.finditer(text) if match["atom"])
    return {tag for atom in atoms if (tag := _tag(atom)) is not None}


def _tag(atom: str) -> Tag | None:
    name = _QUOTED.search(atom)
    words = _QUOTED.sub("", atom).split()
    kind = _KINDS.get(words[0]) or _KINDS.get(words[-1])
    return (kind, name[0][1:-1]) if kind and name else None


def _decided(text: str, chosen: frozenset[Tag] | None) -> Part:
    """The marker with its parts about extras and groups decided: two stacks, no recursion."""
    parts: list[Part] = []
    joins: list[str] = []
    for match in _TOKEN.finditer(text):
        if match["open"]:
            joins.append("(")
        elif match["close"]:
            _join(parts, joins, ("and", "or"))
            joins.pop()
        elif match["join"]:
            _join(parts, joins, ("and",) if match["join"] == "and" else ("and", "or"))
            joins.append(match["join"])
        else:
            parts.append(_atom(match["atom"], match["operator"], chosen))
    _join(parts, joins, ("and", "or"))
    return parts[0]


def _atom(atom: str, operator: str, chosen: frozenset[Tag] | None) -> Part:
    tag = _tag(atom)
    if tag is None:
        return "atom", atom
    return chosen is None or (tag in chosen) == (operator in ("==", "===", "in"))


def _join(parts: list[Part], joins: list[str], binding: tuple[str, ...]) -> None:
    while joins and joins[-1] in binding:
        join = joins.pop()
        right, left = parts.pop(), parts.pop()
        parts.append(_joined(left, join, right))


def _joined(left: Part, join: str, right: Part) -> Part:
    decides = join == "or"
    if isinstance(left, bool):
        return left if left is decides else right
    if isinstance(right, bool):
        return right if right is decides else left
    texts = [f"({text})" if join == "and" and kind == "or" else text for kind, text in (left, right)]
    return join, f" {join} ".join(texts)
