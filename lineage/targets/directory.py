"""A directory as target: an environment, an installed Python or a root file system, read as files.

Nothing in it is executed. What only a running interpreter could tell is unknown: accelerator, environment variables,
what code that runs at start would add.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import InputError, ObservationError
from lineage.guest.probe import OLDEST
from lineage.portable.conda import add_conda
from lineage.portable.distinfo import Distribution, read_installed
from lineage.portable.environment import Environment, Observation, Problem, Unknown
from lineage.targets.binary import abi_of, platform_of, read_program
from lineage.targets.installations import (
    Installation,
    choose,
    environment_at,
    installation_at,
    installations_below,
    installations_in,
)
from lineage.targets.release import release_of
from lineage.targets.rooted_tree import RootedTree
from lineage.targets.sites import search_path
from lineage.targets.source import Examination, Identify, every_name

_ROOT_NAMES = {"etc", "bin", "lib", "opt", "app", "srv", "home"}
"""Two of these, or ``usr``, and a directory without an interpreter of its own is a root file system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The interpreter that was chosen, and where."""

    tree: RootedTree
    one: Installation
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Python:
    """The interpreter itself, as an environment without packages."""

    environment: Environment
    unknown: tuple[Unknown, ...]
    problems: tuple[Problem, ...]


class DirectorySource:
    """A ``dir:PATH`` target; ``interpreter`` chooses where the directory holds several."""

    def __init__(self, location: str, interpreter: str | None = None) -> None:
        self.location = location
        self._interpreter = interpreter

    def observe(self, identify: Identify = every_name) -> Observation:
        return _examine(self._find(), identify).observation

    def examine(self) -> Examination:
        return _examine(self._find(), every_name)

    def _find(self) -> _Found:
        try:
            named, real = os.path.abspath(self.location), os.path.realpath(self.location)  # noqa: PTH100 - links kept
            names = set(os.listdir(named))  # noqa: PTH208 - as text
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            state = "is not a directory" if isinstance(error, NotADirectoryError) else "the directory does not exist"
            raise InputError(state, where=self.location, hint="name one as dir:PATH") from error
        except OSError as error:
            message = f"the directory cannot be read: {error.strerror or error}"
            raise ObservationError(message, where=self.location) from error
        if _is_root(named, names):
            return self._in_root(RootedTree("" if real == "/" else real))
        root = _root_above(real)
        tree, prefix = RootedTree(root), real[len(root) :] if root else named
        environment = environment_at(tree, prefix)
        found = installations_in(tree, prefix) if environment is None else (environment,)
        one = choose(found, self._interpreter, self.location)
        beside = f" ({one.executable.rpartition('/')[2]})" if len(found) > 1 else ""
        return _Found(tree=tree, one=one, location=self.location + beside)

    def _in_root(self, tree: RootedTree) -> _Found:
        named = self._interpreter
        one = installation_at(tree, os.path.normpath("/" + named.lstrip("/"))) if named and "/" in named else None
        if one is None:
            one = choose(installations_below(tree), named, self.location)
        return _Found(tree=tree, one=one, location=f"{self.location} ({one.executable})")


def _is_root(path: str, names: set[str]) -> bool:
    if names & {"pyvenv.cfg", "conda-meta"}:
        return False
    if "usr" in names:
        return Path(path, "usr").is_dir()
    return len(names & _ROOT_NAMES) > 1 and not installations_in(RootedTree(), path)


def _root_above(path: str) -> str:
    """The root file system that a directory lies in, ``""`` for the machine's own."""
    for above in list(Path(path).parents)[:-1]:
        if all((above / name).is_dir() for name in ("etc", "usr")):
            return str(above)
    return ""


def _examine(found: _Found, identify: Identify) -> Examination:
    tree, one = found.tree, found.one
    release = "" if one.library is None else one.library[len("python") :].rstrip("t")
    if release and tuple(map(int, release.split("."))) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ObservationError(
            f"is Python {release}, which cannot be described",
            where=found.location,
            hint=f"Python {oldest} is the oldest that can",
        )
    python = _read_python(tree, one)
    path = search_path(tree, one)
    installed = add_conda(tree, one.prefix, read_installed(tree, path.paths, identify), identify)
    base = "" if one.base is None else one.base.prefix
    if base != one.prefix and any(
        each.startswith(base + "/") and each.endswith("site-packages") for each in path.paths
    ):
        installed = add_conda(tree, base, installed, identify)
    packages = tuple(distribution.package for distribution in installed.distributions)
    observation = Observation(
        environment=python.environment._replace(packages=packages),
        kind="dir",
        location=found.location,
        unknown=tuple(sorted({*installed.unknown, *path.unknown, *python.unknown})),
        problems=tuple(sorted({*installed.problems, *python.problems})),
    )
    return Examination(
        observation=observation,
        distributions=tuple(_on_machine(tree, each) for each in installed.distributions),
        markers=_markers(python.environment),
        stdlib=frozenset(),
        prefix=tree.root + one.prefix,
        tree=tree,
        root=tree.root,
        paths=tuple(path.paths),
        base=base,
    )


def _on_machine(tree: RootedTree, one: Distribution) -> Distribution:
    """The directory that it was installed from, as a path of this machine."""
    return one if one.source is None else one._replace(source=tree.root + one.source)


def _read_python(tree: RootedTree, one: Installation) -> _Python:
    program = None if one.program is None else read_program(tree, one.program)
    if one.base is not None and program is None:
        state = "is not there" if one.program is None else "is not a program that can be read"
        reason = f"bin/{one.executable.rpartition('/')[2]} {state}"
        return _Python(environment=Environment(), unknown=(Unknown("python", reason),), problems=())
    release = release_of(tree, one)
    abi = abi_of(tree, one.base.stdlib) if one.base is not None else None
    environment = Environment(
        python=release.version,
        implementation=_implementation(abi, one),
        abi=abi,
        platform=platform_of(tree, program),
    )
    return _Python(environment=environment, unknown=release.unknown, problems=release.problems)


def _implementation(abi: str | None, one: Installation) -> str | None:
    """By the ABI, or as uv and virtualenv write it into pyvenv.cfg."""
    if abi is not None:
        return "CPython"
    written = (one.config or {}).get("implementation")
    return written if written in ("CPython", "PyPy") else None


def _markers(environment: Environment) -> tuple[tuple[str, str], ...]:
    """The PEP 508 environment, as far as files tell."""
    python, platform = environment.python, environment.platform
    known = {
        "implementation_name": (environment.implementation or "").lower(),
        "implementation_version": python,
        "platform_machine": platform.machine,
        "platform_python_implementation": environment.implementation,
        "python_full_version": python,
        "python_version": ".".join((python or "").split(".")[:2]),
    }
    if platform.os == "linux":
        known |= {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}
    return tuple(sorted((key, value) for key, value in known.items() if value))
