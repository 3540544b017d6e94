"""A watched run of a command: what its processes tell, from its start to the capture of what it made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lineage.portable.environment import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One Python process that wrote a record of itself. Paths are absolute, as the process used them."""

    pid: int
    parent: int
    forked: bool
    """it began as a copy of its parent, with all that the parent had loaded"""
    ended: bool
    """it wrote what it does at a regular end; a killed process does not"""
    answer: Mapping[str, Any]
    """what the probe says of the interpreter; of a forked process, what its parent said"""
    main: str | None = None
    """file that it ran as ``__main__``, where that is known"""
    modules: tuple[tuple[str, str | None], ...] = ()
    """(dotted name, file), sorted by name; ``None`` where the file was not learnt before the end"""
    importers: tuple[tuple[str, str], ...] = ()
    """(dotted name, file of the code that first imported it), sorted; also of imports that failed"""
    libraries: tuple[str, ...] = ()
    """shared objects that were mapped, sorted"""
    read: tuple[str, ...] = ()
    """files opened for reading below the run's root, sorted"""
    written: tuple[str, ...] = ()
    """files opened for writing below the run's root, sorted"""
    sees_files: bool = False
    """whether ``read`` and ``written`` were watched: Python 3.8 and newer"""
    born: float = 0.0
    """when it wrote its first line, by the clock of its machine: seconds since 1970; 0 where it did not tell"""
    started: tuple[str, ...] = ()
    """names of the programs that it started, last part only, in order; Python 3.8 and newer"""
    failures: tuple[str, ...] = ()
    """what the watcher itself could not do"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A Python process of the run that wrote no record."""

    pid: int
    program: str
    """last part of the executable's path"""
    reason: str
    """``-I``, ``-E``, ``-S``, ``environment`` (PYTHONPATH was dropped or replaced), ``unknown``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A command that was watched while it loaded a model and predicted."""

    command: tuple[str, ...]
    """as it may be published"""
    processes: tuple[Process, ...]
    unwatched: tuple[Unwatched, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An interactive session: what it runs stands in no script. Paths are absolute."""

    directory: str
    """where it works"""
    cells: tuple[str, ...] | None = None
    """the sources that it ran, as typed, in order; ``None`` where it keeps none, as Python's own prompt"""
    numbers: tuple[int, ...] = ()
    """of each of ``cells``, as the session counts what it runs"""
    given: tuple[int, ...] = ()
    """of those that whoever started the session put in, by what was typed: the command of the run tells them"""
    forgotten: int = 0
    """how many that it ran it does not keep any more"""
    notebook: str | None = None
    """the notebook, where the surroundings name it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCapture:
    """A capture that a process asked for with ``lineage.capture`` while its run was watched: done after the run."""

    paths: tuple[str, ...]
    """absolute"""
    output: str | None = None
    """absolute"""
    name: str | None = None
    entry: str | None = None
    """absolute"""
    labels: Mapping[str, Any]
    metrics: Mapping[str, Any]
    params: Mapping[str, Any]
    session: Session | None = None
    """what the process had run until then, where it runs no script"""
    snapshot: bool = True
    """what ran may be kept in a snapshot"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedCode:
    """The code of a repository when a run began: what it ran."""

    base: str
    """HEAD"""
    commit: str | None = None
    """as ``Code.commit``"""
    tree: str | None = None
    problems: tuple[Problem, ...] = ()
    """why there is no commit"""
    is_wished: bool = True
    """a snapshot was wished for, needed or not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is known of a run that ended, beside what its processes recorded themselves."""

    id: str
    command: tuple[str, ...]
    """as it may be published"""
    redacted: bool
    """whether something that may be a secret was taken out of ``command``"""
    directory: str
    """the working directory, POSIX from the repository root"""
    head: str
    """the commit at the start"""
    started: datetime
    """UTC, whole seconds"""
    seconds: float
    written: tuple[str, ...]
    """files that changed during the run, POSIX from the repository root, sorted"""
    unwatched: tuple[Unwatched, ...] = ()
