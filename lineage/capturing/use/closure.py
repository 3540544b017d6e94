"""What the packages that a model uses pull in, as their own metadata says."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion

from lineage.model.installed import Installed
from lineage.portable.environment import Problem
from lineage.portable.names import canonical_name

_LEADING_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_VARIABLES = re.compile(
    r"\b(?:os_name|sys_platform|platform_(?:machine|python_implementation|release|system|version)"
    r"|python_(?:full_)?version|implementation_(?:name|version))\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What is required, directly and through others."""

    parents: tuple[tuple[str, str], ...] = ()
    """(name, the name that requires it), sorted; the nearest to a root where several do"""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One ``Requires-Dist``."""

    name: str
    extras: tuple[str, ...] = ()
    marker: Marker | None = None


def required_by(roots: Iterable[str], installed: Sequence[Installed], markers: Mapping[str, str]) -> Closure:
    """Every installed distribution that the roots need, breadth first; a root only where another needs it.

    Names are canonical. ``markers`` is the target's PEP 508 environment; a requirement whose marker asks for a
    variable that is not there counts. Extras count where a requirement asks for them; the roots have none. What
    cannot be parsed is followed by its name and named as a problem.
    """
    known = {one.name: one for one in installed}
    needs: dict[str, tuple[Need, ...]] = {}
    parents: dict[str, str] = {}
    problems: list[Problem] = []
    queue = deque((name, "") for name in sorted(set(roots)) if name in known)
    seen = set(queue)
    while queue:
        name, extra = queue.popleft()
        if name not in needs:
            needs[name], found = _needs(known[name])
            problems += found
        for need in needs[name]:
            if need.name not in known or not _applies(need.marker, extra, markers):
                continue
            if need.name != name:
                parents.setdefault(need.name, name)
            fresh = [(need.name, wanted) for wanted in ("", *need.extras) if (need.name, wanted) not in seen]
            seen.update(fresh)
            queue.extend(fresh)
    return Closure(parents=tuple(sorted(parents.items())), problems=tuple(problems))


def _needs(distribution: Installed) -> tuple[tuple[Need, ...], list[Problem]]:
    needs: list[Need] = []
    problems: list[Problem] = []
    for text in distribution.requires:
        try:
            read = Requirement(text)
            extras = tuple(sorted(map(canonical_name, read.extras)))
            needs.append(Need(name=canonical_name(read.name), extras=extras, marker=read.marker))
        except InvalidRequirement:
            subject = f"package:{distribution.name}"
            problems.append(Problem("use.unreadable-requirement", subject, f"Requires-Dist cannot be read: {text}"))
            if match := _LEADING_NAME.match(text):
                needs.append(Need(name=canonical_name(match[1])))
    return tuple(sorted(needs, key=lambda need: (need.name, need.extras))), problems


def _applies(marker: Marker | None, extra: str, markers: Mapping[str, str]) -> bool:
    if marker is None:
        return True
    text = str(marker)
    # packaging fills what is missing from the interpreter that runs us, which is not the target.
    if any(variable not in markers for variable in _VARIABLES.findall(text)):
        return _may_ask(text, extra)
    try:
        return marker.evaluate({**markers, "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
        return _may_ask(text, extra)


def _may_ask(marker: str, extra: str) -> bool:
    """Whether a marker that cannot be evaluated may hold: not where it is for an extra that nobody asked for."""
    asked = re.findall(r"extra\s*==\s*[\"']([^\"']*)[\"']", marker)
    return not asked or canonical_name(extra) in map(canonical_name, asked)
