"""Why each installed distribution matters: the entry, its imports, and whose files they are."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.capturing.use.bare_modules import told_bare
from lineage.capturing.use.evidence import Evidence, require_model_loaded
from lineage.capturing.use.observed_files import changed_problems, elsewhere_problems, library_problems
from lineage.capturing.use.rules import Clues, assign_use
from lineage.capturing.use.traced_code import import_roots, trace_code
from lineage.capturing.use.weights_code import held_code
from lineage.capturing.use.weights_modules import foreign_imports, loader_names, named_modules, other_writers
from lineage.code.imports import Imports
from lineage.code.notebooks.session import SessionCode
from lineage.code.state import RepositoryState
from lineage.model.installed import Installed
from lineage.model.weights import Contents
from lineage.portable.archive import tree_of
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE, REPOSITORY, Package, Problem
from lineage.portable.recorded_unknowns import with_told_uses
from lineage.targets.distributions import providers, read_details
from lineage.targets.interpreter import standard_names
from lineage.targets.source import Examination

OWN_DISTRIBUTION = "model-lineage"
_OWN_MODULE = "lineage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageUse:
    """The packages of a manifest, and what told their use."""

    packages: tuple[Package, ...]
    files: tuple[str, ...]
    """first-party files that the entry reaches, POSIX from the repository root"""
    held: tuple[str, ...]
    """those in directories of weights"""
    entry: str
    """how the entry was found, for the narration"""
    entries: tuple[str, ...]
    """the scripts that made the model"""
    problems: tuple[Problem, ...]
    session: SessionCode | None = None
    """what a session ran, where no script did"""
    served: tuple[str, ...] = ()
    """of ``files``: what a watched serving command loaded"""


def describe_use(
    examination: Examination,
    state: RepositoryState,
    *,
    weights: str,
    entry: str | None,
    contents: Sequence[tuple[str, Contents]] = (),
    evidence: Evidence | None = None,
    serving: Evidence | None = None,
) -> PackageUse:
    """The use of every distribution of a target.

    ``weights`` and ``entry`` (``--entry``) are POSIX from the repository root, as are the paths of ``contents``, what
    the weights say of themselves. ``evidence`` is that of the run that made them, ``serving`` that of a command that
    loaded them and predicted.
    """
    distributions = [_placed(one, state.root, examination.prefix) for one in examination.distributions]
    trees = {path: tree_of(examination.tree, path) for path in {one.path for one in distributions}}
    details = [read_details(trees[one.path], one) for one in distributions]
    roots = import_roots(distributions, state, () if evidence is None else examination.paths)
    held = held_code(contents, lambda path: _content(state.root / path))
    named = named_modules(contents, roots, state.paths, held.modules)
    traced = trace_code(state, weights=weights, entry=entry, named=named.files, roots=roots, evidence=evidence)
    imports = None if traced.imports is None else _without_tool(traced.imports, distributions)
    stdlib = standard_names(examination.stdlib)
    imported = foreign_imports(() if evidence is None else evidence.imports, details, roots, state.paths)
    imports = _with_sites(imports, (*held.named.sites, *held.rest.sites))
    names = (*named.modules, *loader_names(contents, details), *_provided(held.named.sites, details))
    clues = _clues(names, imported, evidence, serving, distributions, details)
    usage = assign_use(
        [one for one in details if one.name != OWN_DISTRIBUTION],
        imports,
        clues=clues,
        markers=dict(examination.markers),
        stdlib=stdlib,
    )
    if serving is not None:
        named_by_weights = {name for name, use in usage.uses if use == "weights"}
        require_model_loaded(serving, named_by_weights, clues.served or {}, str(state.root / weights))
    uses, modules = dict(usage.uses), dict(usage.modules)
    files = tuple(sorted({*(imports.files if imports is not None else ()), *named.files}))
    files = tuple(sorted({*files, *traced.loaded, *(evidence.entries if evidence is not None else ())}))
    unseen = {one.subject for one in examination.observation.unknown}
    packages = with_told_uses(
        [
            one.package._replace(
                use=_use(one.package, uses.get(one.package.name, "present"), files, unseen),
                modules=modules.get(one.package.name, ()),
            )
            for one in distributions
        ]
    )
    found = [*held.named.problems, *held.rest.problems]
    found += [] if imports is None else _static_problems(imports, evidence)
    if serving is None:
        found += _in_named(found, (*named.files, *held.named.files))
    missing = told_bare(usage.problems, examination, str(state.root))
    problems = [*found, *traced.problems, *missing, *named.problems, *held.problems, *_origin_problems(packages)]
    problems += other_writers(contents, packages, details)
    if evidence is not None:
        problems += library_problems(evidence, distributions, details, (examination.prefix, examination.base))
        problems += changed_problems(evidence, distributions, packages)
        problems += elsewhere_problems(evidence, distributions, details, packages, examination.base)
    if imports is None and not (evidence is not None and evidence.knows_importers):
        detail = "no entry script is known, so the use of no package is: name it with --entry"
        problems.append(Problem("use.no-entry", "packages", detail))
    return PackageUse(
        packages=packages,
        files=tuple(path for path in files if path in state.paths and path not in held.files),
        held=held.files,
        entry=f"{', '.join(traced.choice.entries)} ({traced.choice.how})" if traced.choice.entries else "not known",
        entries=traced.choice.entries,
        problems=tuple(problems),
        session=traced.session,
        served=() if serving is None else tuple(sorted({*serving.entries} & {*files} & {*state.paths})),
    )


def _content(path: Path) -> bytes | None:
    """What cannot be read is told by whoever hashes it."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _with_sites(imports: Imports | None, sites: Sequence[tuple[str, str]]) -> Imports | None:
    return None if imports is None else replace(imports, sites=(*imports.sites, *sites))


def _provided(sites: Sequence[tuple[str, str]], installed: Sequence[Installed]) -> tuple[tuple[str, str], ...]:
    """Those of modules that something installed provides: what nothing does is often imported where it is there."""
    owners = providers((name for name, _ in sites), installed)
    return tuple((name, place) for name, place in sites if owners[name])


def _in_named(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """Imports that cannot be told where the weights name the file: loading them takes what nobody saw."""
    inside = {f"code:{path}" for path in files}
    found = [one for one in problems if one.code == "use.dynamic-import" and one.subject in inside]
    return [one._replace(code="weights.dynamic-import") for one in found]


def _static_problems(imports: Imports, evidence: Evidence | None) -> tuple[Problem, ...]:
    """What the text of the code does not tell is no problem where it was seen."""
    return () if evidence is not None and evidence.knows_importers and evidence.is_whole else imports.problems


def _clues(
    named: tuple[tuple[str, str], ...],
    imported: tuple[tuple[str, str], ...],
    evidence: Evidence | None,
    serving: Evidence | None,
    distributions: Sequence[Distribution],
    details: Sequence[Installed],
) -> Clues:
    served = None if serving is None else loaded_modules(serving, distributions, details, OWN_DISTRIBUTION)
    if evidence is None:
        return Clues(named=named, served=served)
    return Clues(
        named=named,
        served=served,
        imported=tuple(site for site in imported if site[0].partition(".")[0] != _OWN_MODULE),
        loaded=frozenset(loaded_modules(evidence, distributions, details, OWN_DISTRIBUTION)),
        is_whole=evidence.is_whole,
        knows_importers=evidence.knows_importers,
    )


def _placed(distribution: Distribution, root: Path, prefix: str) -> Distribution:
    """What is installed from the repository itself is code: judged by its files, without an identity of its own."""
    source = distribution.source
    if source is None or _below(source, prefix):
        return distribution
    real = Path(source).resolve()
    if not real.is_relative_to(root.resolve()):
        return distribution
    place = real.relative_to(root.resolve()).as_posix()
    package = distribution.package._replace(origin=REPOSITORY + place, record=None, artifact=None)
    return distribution._replace(package=package)


def _below(path: str, directory: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(directory) + os.sep)


def _without_tool(imports: Imports, distributions: Sequence[Distribution]) -> Imports:
    """The imports without that of this tool, where it is installed beside the code."""
    if all(one.package.name != OWN_DISTRIBUTION for one in distributions):
        return imports
    sites = tuple(site for site in imports.sites if site[0].partition(".")[0] != _OWN_MODULE)
    return replace(imports, sites=sites)


def _use(package: Package, use: str, files: Sequence[str], unseen: Collection[str]) -> str:
    """A distribution of the repository is imported when a file of it is, if nothing stronger is known; of a damaged
    one nobody can tell what it is not used for."""
    if use in ("loaded", "present") and f"package:{package.name}" in unseen:
        return "unknown"
    if package.use != "unknown":
        return package.use  # settled by the source: what conda installed beside the Python distributions
    origin = package.origin or ""
    if origin.startswith(REPOSITORY) and files and use not in ("weights", "served", "required"):
        place = origin[len(REPOSITORY) :]
        return "imported" if place == "." or any(path.startswith(place + "/") for path in files) else "present"
    return use


def _origin_problems(packages: Sequence[Package]) -> list[Problem]:
    detail = "an editable install from outside the repository: its code has no identity"
    return [Problem("package.editable", f"package:{one.name}", detail) for one in packages if one.origin == EDITABLE]


def loaded_modules(
    evidence: Evidence, distributions: Sequence[Distribution], details: Sequence[Installed], left_out: str
) -> dict[str, frozenset[str]]:
    """Distribution → the names under its files that were loaded, but for the distribution ``left_out``.

    By its files where those are known; by the names of modules for the rest, as an editable install or a process
    that was killed before it could tell.
    """
    found: dict[str, set[str]] = {}
    placed: set[str] = set()
    for one, detail in zip(distributions, details, strict=True):
        if detail.name == left_out:
            continue
        for path in detail.files:
            if f"{one.path}/{path}" in evidence.files:
                found.setdefault(detail.name, set()).add(path.partition("/")[0].partition(".")[0])
                placed.add(path.partition("/")[0].partition(".")[0])
    rest = [name for name in evidence.names if name.partition(".")[0] not in placed]
    for name, owners in providers(rest, details).items():
        for owner in owners:
            if owner != left_out:
                found.setdefault(owner, set()).add(name)
    return {name: frozenset(names) for name, names in found.items()}
