"""The modules that weights name: which of them are the repository's own, and whether the weights were made here."""

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lineage.model.installed import Installed
from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Package, Problem
from lineage.portable.names import step
from lineage.targets.distributions import providers


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModules:
    """What loading the weights imports."""

    modules: tuple[tuple[str, str], ...] = ()
    """(dotted name, path of the weights), of what is not of the repository"""
    files: tuple[str, ...] = ()
    """first-party files, POSIX from the repository root, sorted"""
    problems: tuple[Problem, ...] = ()


def named_modules(
    contents: Sequence[tuple[str, Contents]],
    roots: Sequence[str],
    paths: Collection[str],
    held: Collection[str] = (),
) -> NamedModules:
    """The modules that weights name. ``paths`` are the files of the repository; ``roots`` where its modules lie;
    ``held`` are modules that the weights themselves hold."""
    modules: dict[str, str] = {}
    files: set[str] = set()
    problems: list[Problem] = []
    for path, one in contents:
        problems += one.problems
        for name in one.modules:
            own = own_module(name, roots, paths)
            if own is not None:
                files.add(own)
            elif name == "__builtin__" or name in held:
                continue  # the first is what dill writes for the builtins, and reads, on any Python
            elif name in ("__main__", "__mp_main__"):
                detail = "names what the training script itself defines: no other program can load it"
                problems.append(Problem("weights.names-main", path, f"{detail}. Define it in a module"))
            else:
                modules.setdefault(name, path)
    return NamedModules(
        modules=tuple(sorted(modules.items())), files=tuple(sorted(files)), problems=tuple(sorted(set(problems)))
    )


def own_module(name: str, roots: Sequence[str], paths: Collection[str]) -> str | None:
    """The file among ``paths`` that a dotted name is, below one of ``roots``; ``None`` where it is none."""
    inner = name.replace(".", "/")
    for root in roots:
        base = f"{root}/{inner}" if root else inner
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if path in paths:
                return path
    return None


def foreign_imports(
    imports: Sequence[tuple[str, str]], installed: Sequence[Installed], roots: Sequence[str], paths: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Of (module, first-party file that imported it) those that are not the repository's own.

    A process that was killed right after an import did not tell the module's file: where no distribution provides it
    and a file of the repository can be it, it is that.
    """
    owners = providers((name for name, _ in imports), installed)
    return tuple(
        (name, path)
        for name, path in imports
        if owners[name] or own_module(name, (posixpath.dirname(path), *roots), paths) is None
    )


def loader_names(
    contents: Sequence[tuple[str, Contents]], installed: Sequence[Installed]
) -> tuple[tuple[str, str], ...]:
    """(import name, path of the weights): of each format the usual loader that is installed."""
    wanted = [(path, loaders) for path, one in contents for loaders in one.loaders]
    owners = providers((name for _, loaders in wanted for name in loaders), installed)
    found = {next((name for name in loaders if owners[name]), ""): path for path, loaders in wanted}
    return tuple(sorted((name, path) for name, path in found.items() if name))


def other_writers(
    contents: Sequence[tuple[str, Contents]], packages: Sequence[Package], installed: Sequence[Installed]
) -> list[Problem]:
    """The weights that say of themselves that another version wrote them than the environment holds."""
    written = [(path, writer) for path, one in contents for writer in one.writers]
    owners = providers((writer.module for _, writer in written), installed)
    versions = {package.name: package.version for package in packages}
    problems = set()
    for path, writer in written:
        here = {name: versions[name] for name in owners[writer.module] if name in versions}
        if not any(_is_same(writer.version, version) for version in here.values()):
            problems.add(Problem("weights.written-by-other-version", path, _difference(writer, here)))
    return sorted(problems)


def _is_same(written: str, installed: str) -> bool:
    """Whether one version is the other; a local label that only one of them tells does not part them."""
    if ("+" in written) == ("+" in installed):
        return step(written, installed) == "none"
    return step(written.partition("+")[0], installed.partition("+")[0]) == "none"


def _difference(writer: Writer, here: dict[str, str]) -> str:
    said = f"{writer.place} says {writer.module} {writer.version}"
    held = ", ".join(f"{name} {version}" for name, version in sorted(here.items()))
    return f"{said}, the environment has {held or 'none'}: these weights were not made in it"
