"""Why each installed distribution matters: the entry, its imports, and whose files they are."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lineage.core.entry import EntryChoice, choose_entry
from lineage.core.imports import Imports, trace_imports
from lineage.core.usage import assign_use
from lineage.model.installed import Installed
from lineage.portable.archive import tree_of
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE, REPOSITORY, Package, Problem
from lineage.repository_state import RepositoryState
from lineage.sources.base import Examination
from lineage.sources.details import read_details

OWN_DISTRIBUTION = "model-lineage"
_OWN_MODULE = "lineage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageUse:
    """The packages of a manifest, and what told their use."""

    packages: tuple[Package, ...]
    files: tuple[str, ...]
    """first-party files that the entry reaches, POSIX from the repository root"""
    entry: str
    """how the entry was found, for the narration"""
    problems: tuple[Problem, ...]


def describe_use(
    examination: Examination,
    state: RepositoryState,
    *,
    weights: str,
    entry: str | None,
    loaded_files: Collection[str] = (),
) -> PackageUse:
    """The use of every distribution of a target.

    ``weights`` and ``entry`` (``--entry``) are POSIX from the repository root; ``loaded_files`` are absolute paths of
    module files that the run is known to have loaded.
    """
    distributions = [_placed(one, state.root, examination.prefix) for one in examination.distributions]
    trees = {path: tree_of(examination.tree, path) for path in {one.path for one in distributions}}
    details = [read_details(trees[one.path], one) for one in distributions]
    if entry is None:
        choice = choose_entry(weights, state.stages, sorted(state.paths), state.paths.__contains__)
    else:
        choice = EntryChoice(entries=(entry,), how="named")
    entries = choice.entries
    imports = _trace(entries, distributions, state) if entries else None
    loaded = _loaded(distributions, details, loaded_files)
    usage = assign_use(
        [one for one in details if one.name != OWN_DISTRIBUTION],
        imports,
        loaded=loaded,
        markers=dict(examination.markers),
        stdlib=examination.stdlib or _own_stdlib(),
    )
    uses, modules = dict(usage.uses), dict(usage.modules)
    files = imports.files if imports is not None else ()
    packages = tuple(
        one.package._replace(
            use=_use(one.package, uses.get(one.package.name, "present"), files, loaded_files and loaded),
            modules=modules.get(one.package.name, ()),
        )
        for one in distributions
    )
    found = () if imports is None else imports.problems
    problems = [*found, *usage.problems, *_origin_problems(packages)]
    if imports is None:
        detail = "no entry script is known, so the use of no package is: name it with --entry"
        problems.append(Problem("use.no-entry", "packages", detail))
    return PackageUse(
        packages=packages,
        files=tuple(path for path in files if path in state.paths),
        entry=f"{', '.join(entries)} ({choice.how})" if entries else "not known",
        problems=tuple(problems),
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


def _trace(entries: Sequence[str], distributions: Sequence[Distribution], state: RepositoryState) -> Imports:
    """The imports of the entries. First-party modules lie beside them, at the root, in ``src``, or are installed."""
    installed = [one.package.origin or "" for one in distributions]
    own = [origin[len(REPOSITORY) :] for origin in installed if origin.startswith(REPOSITORY)]
    places = ["" if place == "." else place for place in own]
    roots = ["", "src", *(part for place in places for part in (place, str(PurePosixPath(place, "src"))))]
    traced = trace_imports(entries, state.read, roots=tuple(dict.fromkeys(roots)))
    sites = traced.sites
    if any(one.package.name == OWN_DISTRIBUTION for one in distributions):
        sites = tuple(site for site in sites if site[0].partition(".")[0] != _OWN_MODULE)
    return Imports(files=traced.files, sites=sites, problems=traced.problems, dynamic=traced.dynamic)


def _use(package: Package, use: str, files: Sequence[str], loaded: Collection[str]) -> str:
    """A distribution of the repository is imported when a file of it is; what a run did not load is only present."""
    if package.use != "unknown":
        return package.use  # settled by the source: what conda installed beside the Python distributions
    origin = package.origin or ""
    if origin.startswith(REPOSITORY) and files:
        place = origin[len(REPOSITORY) :]
        return "imported" if place == "." or any(path.startswith(place + "/") for path in files) else "present"
    if use == "unknown" and loaded and package.name not in loaded:
        return "present"
    return use


def _loaded(
    distributions: Sequence[Distribution], details: Sequence[Installed], files: Collection[str]
) -> frozenset[str]:
    """The distributions that own a loaded file."""
    if not files:
        return frozenset()
    return frozenset(
        one.package.name
        for one, detail in zip(distributions, details, strict=True)
        if one.package.name != OWN_DISTRIBUTION and any(f"{one.path}/{path}" in files for path in detail.files)
    )


def _own_stdlib() -> frozenset[str]:
    """Interpreters before 3.10 do not list their standard library: ours, and what has gone from it since 3.6."""
    import sys

    gone = {"asynchat", "asyncore", "binhex", "distutils", "dummy_threading", "formatter", "imp", "macpath", "parser"}
    gone |= {"smtpd", "symbol", "_bootlocale", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3"}
    gone |= {"mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib"}
    return frozenset(sys.stdlib_module_names) | gone | {"uu", "xdrlib"}


def _origin_problems(packages: Sequence[Package]) -> list[Problem]:
    detail = "an editable install from outside the repository: its code has no identity"
    return [Problem("package.editable", f"package:{one.name}", detail) for one in packages if one.origin == EDITABLE]
