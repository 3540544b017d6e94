"""What a capture needs to know of a repository: the commit that ran, its files, what DVC says in it."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from lineage.code.cleanliness import code_changes
from lineage.dvc.pointers import Output, declared_stages, is_pointer, tracked_outputs
from lineage.git.repository import GitRepository
from lineage.git.worktree import WorkTree, file_changes
from lineage.model.code import Code, FileChange
from lineage.model.inputs import Stage
from lineage.portable.environment import Problem
from lineage.redaction.addresses import normalise_remote
from lineage.system.plainfiles import is_environment

_SHOWN_PATHS = 50
_OF_DVC = (".dvc", "dvc.lock", "dvc.yaml")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryState:
    """A repository at one moment. All paths POSIX from its root."""

    root: Path
    code: Code
    """without ``files``"""
    paths: frozenset[str]
    """tracked files and untracked ones that are not ignored, as they stand in the work tree; without a repository all
    that may be code"""
    outputs: tuple[Output, ...]
    """what DVC tracks"""
    stages: tuple[Stage, ...]
    problems: tuple[Problem, ...]
    blobs: Mapping[str, str]
    """path → git blob id, of tracked files that are unchanged"""
    tracked: frozenset[str] = frozenset()
    """what the index holds; empty without a repository"""
    work_tree: WorkTree | None = None
    """how HEAD, index and files differ; ``None`` without a repository"""
    former_outputs: tuple[Output, ...] = ()
    """what DVC tracked at HEAD in pointers that changed since"""

    @property
    def is_dirty(self) -> bool:
        """Whether the code is compared with HEAD, and another."""
        return self.work_tree is not None and self.code.commit is None

    def read(self, path: str) -> bytes | None:
        """The bytes of a known file; ``None`` for any other path, so that nothing outside or ignored is read."""
        return (self.root / path).read_bytes() if path in self.paths else None


def describe_repository(repository: GitRepository, generated: Collection[str]) -> RepositoryState:
    """The state of a repository. ``generated`` are the paths that the run made: they do not make it dirty.

    Raises ``RepositoryError``, and ``InputError`` for a malformed file of DVC.
    """
    work_tree = repository.work_tree()
    changes = file_changes(work_tree)
    index = work_tree.index
    changed = {change.path for change in changes}
    # What git finds unchanged is there; the others are looked at.
    unsure = work_tree.unsure | changed
    known = {path for path in index if path not in unsure}
    known |= {path for path in unsure if (repository.root / path).is_file()}
    state = RepositoryState(
        root=repository.root,
        code=Code(base=work_tree.moment.commit),
        paths=frozenset(known),
        outputs=(),
        stages=(),
        problems=(),
        blobs={path: blob for path, blob in index.items() if path not in changed},
    )
    of_dvc = sorted(path for path in known if path.endswith(_OF_DVC))
    outputs = tracked_outputs(of_dvc, state.read)
    former = _former_outputs(repository, changes)
    dirty = code_changes(
        changes,
        generated=generated,
        gitignores=_gitignores(repository, changes),
        outs={output.path for output in (*outputs, *former)},
        is_environment=environment_test(repository.root, index),
    )
    remote = repository.remote()
    return RepositoryState(
        root=repository.root,
        code=Code(
            base=work_tree.moment.commit,
            commit=None if dirty else work_tree.moment.commit,
            tree=None if dirty else work_tree.tree,
            remote=None if remote is None else normalise_remote(remote),
        ),
        paths=state.paths,
        outputs=outputs,
        stages=declared_stages(of_dvc, state.read),
        problems=tuple(_dirty_problems(dirty, {change.path: change.status for change in changes})),
        blobs=state.blobs,
        tracked=frozenset(index),
        work_tree=work_tree,
        former_outputs=former,
    )


def environment_test(root: Path, index: Collection[str]) -> Callable[[str], bool]:
    """What tells whether a directory, without a slash at its end, is an environment of which git tracks nothing."""

    def test(path: str) -> bool:
        return is_environment(root / path) and not any(one.startswith(path.rstrip("/") + "/") for one in index)

    return test


class Blobs(Protocol):
    """What tells the git blob id of a file by its path from the root."""

    def blob_id(self, path: str) -> str: ...


def blob_ids(state: RepositoryState, repository: Blobs, paths: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(path, git blob id) of files of the work tree, sorted."""
    return tuple((path, state.blobs.get(path) or repository.blob_id(path)) for path in sorted(paths))


def _dirty_problems(dirty: tuple[str, ...], statuses: Mapping[str, str]) -> list[Problem]:
    problems = [Problem("code.dirty", path, f"{statuses[path]}, not as committed") for path in dirty[:_SHOWN_PATHS]]
    if len(dirty) > _SHOWN_PATHS:
        problems.append(Problem("code.dirty", "…", f"{len(dirty) - _SHOWN_PATHS} more paths"))
    return problems


def _gitignores(repository: GitRepository, changes: tuple[FileChange, ...]) -> dict[str, tuple[bytes, bytes]]:
    """Of each changed ``.gitignore``: (bytes at HEAD, bytes in the work tree)."""
    found = {}
    for change in changes:
        if change.path.rpartition("/")[2] == ".gitignore":
            path = repository.root / change.path
            before = repository.read_at("HEAD", change.path)
            found[change.path] = (before or b"", path.read_bytes() if path.is_file() else b"")
    return found


def _former_outputs(repository: GitRepository, changes: tuple[FileChange, ...]) -> tuple[Output, ...]:
    """What DVC tracked at HEAD in pointers that changed since."""
    pointers = sorted({change.path for change in changes if is_pointer(change.path)})
    return tracked_outputs(pointers, lambda path: repository.read_at("HEAD", path))


def own_file(state: RepositoryState) -> Callable[[str], str | None]:
    """What tells of an absolute path which file of the repository it is, POSIX from its root; ``None`` for none.

    What installers put into an environment inside of the repository is none.
    """
    root = str(state.root)

    @cache
    def own(path: str) -> str | None:
        if not _INSTALLED.isdisjoint(Path(path).parts):
            return None
        real = os.path.realpath(path)
        inner = real[len(root) + 1 :].replace(os.sep, "/") if real.startswith(root + os.sep) else None
        return inner if inner in state.paths else None

    return own
