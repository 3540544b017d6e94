"""What belongs into a snapshot of a dirty work tree, and the bytes of its commit; decided from what was observed.

A snapshot is the tree of HEAD with each path as it lies in the work tree. Not in it, even where git tracks them:
weights, outputs of DVC, manifests and their logs: they are made from code, and one state of the code has one snapshot
before and after. As at HEAD: what the run generated, and what Python and DVC leave behind.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from posixpath import basename

from lineage.code.cleanliness import TEMPORARY, directories
from lineage.model.code import Edit, Staged
from lineage.model.manifest import LOG_SUFFIX, SUFFIX

NAMESPACE = "refs/lineage/"
MESSAGE = "Snapshot of a work tree, made by lineage"
_AUTHOR = "lineage <lineage.localhost>"
_COMMITTED = re.compile(rb"^committer .*> (\d{1,18} [+-]\d{4})$", re.MULTILINE)
_QUOTED_DIRECTORIES = re.compile(r"'/[^']*/(?=[^'/]+')")
_DIRECTORIES = re.compile(r"(?<!\S)/(?:[^\s:]+/)+")
_NAMED_LARGEST = 10
_OF_DVC = ("cache", "tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is to be done to the tree of HEAD. Paths POSIX from the root; one path is in one of them."""

    removed: tuple[str, ...]
    staged: tuple[tuple[str, Staged], ...]
    """as the index has them"""
    read: tuple[Edit, ...]
    """as they lie in the work tree"""


def choose(
    edits: Iterable[Edit],
    index: Collection[str],
    *,
    left_out: Collection[str],
    generated: Collection[str],
    is_environment: Callable[[str], bool],
) -> Chosen:
    """What a snapshot takes from where.

    Of two edits of one path the later holds. ``left_out``: weights and outputs of DVC, files and directories.
    ``generated`` and ``is_environment``: as for ``cleanliness.code_changes``.
    """
    places = frozenset(place.rstrip("/") for place in left_out)
    made = frozenset(path.rstrip("/") for path in generated)
    environment = cache(is_environment)
    removed = set(_held(index, places))
    staged: dict[str, Staged] = {}
    read: dict[str, Edit] = {}
    for edit in edits:
        staged.pop(edit.path, None)
        read.pop(edit.path, None)
        if _is_left_out(edit.path, places):
            removed.add(edit.path)
        elif _is_noise(edit, made, environment):
            continue
        elif not edit.is_as_staged:
            read[edit.path] = edit
        elif edit.staged is not None:
            staged[edit.path] = edit.staged
        else:
            removed.add(edit.path)
    removed -= read.keys() | staged.keys()
    return Chosen(removed=tuple(sorted(removed)), staged=tuple(sorted(staged.items())), read=tuple(read.values()))


def is_left_out(path: str, left_out: Collection[str]) -> bool:
    """Whether a path is a manifest or its log, or one of ``left_out``, or lies below one."""
    return _is_left_out(path, frozenset(place.rstrip("/") for place in left_out))


def _is_left_out(path: str, places: frozenset[str]) -> bool:
    return _is_manifest(path) or not places.isdisjoint((path.rstrip("/"), *directories(path)))


def _is_manifest(path: str) -> bool:
    return path.endswith((SUFFIX, LOG_SUFFIX)) or TEMPORARY.fullmatch(basename(path)) is not None


def _held(index: Collection[str], places: frozenset[str]) -> Iterable[str]:
    """What of the index is left out; an index may hold very many paths, so places are looked up in it."""
    yield from (path for path in index if path.endswith((SUFFIX, LOG_SUFFIX)))
    names = sorted(index)
    for place in places:
        first = bisect_left(names, place)
        if first < len(names) and names[first] == place:
            yield place
        yield from names[bisect_left(names, place + "/") : bisect_left(names, place + "0")]  # 0 follows the slash


def _is_noise(edit: Edit, made: frozenset[str], environment: Callable[[str], bool]) -> bool:
    around = (*directories(edit.path),)
    if edit.path.endswith(".pyc") or any(basename(one) == "__pycache__" for one in around):
        return True
    if not made.isdisjoint((edit.path.rstrip("/"), *around)):
        return True
    return edit.status == "untracked" and any(environment(one) or _is_of_dvc(one) for one in around)


def _is_of_dvc(directory: str) -> bool:
    parts = f"/{directory}".split("/")
    return parts[-2] == ".dvc" and parts[-1] in _OF_DVC


def too_large(sizes: Mapping[str, int], limit: int) -> str | None:
    """What is wrong with files of these sizes (bytes) where more than ``limit`` would be new to the repository."""
    total = sum(sizes.values())
    if total <= limit:
        return None
    largest = sorted(sizes, key=lambda path: (-sizes[path], path))
    shown = ", ".join(f"{path} ({megabytes(sizes[path])})" for path in largest[:_NAMED_LARGEST])
    more = f" and {len(largest) - _NAMED_LARGEST} more" if len(largest) > _NAMED_LARGEST else ""
    count = "1 file" if len(largest) == 1 else f"{len(largest)} files"
    return (
        f"a snapshot of the code would hold {count} of {megabytes(total)} that git does not know, more than the limit "
        f"of {megabytes(limit)}: {shown}{more}"
    )


def megabytes(size: int) -> str:
    """A size in bytes, as people and policies write it."""
    return f"{size / 1_000_000:,.1f} MB".replace(".0 ", " ") if size >= 100_000 else f"{size:,} bytes"


def without_places(message: str) -> str:
    """What git says, without the directories of this machine: a manifest keeps none."""
    return _DIRECTORIES.sub("", _QUOTED_DIRECTORIES.sub("'", message))


def commit_bytes(tree: str, base: str, base_bytes: bytes) -> bytes:
    """The object of a snapshot's commit; ``base_bytes`` is the object of ``base``, whose committer's date it has."""
    found = _COMMITTED.search(base_bytes.partition(b"\n\n")[0])
    when = found[1].decode("ascii") if found else "0 +0000"
    lines = [f"tree {tree}", f"parent {base}", f"author {_AUTHOR} {when}", f"committer {_AUTHOR} {when}"]
    return "\n".join([*lines, "", MESSAGE, ""]).encode("ascii")
