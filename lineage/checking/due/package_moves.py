"""What is promised of one package, when two promises are the same, and how far a recorded package would move by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineage.dependencies.artifacts import are_other_files, are_other_indexes, first_digest
from lineage.dependencies.version_ranges import allows, distance, same_range, same_version
from lineage.model.declarations import Dependency
from lineage.portable.conda import CONDA
from lineage.portable.environment import EDITABLE, LOCAL, REPOSITORY, Package
from lineage.portable.names import step

_GIT = re.compile(
    r"(?P<kind>git|hg|svn|bzr)\+[a-z+]+://(?:[^@/]*@)?(?P<place>[^@#]*?)(?:\.git)?/?(?:@(?P<ref>[^#]*))?(?P<below>#.*)?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)


def is_same_source(left: str | None, right: str | None) -> bool | None:
    """Whether two origins, ``None`` for an index, give the same; ``None`` where nothing tells.

    How a repository is reached (ssh, https, a user) does not count; a branch or tag and a commit cannot be compared.
    """
    if left == right:
        return True
    if left is None or right is None:
        # What a directory of one machine holds has no identity: its version was compared.
        return None if (left or right) in (LOCAL, EDITABLE) else False
    if _is_local(left) and _is_local(right):
        return False if left.startswith("path:") and right.startswith("path:") else None
    return _same_repository(_GIT.fullmatch(left), _GIT.fullmatch(right))


def _is_local(origin: str) -> bool:
    return origin in (LOCAL, EDITABLE) or origin.startswith(("path:", REPOSITORY))


def _same_repository(left: re.Match[str] | None, right: re.Match[str] | None) -> bool | None:
    if left is None or right is None:
        return False
    if any(left[key] != right[key] for key in ("kind", "place", "below")):
        return False
    if left["ref"] == right["ref"]:
        return True
    commits = [_COMMIT.fullmatch(one["ref"] or "") for one in (left, right)]
    return False if all(commits) or not any(commits) else None


def is_other_commit(left: str | None, right: str | None) -> bool:
    """Whether two origins are one repository at another commit, branch or tag: what moved, no version tells."""
    sides = [_GIT.fullmatch(one or "") for one in (left, right)]
    one, other = sides
    return one is not None and other is not None and all(one[key] == other[key] for key in ("kind", "place", "below"))


def conda_build(origin: str | None) -> str | None:
    """The build string that a recorded origin of conda ends with; ``None`` for any other origin."""
    return origin.rpartition(":")[2] if (origin or "").startswith(f"{CONDA}:") and origin else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of one package."""

    state: str
    """``exact``; ``range``; ``absent``: a lock is there and lacks it; ``unnamed``: nothing speaks of it; ``aside``:
    it moved to a group that is not installed with the model; ``own``: it is a part of the repository; ``unknown``"""
    version: str | None = None
    specifier: str = ""
    origin: str | None = None
    label: str = ""
    source: str = ""
    digests: tuple[str, ...] = ()
    manager: str = "pypi"
    text: str | None = None
    """for people; of an unknown one all that is asked for"""
    where: str = ""
    group: str | None = None
    reason: str = ""
    """why it is unknown, or what of its rows could not be read"""
    mark: str = ""
    """of what could not be read, the rows of this package or parts of them; ``""`` where all could"""


def is_same_promise(left: Promise, right: Promise) -> bool:
    """Whether two promises ask for the same, whatever their place, group and spelling."""
    if left.state != right.state:
        return False
    if left.mark != right.mark and right.mark:
        return False  # what can be read again is judged by what it says
    if left.state in ("own", "unknown"):
        return left.text == right.text
    if (left.label, left.manager) != (right.label, right.manager) or not same_range(left.specifier, right.specifier):
        return False
    if is_other_build(left, right):
        return False
    if (left.version is None) != (right.version is None) or is_same_source(left.origin, right.origin) is not True:
        return False
    return left.version is None or right.version is None or same_version(left.version, right.version)


def is_other_build(left: Promise, right: Promise) -> bool:
    """Whether another index gives the very version, or no file of it is one that was there."""
    return are_other_indexes([left.source], [right.source]) or are_other_files(left.digests, right.digests)


Value = tuple[str, str, str, str]
"""(version or range, origin, label, marker): what makes two rows of a package the same"""


def value_of(row: Dependency) -> Value:
    """What a row promises, whatever its place, group and spelling."""
    return (row.version or row.specifier, row.origin or "", row.label, row.marker)


def are_same(left: Sequence[Dependency], right: Sequence[Dependency]) -> bool:
    """Whether the rows of a package promise the same on both sides, versions and ranges by their meaning."""
    mine, theirs = ({value_of(row) for row in side} for side in (left, right))
    if are_other_builds(left, right):
        return False
    if mine == theirs:
        return True
    if not left or not right:
        return False
    return all(any(_is_same(a, b) for b in right) for a in left) and all(
        any(_is_same(a, b) for a in left) for b in right
    )


def are_other_builds(left: Sequence[Dependency], right: Sequence[Dependency]) -> bool:
    """Whether other indexes give a package, or no file that the one side may install is one of the other's."""
    if are_other_indexes([one.source for one in left], [one.source for one in right]):
        return True
    return are_other_files([one.digests for one in left], [one.digests for one in right])


def _is_same(left: Dependency, right: Dependency) -> bool:
    if value_of(left)[1:] != value_of(right)[1:]:
        return False
    if left.version and right.version:
        return same_version(left.version, right.version)
    return not left.version and not right.version and same_range(left.specifier, right.specifier)


ALLOWED = "allowed"
"""The range still holds what was recorded: whether another version will be installed, nobody can tell here."""


class Move(NamedTuple):
    """From the recorded package to what is promised."""

    step: str
    """one of ``names.STEPS``, ``added``, ``removed``, ``unknown`` or ``ALLOWED``"""
    observed: str | None
    message: str
    """``numpy 1.26.4 → 2.0.1 (major)``, or why it cannot be told"""


def move(package: Package, promise: Promise, earlier: Promise | None) -> Move:
    """``earlier`` is what was promised at the capture, ``None`` where that is not known.

    What could be read decides, and what could not where that says that nothing moved.
    """
    found = _move(package, promise, earlier)
    if found.step not in ("none", ALLOWED) or earlier is None or promise.mark in ("", earlier.mark):
        return found
    return Move("unknown", None, promise.reason)


def _move(package: Package, promise: Promise, earlier: Promise | None) -> Move:
    if promise.state == "unknown":
        return Move("unknown", promise.text, promise.reason)
    if promise.state in ("absent", "unnamed"):
        return _moved(package, "removed", None)
    if promise.state == "aside":
        gone = _moved(package, "removed", None)
        return gone._replace(message=f"{gone.message}, only of the group {promise.group} now")
    if promise.state == "own":
        return _moved(package, "build", f"{promise.text or 'a part of the repository'}")
    if promise.state == "range":
        return _to_range(package, promise)
    moved = "none" if promise.version is None else step(package.version, promise.version)
    if moved != "none":
        return _moved(package, moved, promise.version if promise.origin is None else _shown(promise))
    same = _same_source(package, promise, earlier)
    if same is None:
        reason = f"{package.name} {package.version} came from {package.origin or 'an index'}"
        return Move("unknown", promise.text, f"{reason}, which cannot be compared with {promise.text}")
    then = earlier.origin if earlier is not None and earlier.state == "exact" else package.origin
    other = "unknown" if is_other_commit(then, promise.origin) else "build"
    return _moved(package, "none" if same else other, _shown(promise, earlier))


def _to_range(package: Package, promise: Promise) -> Move:
    allowed = allows(promise.specifier, package.version)
    if allowed is None:
        reason = f"{promise.where} allows {promise.text}, which cannot be compared with {package.version}"
        return Move("unknown", promise.text, reason)
    if allowed:
        shown = f"{package.name} {package.version} → {promise.text} (still allowed)"
        return Move(ALLOWED, promise.text, shown)
    return _moved(package, distance(promise.specifier, package.version), promise.text)


def _same_source(package: Package, promise: Promise, earlier: Promise | None) -> bool | None:
    """Whether what is promised of this version has the source of what was recorded; ``None`` where nothing tells.

    Where the capture's promise is known it is the one that is compared: a recorded commit is no promised branch.
    """
    is_told = earlier is not None and earlier.state == "exact"
    if earlier is not None and is_told and is_other_build(earlier, promise):
        return False if promise.version is not None else None
    build = conda_build(package.origin)
    if build is not None and promise.manager == "conda" and promise.origin is None:
        return promise.label in ("", build)
    if earlier is not None and is_told and earlier.label != promise.label:
        return False
    recorded = _as_recorded(package, promise, earlier)
    if recorded or earlier is None or not is_told:
        return recorded
    return earlier.manager == promise.manager and is_same_source(earlier.origin, promise.origin)


def _as_recorded(package: Package, promise: Promise, earlier: Promise | None) -> bool | None:
    if conda_build(package.origin) is not None:
        return promise.origin is None and (earlier is None or earlier.manager == promise.manager)
    if package.origin in (LOCAL, EDITABLE) or promise.origin == LOCAL:
        # What one machine held has no identity beyond its version.
        return True if promise.version is not None or promise.origin is None else None
    return is_same_source(package.origin, promise.origin)


def _shown(promise: Promise, earlier: Promise | None = None) -> str:
    if promise.version is None:
        return promise.origin or ""
    source = promise.origin or promise.source or ("conda" if promise.manager == "conda" else "from an index")
    label = f"={promise.label}" if promise.label else ""
    if earlier is not None and are_other_files(earlier.digests, promise.digests):
        source += f", other files: {first_digest(promise.digests)}"
    return f"{promise.version}{label} ({source})"


def _moved(package: Package, moved: str, observed: str | None) -> Move:
    return Move(moved, observed, f"{package.name} {package.version} → {observed or 'nothing'} ({moved})")
