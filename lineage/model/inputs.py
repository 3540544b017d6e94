"""What a model was made from: what DVC recorded of files and stages, what other manifests record, what a run read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.model.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A file or directory as one of DVC's files records it."""

    path: str
    """POSIX, from the repository root"""
    pointer: str
    """the ``*.dvc`` or ``dvc.lock`` it stands in"""
    digest: str | None
    """``md5:<hex>`` or ``md5-dos2unix:<hex>``, ``.dir`` behind it for a directory; ``None`` when there is none"""
    size: int | None = None
    """bytes"""
    is_directory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A manifest of the same repository, as something that a model may have been made from."""

    path: str
    """POSIX, from the repository root"""
    id: str
    weights: tuple[Weights, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """The files of a repository that a watched run touched. Paths POSIX from its root."""

    read: frozenset[str]
    """opened for reading by a watched process, of those that are files now"""
    written: frozenset[str]
    """opened for writing by a watched process"""
    changed: frozenset[str]
    """changed while the run went on, by whatever"""
    late: frozenset[str] = frozenset()
    """of those read: changed after the run's end"""
    unseeing: int = 0
    """processes whose files could not be watched: Python 3.7 and older"""


def enclosing(path: str, outputs: Iterable[Tracked]) -> Tracked | None:
    """The output that is this path, else the nearest directory around it."""
    around = [one for one in outputs if one.path == path or (one.is_directory and path.startswith(one.path + "/"))]
    return max(around, key=lambda one: len(one.path), default=None)


def is_within(path: str, places: Collection[str]) -> bool:
    """Whether the path is one of the places, or lies below one."""
    return path in places or any(directory in places for directory in above(path))


def above(path: str) -> Iterator[str]:
    """Every directory above a path, outermost first, without the root."""
    for position, letter in enumerate(path):
        if letter == "/":
            yield path[:position]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All paths POSIX, relative to the repository root."""

    name: str
    file: str
    """the ``dvc.yaml`` it stands in"""
    commands: tuple[str, ...]
    """``cmd``, one or several shell command lines, as written"""
    directory: str
    """the working directory of the commands; ``""`` is the root"""
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    """outs, metrics and plots"""
    params: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(file, dotted keys of it), in their order; no key means the whole file"""
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedStage:
    """What one run of a stage started from and gave, with everything that DVC had to fill in filled in."""

    name: str
    """of one run of a ``foreach`` or ``matrix`` stage: ``train@us``"""
    file: str
    """the ``dvc.lock`` it stands in"""
    deps: tuple[Tracked, ...] = ()
    outs: tuple[Tracked, ...] = ()
    """outs, metrics and plots"""
    metrics: tuple[str, ...] = ()
    """paths of those outs that ``dvc.yaml`` declares as metrics"""
    params: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=(), hash=False)
    """(file, dotted key → value)"""
    outside: int = 0
    """dependencies that lie outside of the repository"""
