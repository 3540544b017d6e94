"""The entries of a target's ``sys.path``, and what each one is for."""

import re
from typing import NamedTuple

from lineage.portable.integrity import is_below
from lineage.targets.source import Examination
from lineage.verifying.deep_files import InstalledFiles

SITE, STANDARD, OTHER = "site", "standard", "other"

_NAMES = ("site-packages", "dist-packages")
_STANDARD = re.compile(r"lib(?:64)?/(?:python|pypy)[0-9.]+t?(?:/lib-dynload|\.zip)?|Lib|DLLs")


class Entry(NamedTuple):
    """One entry of ``sys.path``."""

    path: str
    """absolute, links followed"""
    kind: str
    """``SITE``: packages are installed there; ``STANDARD``: the standard library; ``OTHER``: code of its own"""


def read_entries(target: Examination, disk: InstalledFiles) -> tuple[Entry, ...]:
    """Each directory once, in the order of ``sys.path``."""
    base = disk.resolve(target.base)
    recorded = {one.path for one in target.distributions if one.info.endswith(".dist-info")}
    entries: dict[str, Entry] = {}
    for path in target.paths:
        real = disk.resolve(path)
        if real is not None:
            kind = SITE if path.rpartition("/")[2] in _NAMES or path in recorded else OTHER
            if base is not None and is_below(real, base) and _STANDARD.fullmatch(real[len(base) :].lstrip("/")):
                kind = STANDARD
            entries.setdefault(real, Entry(real, kind))
    return tuple(entries.values())
