"""What the RECORDs of a target ask for: which file of which package should have which digest; and its ``sys.path``.

A row that leads out of the environment is never opened. Where nothing can be proven that is unknown, of the packages
whose exactness is asked: of the others nothing would follow from it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Unknown
from lineage.portable.identity import check_rows, is_content
from lineage.portable.integrity import RecordRow, is_below, is_compiled, is_distributors, is_script, place_of, read_rows
from lineage.portable.names import canonical_name
from lineage.portable.tree import FileTree, Unreadable
from lineage.portable.unowned_files import Owners, module_of
from lineage.targets.rooted_tree import RootedTree
from lineage.targets.source import Examination

SITE, STANDARD, OTHER = "site", "standard", "other"

_NAMES = ("site-packages", "dist-packages")
_STANDARD = re.compile(r"lib(?:64)?/(?:python|pypy)[0-9.]+t?(?:/lib-dynload|\.zip)?|Lib|DLLs")

Exact = Callable[[str], bool]
"""Of which canonical names a difference would matter."""


class FileJob(NamedTuple):
    """One file to look at."""

    package: str
    path: str
    """absolute"""
    name: str
    """as reports write it"""
    row: RecordRow | None
    """``None`` for a file that no RECORD owns"""


@dataclass(slots=True, kw_only=True)
class RecordedFiles:
    """What all RECORDs together say."""

    uses: Mapping[str, str]
    """recorded use by package"""
    exact: Exact
    owners: Owners = field(default_factory=Owners)
    jobs: list[FileJob] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)
    """absolute paths, without suffix, of the modules of packages that have no RECORD"""
    distributors: set[str] = field(default_factory=set)
    """packages whose files Debian changes"""
    conda: set[str] = field(default_factory=set)
    """packages that conda installed, and that the manifest records as conda's"""
    unknown: set[Unknown] = field(default_factory=set)

    def use_of(self, name: str) -> str:
        return self.uses.get(name, "extra")

    def not_verifiable(self, name: str, reason: str) -> None:
        """Note what cannot be proven of a package, where that matters."""
        if self.exact(name):
            self.unknown.add(Unknown(f"package:{name}", f"not verifiable: {reason}", use=self.use_of(name)))


def read_records(
    target: Examination,
    disk: RootedTree,
    prefix: str,
    uses: Mapping[str, str],
    exact: Exact,
    conda: Collection[str] = (),
) -> RecordedFiles:
    """The files to look at, distribution by distribution; ``prefix`` is that of the environment, links followed.

    ``conda`` are the packages that the manifest records as conda's.
    """
    found = RecordedFiles(uses=uses, exact=exact)
    for one in target.distributions:
        base = disk.resolve_if_any(one.path)
        try:
            rows = _rows(target.tree, one.info)
        except (Unreadable, ValueError) as error:
            found.not_verifiable(one.package.name, f"RECORD: {error}")
            continue
        if base is None or not rows:
            found.claimed.update(f"{base}/{module}" for module in _top_level(target.tree, one))
            found.not_verifiable(one.package.name, "no RECORD")
            continue
        if is_distributors(base):
            found.distributors.add(one.package.name)
        if one.package.name in conda and (one.package.origin or "").startswith("conda:"):
            found.conda.add(one.package.name)
        _add(found, one.package.name, base, prefix, rows)
    _add_hidden(target, disk, found.owners)
    return found


def _rows(tree: FileTree, info: str) -> list[RecordRow]:
    record = tree.read(info + "/RECORD") if info.endswith(".dist-info") else None
    if record is None:
        return []
    check_rows(record)
    return read_rows(record)


def _add(found: RecordedFiles, name: str, base: str, prefix: str, rows: list[RecordRow]) -> None:
    unproven = None
    before = len(found.jobs)
    for row in rows:
        place = place_of(base, row.path)
        if is_content(row.path):
            found.owners.add(place, name)
        elif is_below(place, base) and row.path.startswith((".", "/")):
            found.not_verifiable(name, f"RECORD lists {row.path}, which leads out of its directory and back")
            continue
        if is_below(place, base):
            if is_compiled(place):
                continue
            if row.digest:
                found.jobs.append(FileJob(name, place, row.path, row))
            elif not place.endswith(".pyc") and module_of(place.rpartition("/")[2]):
                unproven = unproven or row.path
        elif row.digest and is_below(place, prefix) and not is_script(place, prefix):
            found.jobs.append(FileJob(name, place, row.path, row))
    content = [row for row in rows if is_content(row.path)]
    if content and not any(is_content(job.name) for job in found.jobs[before:]):
        found.not_verifiable(name, "none of the files that its RECORD lists can be checked")
    if unproven is not None:
        found.not_verifiable(name, f"RECORD has no hash that proves anything of {unproven}")


def _top_level(tree: FileTree, one: Distribution) -> Iterator[str]:
    """The modules of a package without a RECORD: as it says itself, and by its name."""
    try:
        written = tree.read(one.info + "/top_level.txt") or b""
    except Unreadable:
        written = b""
    yield from filter(None, (line.strip() for line in written.decode("utf-8", "replace").splitlines()))
    yield one.package.name.replace("-", "_")


def _add_hidden(target: Examination, disk: RootedTree, owners: Owners) -> None:
    """Packages that others stand in front of own their files too."""
    known = {one.info for one in target.distributions}
    for path in target.paths:
        try:
            infos = [f"{path}/{name}" for name in target.tree.names(path) if name.endswith(".dist-info")]
        except (OSError, Unreadable):
            continue
        for info in infos:
            name = info.rpartition("/")[2]
            base = None if info in known or name.startswith("~") else disk.resolve_if_any(path)
            if base is None:
                continue
            try:
                rows = _rows(target.tree, info)
            except (Unreadable, ValueError):
                continue
            for row in filter(lambda row: is_content(row.path), rows):
                owners.add(place_of(base, row.path), canonical_name(name.partition("-")[0]))


class PathEntry(NamedTuple):
    """One entry of ``sys.path``."""

    path: str
    """absolute, links followed"""
    kind: str
    """``SITE``: packages are installed there; ``STANDARD``: the standard library; ``OTHER``: code of its own"""


def read_entries(target: Examination, disk: RootedTree) -> tuple[PathEntry, ...]:
    """Each directory once, in the order of ``sys.path``."""
    base = disk.resolve_if_any(target.base)
    recorded = {one.path for one in target.distributions if one.info.endswith(".dist-info")}
    entries: dict[str, PathEntry] = {}
    for path in target.paths:
        real = disk.resolve_if_any(path)
        if real is not None:
            kind = SITE if path.rpartition("/")[2] in _NAMES or path in recorded else OTHER
            if base is not None and is_below(real, base) and _STANDARD.fullmatch(real[len(base) :].lstrip("/")):
                kind = STANDARD
            entries.setdefault(real, PathEntry(real, kind))
    return tuple(entries.values())
