"""Why each installed distribution matters to a model, as its weights, its code and a run tell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lineage.capturing.use.closure import required_by
from lineage.code.imports import Imports
from lineage.model.installed import Installed
from lineage.portable.environment import Problem
from lineage.targets.module_owners import providers


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
