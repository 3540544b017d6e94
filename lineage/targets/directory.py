"""A directory as target: an environment, an installed Python or a root file system, read as files.

Nothing in it is executed. What only a running interpreter could tell is unknown: accelerator, environment variables,
what code that runs at start would add.
"""

import os
import posixpath
from dataclasses import dataclass

from lineage.errors import InputError, ObservationError
from lineage.guest.probe import OLDEST
from lineage.portable.conda import read_environment
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Environment, Observation, Problem, Unknown
from lineage.portable.tree import DiskTree, FileTree, Unreadable
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
from lineage.targets.source import Examination, Identify, every_name, too_old

_ROOT_NAMES = {"etc", "bin", "lib", "opt", "app", "srv", "home"}
"""Two of these, or ``usr``, and a directory without an interpreter of its own is a root file system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePlace:
    """A directory with what reads it: all that is known of a target before an interpreter is looked for."""

    tree: FileTree
    prefix: str | None
    """of the environment or installed Python, inside the tree; ``None``: the tree is a root file system"""
    location: str
    """as the user named it"""


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
        return self.examine(identify).observation

    def examine(self, identify: Identify = every_name) -> Examination:
        return examine_place(open_directory(self.location), self._interpreter, identify)


def open_directory(location: str) -> TreePlace:
    """A directory of this machine as a tree. Raises ``InputError`` and ``ObservationError``."""
    disk = DiskTree()
    try:
        named, real = os.path.abspath(location), os.path.realpath(location)  # noqa: PTH100 - links kept
        names = set(disk.names(named))
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        state = "is not a directory" if isinstance(error, NotADirectoryError) else "the directory does not exist"
        raise InputError(state, where=location, hint="name one as dir:PATH") from error
    except Unreadable as error:
        raise ObservationError(f"the directory cannot be read: {error.message}", where=location) from error
    if _is_root(disk, named, names):
        return TreePlace(tree=RootedTree("" if real == "/" else real), prefix=None, location=location)
    root = _root_above(disk, real)
    return TreePlace(tree=RootedTree(root), prefix=real[len(root) :] if root else named, location=location)


def _is_root(disk: FileTree, path: str, names: set[str]) -> bool:
    if names & {"pyvenv.cfg", "conda-meta"}:
        return False
    if "usr" in names:
        return disk.is_kind(f"{path}/usr", "directory")
    return len(names & _ROOT_NAMES) > 1 and not installations_in(RootedTree(), path)


def _root_above(disk: FileTree, path: str) -> str:
    """The root file system that a directory lies in, ``""`` for the machine's own."""
    above = path.rpartition("/")[0]
    while above and not all(disk.is_kind(f"{above}/{name}", "directory") for name in ("etc", "usr")):
        above = above.rpartition("/")[0]
    return above


def examine_place(place: TreePlace, interpreter: str | None, identify: Identify) -> Examination:
    """The interpreter in a place, and what is installed for it. Raises ``InputError`` and ``ObservationError``."""
    tree = place.tree
    if place.prefix is None:
        one = _in_root(tree, interpreter, place.location)
        return _examine(tree, one, f"{place.location} ({one.executable})", identify)
    environment = environment_at(tree, place.prefix)
    found = installations_in(tree, place.prefix) if environment is None else (environment,)
    one = choose(found, interpreter, place.location)
    beside = f" ({one.executable.rpartition('/')[2]})" if len(found) > 1 else ""
    return _examine(tree, one, place.location + beside, identify)


def _in_root(tree: FileTree, named: str | None, location: str) -> Installation:
    one = installation_at(tree, posixpath.normpath("/" + named.lstrip("/"))) if named and "/" in named else None
    return choose(installations_below(tree), named, location) if one is None else one


def _examine(tree: FileTree, one: Installation, location: str, identify: Identify) -> Examination:
    release = "" if one.library is None else one.library[len("python") :].rstrip("t")
    if release and tuple(map(int, release.split("."))) < OLDEST:
        raise too_old(release, location)
    python = _read_python(tree, one)
    path = search_path(tree, one)
    base = "" if one.base is None else one.base.prefix
    installed = read_environment(tree, path.paths, (one.prefix, base), identify)
    packages = tuple(distribution.package for distribution in installed.distributions)
    observation = Observation(
        environment=python.environment._replace(packages=packages),
        kind="dir",
        location=location,
        unknown=tuple(sorted({*installed.unknown, *path.unknown, *python.unknown})),
        problems=tuple(sorted({*installed.problems, *python.problems})),
        started=path.started,
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


def _on_machine(tree: FileTree, one: Distribution) -> Distribution:
    """The directory that it was installed from, as a path of this machine."""
    return one if one.source is None else one._replace(source=tree.root + one.source)


def _read_python(tree: FileTree, one: Installation) -> _Python:
    program = None if one.program is None else read_program(tree, one.program)
    if one.base is not None and program is None:
        state = "is not there" if one.program is None else "is not a program that can be read"
        reason = f"bin/{one.executable.rpartition('/')[2]} {state}"
        return _Python(environment=Environment(), unknown=(Unknown("python", reason),), problems=())
    release = release_of(tree, one)
    lost = _lost_program(tree, one) if program is None else ()
    abi = abi_of(tree, one.base.stdlib) if one.base is not None else None
    environment = Environment(
        python=release.version,
        implementation=_implementation(abi, one),
        abi=abi,
        platform=platform_of(tree, program),
    )
    return _Python(environment=environment, unknown=(*release.unknown, *lost), problems=release.problems)


def _lost_program(tree: FileTree, one: Installation) -> tuple[Unknown, ...]:
    """Of an environment whose base is gone: it says which version it was for, and cannot be started."""
    directory, _, name = one.executable.rpartition("/")
    there = name in tree.names_if_any(directory)
    state = "leads to an interpreter that is not there" if there else "is not there"
    return (Unknown("python", f"bin/{name} {state}"),)


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
