"""Every installed file of a target against the RECORD that owns it, in parallel; and what no RECORD owns.

Findings come in one order, whatever thread was first. The digests are those of the target's files as they are loaded:
where an installer put links to a cache of its own, of what they lead to.
"""

import json
import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from lineage.portable.compare import Comparison
from lineage.portable.conda import CONDA
from lineage.portable.environment import REPOSITORY
from lineage.portable.integrity import (
    CACHE_HEADER,
    UNCHECKED,
    UNOWNED,
    FileDifference,
    changed,
    is_below,
    is_unchecked_cache,
    linked,
    package_changes,
    replaced,
    short,
)
from lineage.portable.tree import FileTree, Unreadable
from lineage.portable.unowned_files import bounded
from lineage.system.hashing import Advance
from lineage.targets.rooted_tree import RootedTree, Seen
from lineage.targets.source import Examination
from lineage.verifying.installed_records import Exact, FileJob, RecordedFiles, read_entries, read_records
from lineage.verifying.unowned_search import find_unowned
from lineage.verifying.verify import Comparator, Inquiry

_CHUNK = 128
"""files that one thread takes at once"""


class InstalledFiles(Comparator):
    """``--deep``. What the model's own repository provides is code, and judged as files of its own."""

    examines = True

    def compare(self, asked: Inquiry) -> Comparison:
        packages = asked.manifest.environment.packages
        own = {package.name for package in packages if (package.origin or "").startswith(REPOSITORY)}
        uses = {package.name: package.use for package in packages}
        if asked.examination is None:
            raise AssertionError("verify examines the target for a comparator that asks for it")
        exact: Exact = lambda name: asked.is_judged(name) and name not in own  # noqa: E731
        conda = {one.name for one in packages if (one.origin or "").startswith(f"{CONDA}:")}
        return compare_files(asked.examination, uses, exact, asked.advance, conda)


def compare_files(
    target: Examination,
    uses: Mapping[str, str],
    exact: Exact,
    advance: Advance | None = None,
    recorded_as_conda: Collection[str] = (),
) -> Comparison:
    """``uses`` are the recorded uses by package; ``exact`` tells of which packages a difference would matter."""
    disk = RootedTree(target.root)
    written = target.prefix[len(target.root) :]
    prefix = disk.resolve_if_any(written) or written
    recorded = read_records(target, disk, prefix, uses, exact, recorded_as_conda)
    entries = read_entries(target, disk)
    unowned = find_unowned(target, disk, entries, recorded)
    inside = (prefix, *(entry.path for entry in entries))
    differences = _unchecked_caches(disk, recorded)
    conda: dict[str, str] | None = None
    hashed, looked = _look_at_all(disk, [*recorded.jobs, *unowned.jobs], frozenset(unowned.links), advance)
    for job, seen in looked:
        if seen.error:
            recorded.not_verifiable(job.package, f"{job.name} cannot be read: {seen.error}")
            continue
        if job.package in recorded.conda and seen.digest:
            conda = conda_digests(target.tree, written) if conda is None else conda
            if conda.get(job.path[len(prefix) + 1 :]) == seen.digest:
                continue
        found = _difference(job, seen, inside)
        if found is not None:
            differences.setdefault(job.package, []).append(found)
    changes = bounded(unowned.changes)
    for name, ones in sorted(differences.items()):
        if name in recorded.distributors:
            recorded.not_verifiable(name, f"Debian changes files after their RECORD is written: {min(ones).path}")
        else:
            changes += package_changes(name, recorded.use_of(name), ones)
    doubts = tuple(sorted(recorded.unknown | unowned.unknown, key=str))
    return Comparison(tuple(changes), doubts, checked=(("installed", hashed),))


def _unchecked_caches(disk: RootedTree, recorded: RecordedFiles) -> dict[str, list[FileDifference]]:
    """Of packages whose exactness is asked: caches that Python takes without a look at their source (PEP 552)."""
    found: dict[str, list[FileDifference]] = {}
    sources: dict[str, dict[str, FileJob]] = {}
    for job in recorded.jobs:
        directory, _, name = job.path.rpartition("/")
        if name.endswith(".py") and recorded.exact(job.package):
            sources.setdefault(directory, {})[name[:-3]] = job
    for directory, jobs in sources.items():
        for name in disk.names_if_any(f"{directory}/__pycache__"):
            source = jobs.get(name.partition(".")[0]) if name.endswith(".pyc") else None
            path = f"{directory}/__pycache__/{name}"
            if source is not None and is_unchecked_cache(disk.read_start_if_any(path, CACHE_HEADER)):
                shown = f"{source.name.rpartition('/')[0]}/__pycache__/{name}".lstrip("/")
                found.setdefault(source.package, []).append(FileDifference(shown, UNCHECKED, None, "a cache"))
    return found


def _difference(job: FileJob, seen: Seen, inside: tuple[str, ...]) -> FileDifference | None:
    if job.row is None:
        return FileDifference(job.name, UNOWNED, None, short(seen.digest) or seen.kind)
    if not seen.digest:
        return replaced(job.name, job.row, seen.kind)
    if seen.digest != job.row.digest:
        return changed(job.name, job.row, seen.digest)
    leads_out = seen.target is not None and not any(is_below(seen.target, place) for place in inside)
    return linked(job.name, job.row) if leads_out else None


def _look_at_all(
    disk: RootedTree, jobs: list[FileJob], links: frozenset[str], advance: Advance | None
) -> tuple[int, list[tuple[FileJob, Seen]]]:
    """How many files were hashed, and in the order of the jobs those that are not simply what was recorded."""

    def look(chunk: list[FileJob]) -> tuple[int, list[tuple[FileJob, Seen]]]:
        hashed, results = 0, []
        for job in chunk:
            through = any(is_below(job.path, link) for link in links)
            seen = disk.look(job.path, job.row.algorithm if job.row else "sha256", advance, linked=through)
            hashed += bool(seen.digest)
            if job.row is None or seen.digest != job.row.digest or seen.target is not None:
                results.append((job, seen))
        return hashed, results

    number, all_results = 0, []
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        for hashed, results in pool.map(look, (jobs[i : i + _CHUNK] for i in range(0, len(jobs), _CHUNK))):
            number += hashed
            all_results += results
    return number, all_results


def conda_digests(tree: FileTree, prefix: str) -> dict[str, str]:
    """Path below the prefix → SHA-256 in hexadecimal, of the files into which conda writes the prefix.

    Empty where conda installed nothing. Broken records are left out: then the difference stands.
    """
    found: dict[str, str] = {}
    try:
        names = [name for name in tree.names(f"{prefix}/conda-meta") if name.endswith(".json")]
    except (OSError, Unreadable):
        return found
    for name in names:
        try:
            document = json.loads(tree.read(f"{prefix}/conda-meta/{name}") or b"")
            for one in document["paths_data"]["paths"]:
                if one.get("prefix_placeholder"):
                    found[str(one["_path"])] = str(one.get("sha256_in_prefix") or "")
        except (Unreadable, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue
    return found
