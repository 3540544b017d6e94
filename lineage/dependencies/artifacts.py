"""What tells two builds of one version apart: the index or channel that gives it, and the digests of its files."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lineage.redaction.addresses import REDACTED, normalise_remote

_PYPI = re.compile(r"(?:[a-z0-9-]+\.)*(?:pypi\.org|pypi\.python\.org|pythonhosted\.org)")
PYPI = "PyPI"
_TOKEN = re.compile(r"/t/[^/]+")
"""conda's servers take a token as a part of the path"""
_KEPT = 8
"""hexadecimals of a digest: two files of one package that share them are one"""


def source_of(address: str) -> str:
    """An index or channel for people, without credentials; ``""`` where none is named."""
    if "://" not in address:
        return PYPI if address.lower() == "pypi" else address.rstrip("/")
    plain = normalise_remote(_TOKEN.sub("", address))
    if plain is None:
        return REDACTED
    parts = urlsplit(plain)
    return PYPI if _PYPI.fullmatch(parts.hostname or "") else f"{parts.netloc}{parts.path.removesuffix('/simple')}"


def channel_of(address: str) -> str:
    """The channel of the address of a package of conda: what stands before its platform and file."""
    channel = address.partition("#")[0].rpartition("/")[0].rpartition("/")[0]
    return source_of(channel) if "://" in channel else ""


def digests_of(hashes: Iterable[str]) -> str:
    """The beginnings of the digests of a package's files, as one text; SHA-256 where one is there."""
    by_algorithm: dict[str, set[str]] = {}
    for one in hashes:
        algorithm, _, digest = one.rpartition(":")
        by_algorithm.setdefault(algorithm or "md5", set()).add(digest[:_KEPT].lower())
    if not by_algorithm:
        return ""
    algorithm = "sha256" if "sha256" in by_algorithm else min(by_algorithm)
    return " ".join([algorithm, *sorted(by_algorithm[algorithm])])


def are_other_indexes(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether two sides, each of ``source_of``, name indexes and other ones."""
    mine, theirs = set(left) - {""}, set(right) - {""}
    return bool(mine and theirs) and mine != theirs


def are_other_files(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether two sides, each of texts of ``digests_of``, have no file in common; not where one tells nothing."""
    mine, theirs = ({one for text in side for one in _named(text)} for side in (left, right))
    shared = {one[0] for one in mine} & {one[0] for one in theirs}
    return bool(shared) and not mine & theirs


def first_digest(texts: Iterable[str]) -> str:
    """``sha256:0123abcd`` of one file, for people; ``""`` for none."""
    named = sorted({one for text in texts for one in _named(text)})
    return ":".join(named[0]) if named else ""


def _named(digests: str) -> list[tuple[str, str]]:
    algorithm, *kept = digests.split(" ")
    return [(algorithm, one) for one in kept]
