"""Why each installed distribution matters to a model: as weights, code and a run tell, and as what these pull in."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.requirements import Requirement

from lineage.code.imports import Imports
from lineage.model.installed import Installed
from lineage.portable.environment import Problem
from lineage.portable.names import canonical_name
from lineage.targets.distributions import providers


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The use of every installed distribution, with what tells it. Every tuple is sorted by name."""

    uses: tuple[tuple[str, str], ...] = ()
    """(distribution, one of ``USES``)"""
    modules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(distribution, top-level names that the model uses of it), of those that it names, serves with or imports"""
    reasons: tuple[tuple[str, str], ...] = ()
    """(distribution, ``imported by train.py:3``), of those that are used at all"""
    problems: tuple[Problem, ...] = ()
    """met here; those of the imports stay with them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is known of a model beside its code. Names are dotted module names."""

    named: tuple[tuple[str, str], ...] = ()
    """(module that loading the weights imports, the weights' path)"""
    served: Mapping[str, Collection[str]] | None = None
    """distribution → modules of it that were loaded while the model was served; ``None`` when no serving was watched"""
    imported: tuple[tuple[str, str], ...] = ()
    """(module, first-party file that imported it), seen in the run"""
    loaded: Collection[str] | None = None
    """distributions that had files loaded in the run; ``None`` when no run was watched"""
    is_whole: bool = False
    """what is not among ``loaded`` was not loaded"""
    knows_importers: bool = False
    """``imported`` holds all that first-party code imported in the run"""


def assign_use(
    installed: Sequence[Installed],
    imports: Imports | None,
    *,
    clues: Clues = Clues(),
    markers: Mapping[str, str],
    stdlib: Collection[str],
) -> Usage:
    """The strongest use that the evidence gives each distribution.

    ``imports`` is ``None`` when no entry is known. ``markers`` is the target's PEP 508 environment, ``stdlib`` the
    top-level names of its standard library.
    """
    names = sorted({one.name for one in installed})
    read = () if imports is None else imports.sites
    named = tuple((name, f"named in {path}") for name, path in clues.named if _top(name) not in stdlib)
    sites = tuple(
        (name, f"imported by {place}") for name, place in (*read, *clues.imported) if _top(name) not in stdlib
    )
    owners = providers((name for name, _ in (*named, *sites)), installed)
    reasons: dict[str, str] = {}
    modules: dict[str, set[str]] = {}
    strongest: dict[str, str] = {}
    _claim("weights", named, owners, strongest, modules, reasons)
    for name, loaded in sorted((clues.served or {}).items()):
        strongest.setdefault(name, "served")
        reasons.setdefault(name, "loaded when the model was served")
        modules.setdefault(name, set()).update(map(_top, loaded))
    _claim("imported", sites, owners, strongest, modules, reasons)
    closure = required_by(strongest, installed, markers)
    parents = dict(closure.parents)
    for name in names:
        if name not in strongest:
            strongest[name], reason = _weaker(name, parents, imports, clues)
            reasons |= {name: reason} if reason else {}
    return Usage(
        uses=tuple((name, strongest[name]) for name in names),
        modules=tuple((name, tuple(sorted(tops))) for name, tops in sorted(modules.items())),
        reasons=tuple(sorted(reasons.items())),
        problems=(*_missing(named, sites, owners), *closure.problems),
    )


def _claim(
    use: str,
    sites: Sequence[tuple[str, str]],
    owners: Mapping[str, tuple[str, ...]],
    strongest: dict[str, str],
    modules: dict[str, set[str]],
    reasons: dict[str, str],
) -> None:
    """Give ``use`` to the owners of the modules that have no stronger one."""
    for name, reason in sites:
        for owner in owners[name]:
            strongest.setdefault(owner, use)
            reasons.setdefault(owner, reason)
            modules.setdefault(owner, set()).add(_top(name))


def _weaker(name: str, parents: Mapping[str, str], imports: Imports | None, clues: Clues) -> tuple[str, str]:
    """(use, reason) of what neither the weights nor the code name."""
    if name in parents:
        return "required", f"required by {parents[name]}"
    is_told = clues.knows_importers or (imports is not None and not imports.dynamic)
    if clues.loaded is not None and name in clues.loaded:
        # Who imported it is not known where the code imports by computed names and nobody saw it do so.
        return ("loaded", "loaded in the run") if is_told else ("unknown", "")
    if clues.loaded is not None and clues.is_whole:
        return "present", ""
    return ("present" if imports is not None and not imports.dynamic else "unknown"), ""


def _missing(
    named: Sequence[tuple[str, str]], sites: Sequence[tuple[str, str]], owners: Mapping[str, tuple[str, ...]]
) -> tuple[Problem, ...]:
    """The modules that nothing provides, by their top-level name."""
    found: dict[tuple[str, str], Problem] = {}
    for code, asked in (("weights.module-not-found", named), ("use.module-not-found", sites)):
        for name, reason in asked:
            if not owners[name]:
                detail = f"{reason}, provided by no installed distribution"
                found.setdefault((code, _top(name)), Problem(code, f"module:{_top(name)}", detail))
    return tuple(found[key] for key in sorted(found))


def _top(name: str) -> str:
    return name.partition(".")[0]


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
        except (ValueError, RecursionError):
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
    except ValueError:  # no version, or a number of thousands of digits in it
        return _may_ask(text, extra)


def _may_ask(marker: str, extra: str) -> bool:
    """Whether a marker that cannot be evaluated may hold: not where it is for an extra that nobody asked for."""
    asked = re.findall(r"extra\s*==\s*[\"']([^\"']*)[\"']", marker)
    return not asked or canonical_name(extra) in map(canonical_name, asked)
