"""Names of distributions and modules, and how far a version moved.

Sources: names PEP 503, versions PEP 440 (the regular expression of its appendix B, anchored).
"""

import re
from typing import Any, Iterator, Mapping, NamedTuple, Optional, Tuple

STEPS = ("none", "build", "patch", "minor", "major")
"""How far a version moved, least first. Beside these: ``added``, ``removed``, ``unknown``."""

_SEPARATORS = re.compile(r"[-_.]+")
_IMPORTABLE = re.compile(r"\.(?:py|pyw|pyc|(?:[A-Za-z0-9_-]+\.)?(?:so|pyd))", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")

_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")

_VERSION = re.compile(
    r"""\s*v?
    (?:(?P<epoch>[0-9]{1,20})!)?
    (?P<release>[0-9]{1,20}(?:\.[0-9]{1,20}){0,40})
    (?P<pre>[-_.]?(?P<pre_l>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?P<pre_n>[0-9]{0,20}))?
    (?P<post>-(?P<post_n1>[0-9]{1,20})|[-_.]?(?:post|rev|r)[-_.]?(?P<post_n2>[0-9]{0,20}))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_n>[0-9]{0,20}))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?
    \s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PRE_SPELLINGS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


class Version(NamedTuple):
    """A version in PEP 440's normal form; equal values mean the same version."""

    epoch: int
    release: Tuple[int, ...]
    """without trailing zeros"""
    rest: Tuple[Optional[str], Optional[int], Optional[int], Optional[int]]
    """pre-release letter and number, post, dev"""
    local: Optional[str]


def canonical_name(name: str) -> str:
    """The PEP 503 form: lower case, runs of ``-_.`` as one ``-``."""
    return _SEPARATORS.sub("-", name).lower()


def is_name(text: str) -> bool:
    """Whether the text can be the name of a distribution (core metadata, "Name")."""
    return _NAME.fullmatch(text) is not None


def unfit_name(text: str) -> Optional[str]:
    """Why a text is no name that people can tell from others: ``None`` where it is one.

    Letters of any one script are; in one word, two alphabets that look alike are not.
    """
    if not text.strip():
        return "it is empty"
    if not all(one.isprintable() or "\udc80" <= one <= "\udcff" for one in text):
        return "it holds what cannot be seen"
    if text != text.strip():
        return "it begins or ends with a blank"
    if max(text) < "\x80":
        return None
    import unicodedata

    if unicodedata.normalize("NFKC", text) != unicodedata.normalize("NFC", text):
        return "it holds characters that look like others"
    for word in re.split(r"[^\w]|[\d_]", text):
        scripts = {unicodedata.name(one, "?").partition(" ")[0] for one in word}
        if len(scripts & set(_ALIKE)) > 1:
            return "it mixes letters of alphabets that look alike"
    return None


def unfit_keys(table: Mapping[str, Any]) -> Iterator[Tuple[str, str]]:
    """(key, why it is no name that people can tell from others), of tables within each other."""
    for key, value in table.items():
        unfit = unfit_name(key)
        if unfit is not None:
            yield key, unfit
        if isinstance(value, Mapping):
            yield from unfit_keys(value)


def is_info(file: str) -> bool:
    """Whether a file or directory of this name holds the metadata of a distribution."""
    return file.endswith((".dist-info", ".egg-info")) or file.lower().endswith((".dist-info", ".egg-info"))


def module_of(name: str) -> Optional[str]:
    """The module that a file of this name is imported as; ``None`` when it is none."""
    stem, dot, _ = name.partition(".")
    return stem if dot and stem.isidentifier() and _IMPORTABLE.fullmatch(name, len(stem)) else None


def parse_version(text: str) -> Optional[Version]:
    """The version, or ``None`` where PEP 440 cannot read it."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    release = [int(part) for part in match.group("release").split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    letter = match.group("pre_l")
    local = match.group("local")
    return Version(
        epoch=int(match.group("epoch") or 0),
        release=tuple(release),
        rest=(
            None if letter is None else _PRE_SPELLINGS.get(letter.lower(), letter.lower()),
            None if letter is None else int(match.group("pre_n") or 0),
            None if match.group("post") is None else int(match.group("post_n1") or match.group("post_n2") or 0),
            None if match.group("dev") is None else int(match.group("dev_n") or 0),
        ),
        local=None if local is None else ".".join(_local_part(part) for part in re.split("[-_.]", local.lower())),
    )


def _local_part(part: str) -> str:
    return part.lstrip("0") or "0" if part.isdigit() else part  # of any length: no number is made of it


def step(recorded: str, observed: str) -> str:
    """How far apart two versions are, whatever the direction: one of ``STEPS``, or ``unknown``.

    Epoch or first number ``major``, second ``minor``, any other public part ``patch``, only the local label
    ``build``. Text that is equal is ``none`` even where it is no version.
    """
    if recorded == observed:
        return "none"
    left, right = parse_version(recorded), parse_version(observed)
    if left is None or right is None:
        return "unknown"
    if left.epoch != right.epoch or left.release[0] != right.release[0]:
        return "major"
    if _second(left) != _second(right):
        return "minor"
    if (left.release, left.rest) != (right.release, right.rest):
        return "patch"
    return "none" if left.local == right.local else "build"


def _second(version: Version) -> int:
    return version.release[1] if len(version.release) > 1 else 0
