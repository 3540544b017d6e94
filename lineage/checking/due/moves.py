"""How far a recorded package would move by what is promised of it now."""

from typing import NamedTuple

from lineage.checking.due.promise import Promise
from lineage.checking.due.same_source import conda_build, is_same_source
from lineage.dependencies.version_ranges import allows, distance
from lineage.portable.environment import EDITABLE, LOCAL, Package
from lineage.portable.names import step

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
    """``earlier`` is what was promised at the capture, ``None`` where that is not known."""
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
    return _moved(package, "none" if same else "build", _shown(promise))


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
    build = conda_build(package.origin)
    if build is not None and promise.manager == "conda" and promise.origin is None:
        return promise.label in ("", build)
    is_told = earlier is not None and earlier.state == "exact"
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


def _shown(promise: Promise) -> str:
    if promise.version is None:
        return promise.origin or ""
    source = promise.origin or ("conda" if promise.manager == "conda" else "from an index")
    label = f"={promise.label}" if promise.label else ""
    return f"{promise.version}{label} ({source})"


def _moved(package: Package, moved: str, observed: str | None) -> Move:
    return Move(moved, observed, f"{package.name} {package.version} → {observed or 'nothing'} ({moved})")
