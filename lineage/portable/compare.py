"""Recorded against observed: every difference as a value, everything that could not be told as an unknown.

Rules:

1. Nothing here decides whether a difference is tolerable; ``judge`` does.
2. What is equal is counted, with the means by which it was found equal.
3. Packages are compared by the strongest identity both sides know: record, artifact, origin, version. Records
   and artifacts only between equal wheel tags: other builds of a version are not comparable.
4. ``None`` on either side is an unknown, never equal.
"""

import re
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from lineage.portable.environment import (
    EDITABLE,
    LOCAL,
    REPOSITORY,
    Environment,
    Observation,
    Package,
    Platform,
    Unknown,
)
from lineage.portable.names import step

_COMMIT = re.compile(r"(?:git|hg|svn|bzr)\+.*", re.DOTALL)
"""An origin that names a commit."""

IDENTITIES = ("record", "artifact", "origin", "version")


class Change(NamedTuple):
    """One difference. ``recorded`` and ``observed`` are texts for people, ``None`` where there is nothing."""

    subject: str
    """``package:NAME``, ``python``, ``python:implementation``, ``platform:FIELD``, ``weights:PATH``, …"""
    code: str
    """which rule judges it, see ``judge.RULES``"""
    recorded: Optional[str]
    observed: Optional[str]
    step: str
    """one of ``names.STEPS``, or ``added``, ``removed``, ``unknown``"""
    use: Optional[str] = None
    """of a package: one of ``USES``"""
    detail: str = ""


class Comparison(NamedTuple):
    """All that a comparison found."""

    changes: Tuple[Change, ...] = ()
    unknown: Tuple[Unknown, ...] = ()
    counted: Tuple[Tuple[str, int], ...] = ()
    """how many packages were compared by each of ``IDENTITIES``"""
    incomparable: int = 0
    """packages of the same version whose builds are for different platforms or Pythons"""
    checked: Tuple[Tuple[str, Any], ...] = ()
    """(field of ``model.report.Checked``, value): how deep it looked, beside packages"""


def combine(*comparisons: Comparison) -> Comparison:
    """All that several comparisons found, as one."""
    counted: Dict[str, int] = {}
    for one in comparisons:
        for key, number in one.counted:
            counted[key] = counted.get(key, 0) + number
    return Comparison(
        tuple(change for one in comparisons for change in one.changes),
        tuple(unknown for one in comparisons for unknown in one.unknown),
        tuple(sorted(counted.items())),
        sum(one.incomparable for one in comparisons),
        tuple(looked for one in comparisons for looked in one.checked),
    )


def every_name(name: str) -> bool:
    """Identify everything."""
    return True


def compare(recorded: Environment, observed: Observation, identified: Callable[[str], bool] = every_name) -> Comparison:
    """The differences between a recorded environment and what was observed of a target.

    ``identified`` tells whose identities were asked for when the target was observed: the other packages are
    compared by version alone.
    """
    target = observed.environment
    interpreter = _compare_interpreter(recorded, target)
    platform = _compare_platform(recorded.platform, target.platform)
    accelerator = _compare_accelerator(dict(recorded.accelerator), dict(target.accelerator))
    packages = _compare_packages(recorded, observed, identified)
    uses = {package.name: package.use for package in recorded.packages}
    variables = _compare_variables(recorded, observed)
    unseen = Comparison(unknown=tuple(_with_use(one, uses) for one in observed.unknown))
    return combine(interpreter, platform, accelerator, variables, packages, unseen)


def _with_use(unknown: Unknown, uses: Mapping[str, str]) -> Unknown:
    kind, _, name = unknown.subject.partition(":")
    return unknown._replace(use=uses.get(name, "extra")) if kind == "package" else unknown


def _known(subject: str, recorded: Optional[str], observed: Optional[str]) -> Tuple[Unknown, ...]:
    if recorded is None:
        return (Unknown(subject, "the manifest does not record it"),)
    if observed is None:
        return (Unknown(subject, "the target does not tell"),)
    return ()


def _compare_interpreter(recorded: Environment, observed: Environment) -> Comparison:
    changes: List[Change] = []
    unknown: List[Unknown] = []
    left, right = recorded.python, observed.python
    unknown.extend(_known("python", left, right))
    moved = "unknown"
    if left is not None and right is not None:
        moved = step(left, right)
        if left != right:
            changes.append(Change("python", "python-version", left, right, moved))
    left, right = recorded.implementation, observed.implementation
    unknown.extend(_known("python:implementation", left, right))
    if left is not None and right is not None and left != right:
        changes.append(Change("python:implementation", "python-implementation", left, right, "major"))
    elif moved in ("none", "build", "patch"):
        left, right = _abi(recorded.abi), _abi(observed.abi)
        if left is None and right is not None:
            unknown.append(Unknown("python:abi", "the manifest does not record it"))
        elif left is not None and right is not None and left != right:
            changes.append(Change("python:abi", "python-abi", left, right, "major"))
    return Comparison(tuple(changes), tuple(unknown))


def _abi(soabi: Optional[str]) -> Optional[str]:
    """Implementation, version and build flags; the platform behind them is judged by its own fields."""
    return None if soabi is None else "-".join(soabi.split("-")[:2])


def _compare_platform(recorded: Platform, observed: Platform) -> Comparison:
    changes: List[Change] = []
    unknown: List[Unknown] = []
    for field in ("os", "machine", "libc"):
        left, right = getattr(recorded, field), getattr(observed, field)
        subject = "platform:" + field
        if field == "libc" and left is None and recorded.os != "linux":
            continue
        unknown.extend(_known(subject, left, right))
        if left is None or right is None or left == right:
            continue
        if field == "libc" and _libc_suffices(left, right):
            changes.append(Change(subject, "platform-libc-newer", left, right, "build"))
        else:
            changes.append(Change(subject, "platform-" + field, left, right, "major"))
    return Comparison(tuple(changes), tuple(unknown))


def _libc_suffices(recorded: str, observed: str) -> bool:
    """Same family and not older than recorded: wheels built for the older one load on the newer."""
    left_family, _, left = recorded.partition(" ")
    right_family, _, right = observed.partition(" ")
    if left_family != right_family:
        return False
    try:
        return [int(part) for part in right.split(".")] >= [int(part) for part in left.split(".")]
    except ValueError:
        return False


def _compare_accelerator(recorded: Dict[str, str], observed: Dict[str, str]) -> Comparison:
    changes: List[Change] = []
    unknown: List[Unknown] = []
    for field in sorted(set(recorded) | set(observed)):
        left, right = recorded.get(field), observed.get(field)
        if left is not None and right is None:
            unknown.append(Unknown("accelerator:" + field, "the target shows none"))
        elif left != right:
            changes.append(Change("accelerator:" + field, "accelerator", left, right, "major"))
    return Comparison(tuple(changes), tuple(unknown))


def knows_variables(observed: Observation) -> bool:
    """Whether a target tells what its processes are given when they start; files do not."""
    return observed.kind in ("python", "manifest")


def _compare_variables(recorded: Environment, observed: Observation) -> Comparison:
    if not knows_variables(observed):
        return Comparison()
    left, right = dict(recorded.variables), dict(observed.environment.variables)
    changes = []
    for name in sorted(name for name in set(left) | set(right) if left.get(name) != right.get(name)):
        moved = "added" if name not in left else "removed" if name not in right else "unknown"
        changes.append(Change("variable:" + name, "variable", left.get(name), right.get(name), moved))
    return Comparison(tuple(changes))


def _compare_packages(recorded: Environment, observed: Observation, identified: Callable[[str], bool]) -> Comparison:
    seen = {package.name: package for package in observed.environment.packages}
    # What a lock names without an exact version is not absent; among installed files it would have been seen.
    unseen = {one.subject for one in observed.unknown}
    named = set() if observed.installed else unseen
    changes: List[Change] = []
    unknown: List[Unknown] = []
    counted = dict.fromkeys(IDENTITIES, 0)
    incomparable = 0
    same_platform = _same_platform(recorded, observed.environment)
    for package in recorded.packages:
        subject = "package:" + package.name
        other = seen.pop(package.name, None)
        if other is None:
            if subject not in named:
                changes.append(Change(subject, "package-absent", package.version, None, "removed", package.use))
            continue
        if identified(package.name):
            pair = _compare_package(package, other, same_platform, observed.installed)
        else:
            pair = _compare_version(package, other)
        if pair.by is None and subject in unseen:
            continue  # why it could not be identified stands there
        if pair.by is None:
            unknown.append(Unknown(subject, pair.reason, use=package.use))
        else:
            counted[pair.by] += 1
        if pair.change is not None:
            changes.append(pair.change)
        incomparable += pair.incomparable
    for package in seen.values():
        changes.append(Change("package:" + package.name, "package-extra", None, package.version, "added"))
    found = tuple(sorted((key, number) for key, number in counted.items() if number))
    return Comparison(tuple(changes), tuple(unknown), found, incomparable)


def _same_platform(left: Environment, right: Environment) -> bool:
    """Whether both would choose the same wheels: then another tag is another build."""
    pythons = [".".join((side.python or "").split(".")[:2]) for side in (left, right)]
    return left.platform == right.platform and pythons[0] == pythons[1]


class _Pair(NamedTuple):
    by: Optional[str]
    """the identity both were compared by; ``None`` when they could not be"""
    change: Optional[Change] = None
    reason: str = ""
    incomparable: bool = False


def _compare_package(recorded: Package, observed: Package, same_platform: bool, installed: bool) -> _Pair:
    by_version = _compare_version(recorded, observed)
    if by_version.change is not None:
        return by_version
    if (recorded.origin or "").startswith(REPOSITORY):
        return _Pair("version")
    origins = (recorded.origin, observed.origin)
    if EDITABLE in origins:
        return _Pair(None, reason="an editable install has no identity beyond its version")
    tags = (recorded.tag, observed.tag)
    if None not in tags and tags[0] != tags[1]:
        if same_platform:
            return _Pair("version", _build(recorded, str(tags[0]), str(tags[1]), "tag"))
        return _Pair("version", incomparable=True)
    for by in ("record", "artifact"):
        left, right = getattr(recorded, by), getattr(observed, by)
        if left is not None and right is not None:
            return _Pair(by, None if left == right else _build(recorded, left, right, by, _moved(origins)))
        if by == "record" and left is not None and installed:
            return _Pair(None, reason="the target has no RECORD of what is installed")
    if recorded.origin is not None and observed.origin is not None and LOCAL not in origins:
        same = recorded.origin == observed.origin
        change = _build(recorded, recorded.origin, observed.origin, "origin", _moved(origins))
        return _Pair("origin", None if same else change)
    return _Pair("version")


def _moved(origins: Tuple[Optional[str], Optional[str]]) -> str:
    """The step between two builds of one version: what another commit holds, no version tells."""
    commits = [_COMMIT.fullmatch(one or "") for one in origins]
    return "unknown" if all(commits) and origins[0] != origins[1] else "build"


def _compare_version(recorded: Package, observed: Package) -> _Pair:
    moved = step(recorded.version, observed.version)
    if moved == "none":
        return _Pair("version")
    return _Pair("version", _change(recorded, "package-version", recorded.version, observed.version, moved))


def _change(package: Package, code: str, recorded: str, observed: str, moved: str, detail: str = "") -> Change:
    return Change("package:" + package.name, code, recorded, observed, moved, package.use, detail)


def _build(package: Package, recorded: str, observed: str, by: str, moved: str = "build") -> Change:
    detail = "another build of {}, by its {}".format(package.version, by)
    if by in ("record", "artifact"):
        recorded, observed = ("{}#{}".format(package.version, text[7:19]) for text in (recorded, observed))
    return _change(package, "package-build", recorded, observed, moved, detail)
