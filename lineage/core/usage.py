"""Why each installed distribution matters to a model, as its code and a run tell.

The weights file itself and a watched serving command may raise a use further (``weights``, ``served``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lineage.core.closure import required_by
from lineage.core.imports import Imports
from lineage.core.modules import providers
from lineage.model.installed import Installed
from lineage.portable.environment import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The use of every installed distribution, with what tells it. Every tuple is sorted by name."""

    uses: tuple[tuple[str, str], ...] = ()
    """(distribution, one of ``USES``)"""
    modules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(distribution, top-level names imported from it), of those that are imported"""
    reasons: tuple[tuple[str, str], ...] = ()
    """(distribution, ``imported by train.py:3``), of those that are imported, required or loaded"""
    problems: tuple[Problem, ...] = ()
    """met here; those of the imports stay with them"""


def assign_use(
    installed: Sequence[Installed],
    imports: Imports | None,
    *,
    loaded: Collection[str] = (),
    markers: Mapping[str, str],
    stdlib: Collection[str],
) -> Usage:
    """The strongest use that the evidence gives each distribution.

    ``imports`` is ``None`` when no entry is known: then nothing tells, and all is ``unknown``. ``loaded`` names the
    distributions that had modules loaded in a run. ``markers`` is the target's PEP 508 environment, ``stdlib`` the
    top-level names of its standard library.
    """
    names = sorted({one.name for one in installed})
    if imports is None:
        return Usage(uses=tuple((name, "unknown") for name in names))
    sites = tuple((name, place) for name, place in imports.sites if _top(name) not in stdlib)
    owners = providers((name for name, _ in sites), installed)
    modules, reasons, missing = _imported(sites, owners)
    closure = required_by(modules, installed, markers)
    parents = dict(closure.parents)
    rest = "unknown" if imports.dynamic and not loaded else "present"
    uses: dict[str, str] = {}
    for name in names:
        if name in modules:
            uses[name] = "imported"
        elif name in parents:
            uses[name], reasons[name] = "required", f"required by {parents[name]}"
        elif name in loaded:
            uses[name], reasons[name] = "loaded", "loaded in the run"
        else:
            uses[name] = rest
    return Usage(
        uses=tuple(uses.items()),
        modules=tuple((name, tuple(sorted(tops))) for name, tops in sorted(modules.items())),
        reasons=tuple(sorted(reasons.items())),
        problems=(*missing, *closure.problems),
    )


def _imported(
    sites: Sequence[tuple[str, str]], owners: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, set[str]], dict[str, str], tuple[Problem, ...]]:
    """Distribution → top-level names imported from it, distribution → reason, and what nothing provides."""
    modules: dict[str, set[str]] = {}
    reasons: dict[str, str] = {}
    missing: dict[str, Problem] = {}
    for name, place in sites:
        if not owners[name]:
            detail = f"imported by {place}, provided by no installed distribution"
            missing.setdefault(_top(name), Problem("use.module-not-found", f"module:{_top(name)}", detail))
        for owner in owners[name]:
            reasons.setdefault(owner, f"imported by {place}")
            modules.setdefault(owner, set()).add(_top(name))
    return modules, reasons, tuple(missing[top] for top in sorted(missing))


def _top(name: str) -> str:
    return name.partition(".")[0]
