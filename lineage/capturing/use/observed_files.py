"""What the files of a machine tell of a run: libraries from elsewhere, packages that changed meanwhile."""

import contextlib
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from lineage.capturing.use.evidence import Evidence
from lineage.capturing.use.foreign_libraries import family_of, foreign_problems
from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Package, Problem

ELSEWHERE = "package.loaded-from-elsewhere"
CHANGED = "environment.changed-during-run"
_CLOCK_S = 0.001
"""How exactly a process tells when it began."""
_METADATA = ("METADATA", "RECORD", "PKG-INFO")


def library_problems(
    evidence: Evidence, distributions: Sequence[Distribution], details: Sequence[Installed], prefixes: Sequence[str]
) -> tuple[Problem, ...]:
    """The mapped libraries of known families that neither a distribution nor conda installed.

    ``details`` are those of ``distributions``; ``prefixes`` are the environment's absolute path, and that of
    its base.
    """
    wanted = {os.path.realpath(path) for path in evidence.libraries if family_of(path) is not None}
    if not wanted:
        return ()
    owned = {
        os.path.realpath(os.path.join(one.path, file))  # noqa: PTH118
        for one, detail in zip(distributions, details, strict=True)
        for file in detail.files
        if ".so" in file and family_of(file) is not None
    }
    foreign = wanted - owned - _unlisted(wanted, distributions, details)
    for prefix in prefixes:
        foreign -= _of_conda(foreign, prefix)
    return foreign_problems(foreign, [one.package for one in distributions])


def elsewhere_problems(
    evidence: Evidence,
    distributions: Sequence[Distribution],
    details: Sequence[Installed],
    packages: Sequence[Package],
    base: str,
) -> tuple[Problem, ...]:
    """The packages that were not loaded from their own files, but from a file of no distribution.

    ``packages`` are those of ``distributions`` with use and modules; ``base`` is where the standard library lies.
    """
    placed = list(zip(distributions, details, packages, strict=True))
    owned = {f"{one.path}/{file}" for one, detail, _ in placed for file in detail.files}
    strange = [path for path in sorted(evidence.files - owned) if not path.startswith(f"{base}{os.sep}lib")]
    found = []
    for one, detail, package in placed:
        own = {f"{one.path}/{file}" for file in detail.files}
        if package.use == "present" or one.source is not None or not own or not own.isdisjoint(evidence.files):
            continue
        front = next((path for name in package.modules for path in strange if _gives(path, name)), None)
        if front is not None:
            said = f"was loaded from {_ending(front)} of no distribution: what is recorded is not what ran"
            found.append(Problem(ELSEWHERE, f"package:{package.name}", said))
    return tuple(found)


def _gives(path: str, module: str) -> bool:
    """Whether a file is a top-level module, by its name."""
    *_, folder, name = ("", *Path(path).parts)
    return (folder if name.partition(".")[0] == "__init__" else name.partition(".")[0]) == module


def _ending(path: str) -> str:
    """As much of a path as tells no machine."""
    *_, folder, name = ("", *Path(path).parts)
    return f"{folder}/{name}" if name.startswith("__init__.") else name


def _unlisted(paths: Iterable[str], distributions: Sequence[Distribution], details: Sequence[Installed]) -> set[str]:
    """Those that may be of a distribution which does not say what it installed: beside it, or in its own source."""
    silent = [
        one.path
        for one, detail in zip(distributions, details, strict=True)
        if not detail.files and one.info.lower().endswith("-info")
    ]
    places = {os.path.realpath(place) + os.sep for place in (*silent, *(one.source for one in distributions)) if place}
    return {path for path in paths if any(path.startswith(place) for place in places)}


def _of_conda(paths: Iterable[str], prefix: str) -> set[str]:
    """Those that a record of conda lists, as ``lib/libmkl_rt.so.2``, links not followed."""
    top = os.path.realpath(prefix) + os.sep
    below = {path: f'"{path[len(top) :]}"' for path in paths if path.startswith(top)}
    texts = []
    for record in Path(prefix, "conda-meta").glob("*.json") if below else ():
        with contextlib.suppress(OSError):  # one that cannot be read is named by the observation already
            texts.append(record.read_text("utf-8", "replace"))
    return {path for path, listed in below.items() if any(listed in text for text in texts)}


def changed_problems(
    evidence: Evidence, distributions: Sequence[Distribution], packages: Sequence[Package]
) -> tuple[Problem, ...]:
    """The distributions that matter and were installed or changed after the run began, by their change times."""
    if not evidence.since:
        return ()
    matter = {one.name for one in packages if one.use != "present"}
    detail = "was installed or changed during the run: what is recorded may not be what was loaded"
    return tuple(
        Problem(CHANGED, f"package:{one.package.name}", detail)
        for one in distributions
        if one.package.name in matter and _last_change(one.info) > evidence.since + _CLOCK_S
    )


def _last_change(info: str) -> float:
    """When the metadata changed last, in seconds since 1970; 0 where it is gone.

    A file that is linked from elsewhere too tells nothing: uv links its cache, so that an install into another
    environment moves it. The directory tells: a reinstall makes it anew.
    """
    found = 0.0
    for path in (info, *(f"{info}/{name}" for name in _METADATA)):
        try:
            seen = os.lstat(path)
        except OSError:
            continue
        if stat.S_ISDIR(seen.st_mode) or seen.st_nlink == 1:
            found = max(found, seen.st_ctime)
    return found
