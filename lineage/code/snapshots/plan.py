"""What a snapshot of a dirty work tree takes from where: all that is to be known before anything is written.

A submodule that is dirty gets a snapshot of its own, in its own repository. The files of a repository that lies in the
work tree and is no submodule are files as any other.
"""

import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from lineage.code.snapshots.objects import own_files
from lineage.code.snapshots.rules import Chosen, choose, is_left_out
from lineage.code.state import RepositoryState, describe_repository, environment_test
from lineage.errors import RepositoryError
from lineage.git.repository import GitRepository
from lineage.git.worktree import FILES, LINK, SUBMODULE, Moment, state_of, trusts_modes
from lineage.manifest.files import named_weights
from lineage.model.code import Edit, Staged
from lineage.model.manifest import manifests_among
from lineage.system.files import MAX_DOCUMENT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file or link of the work tree that is to be read."""

    path: str
    """POSIX from the root"""
    mode: str
    state: tuple[int, ...]
    """before it is read"""
    is_new: bool
    """git does not have bytes of it, but for a pointer"""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.state[3]

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.state[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPlan:
    """A snapshot to be made of one repository."""

    root: Path
    head_tree: str
    moment: Moment
    removed: tuple[str, ...]
    staged: tuple[tuple[str, Staged], ...]
    files: tuple[File, ...]
    modules: tuple[tuple[str, "SnapshotPlan"], ...]
    """submodules that get a snapshot"""

    def sizes(self) -> dict[str, int]:
        """Path → bytes of all files that are new to git, those of submodules too."""
        found = {file.path: file.size for file in self.files if file.is_new}
        for place, module in self.modules:
            found |= {f"{place}/{path}": size for path, size in module.sizes().items()}
        return found


def plan(state: RepositoryState, weights: Collection[str], generated: Collection[str]) -> SnapshotPlan:
    """How to make a snapshot of a repository. ``weights`` are those being captured; ``generated``: what the run made.

    Raises ``RepositoryError``, and ``InputError`` for a malformed file of DVC in a submodule.
    """
    tree = state.work_tree
    if tree is None:
        raise RepositoryError("not in a git repository", where=str(state.root))
    left_out = {*weights, *_outputs(state), *_recorded_weights(state)}
    chosen = choose(
        tree.edits,
        tree.index,
        left_out=left_out,
        generated=generated,
        is_environment=environment_test(state.root, state.tracked),
    )
    reading = _Reading(state.root, left_out, {*generated})
    reading.read(chosen)
    return SnapshotPlan(
        root=state.root,
        head_tree=tree.tree,
        moment=tree.moment,
        removed=(*chosen.removed, *reading.gone),
        staged=(*chosen.staged, *reading.modules),
        files=tuple(reading.files),
        modules=tuple(reading.plans),
    )


def _outputs(state: RepositoryState) -> Iterator[str]:
    yield from (output.path for output in (*state.outputs, *state.former_outputs))
    yield from (path for stage in state.stages for path in stage.outs)


def _recorded_weights(state: RepositoryState) -> Iterator[str]:
    """The weights that any manifest here names."""
    for path in manifests_among(state.paths):
        file = state.root / path
        if file.stat().st_size <= MAX_DOCUMENT_BYTES:
            yield from named_weights(file.read_bytes())


class _Reading:
    """What lies in the work tree at the paths that are to be read."""

    def __init__(self, root: Path, left_out: Collection[str], generated: Collection[str]) -> None:
        self._root = root
        self._left_out = left_out
        self._generated = generated
        self._trusts_modes: bool | None = None
        self.gone: list[str] = []
        self.files: list[File] = []
        self.modules: list[tuple[str, Staged]] = []
        self.plans: list[tuple[str, SnapshotPlan]] = []

    def read(self, chosen: Chosen) -> None:
        for edit in chosen.read:
            state = state_of(self._root / edit.path)
            kind = stat.S_IFMT(state[0]) if state else 0
            if kind == stat.S_IFDIR:
                self._read_directory(edit)
            elif kind in (stat.S_IFREG, stat.S_IFLNK):
                mode = LINK if kind == stat.S_IFLNK else self._mode(edit, state)
                self.files.append(File(path=edit.path, mode=mode, state=state, is_new=_is_new(edit)))
            else:
                self.gone.append(edit.path)

    def _mode(self, edit: Edit, state: tuple[int, ...]) -> str:
        """Of a regular file: as git sees it, which may not trust the file system."""
        if edit.mode in (*FILES, LINK):
            return edit.mode or ""
        if not state[0] & stat.S_IXUSR and (edit.staged is None or edit.staged.mode == FILES[0]):
            return FILES[0]
        if self._trusts_modes is None:
            self._trusts_modes = trusts_modes(self._root)
        if not self._trusts_modes:
            return edit.staged.mode if edit.staged is not None else FILES[0]
        return FILES[bool(state[0] & stat.S_IXUSR)]

    def _read_directory(self, edit: Edit) -> None:
        place = self._root / edit.path
        if not (place / ".git").exists():
            self.gone.append(edit.path)  # what lies in it has edits of its own
        elif SUBMODULE in (edit.mode, edit.staged.mode if edit.staged is not None else ""):
            self._read_module(edit.path)
        else:
            self.gone.append(edit.path.rstrip("/"))
            self._read_nested(edit.path.rstrip("/"))

    def _read_module(self, path: str) -> None:
        inside = [one[len(path) + 1 :] for one in self._left_out if one.startswith(f"{path}/")]
        made = [one[len(path) + 1 :] for one in self._generated if one.startswith(f"{path}/")]
        with GitRepository.open(self._root / path) as inner:
            state = describe_repository(inner, made)
            if state.is_dirty:
                self.plans.append((path, plan(state, inside, made)))
            else:
                self.modules.append((path, Staged(mode=SUBMODULE, blob=state.code.base)))

    def _read_nested(self, place: str) -> None:
        """The files of a repository that is none of ours."""
        for name in own_files(self._root / place):
            path = f"{place}/{name}"
            state = state_of(self._root / path)
            if stat.S_ISDIR(state[0]) if state else False:
                self._read_nested(path.rstrip("/"))
            elif state and not is_left_out(path, self._left_out):
                edit = Edit(path=path, status="untracked")
                self.read(Chosen(removed=(), staged=(), read=(edit,)))


def _is_new(edit: Edit) -> bool:
    """Whether its bytes would be the first ones that git gets of the file."""
    return edit.staged is None or edit.staged.mode == SUBMODULE or edit.is_pointer
