"""A dirty work tree as a commit whose tree is exactly it: the same state, the same commit, for any user on any path.

Kept under ``refs/lineage/<commit>``, so that git does not collect it. HEAD, index, branches, stash and locks of the
user are only read.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.code.directory import CodeDirectory, describe_code
from lineage.code.snapshots.objects import forget, hash_bytes, hash_files, keep, write_commit
from lineage.code.snapshots.plan import File, SnapshotPlan, plan
from lineage.code.snapshots.rules import NAMESPACE, commit_bytes, too_large, without_places
from lineage.code.snapshots.trees import TreeEntry, read_base, write_trees
from lineage.code.state import RepositoryState
from lineage.errors import InputError, LineageError, RepositoryError
from lineage.git.asking import give
from lineage.git.repository import GitRepository
from lineage.git.worktree import FILES, SUBMODULE, moment_of, state_of
from lineage.portable.environment import Problem
from lineage.redaction.files import decoded, find_in_file, is_secret_file
from lineage.redaction.secrets import secrets_of
from lineage.system.scratch import make_scratch, remove_scratch

NOT_KEPT, DIRTY = "code.not-kept", "code.dirty"
NOT_ASKED = "no snapshot of the code was made, as asked: what ran is in no commit"
_PART = 1 << 20
_HINT = (
    "name in .gitignore what is no code, let DVC track data, raise limit in [tool.lineage.snapshot], or leave the "
    "snapshot out: --no-snapshot"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """That a snapshot is to be made of what is dirty."""

    limit: int
    """bytes of files that git does not know yet"""
    weights: tuple[str, ...] = ()
    """those being captured: not in it. POSIX from the root, files and directories"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A commit whose tree is a work tree."""

    commit: str
    tree: str
    blobs: tuple[tuple[str, str], ...]
    """(path, blob id) of the files in it that are not as HEAD has them"""


def describe_kept(code: CodeDirectory, generated: Collection[str], wish: Wish | None) -> RepositoryState:
    """The state of the code with a commit, be it a snapshot; without a wish of one as it is, with a problem.

    ``generated`` is what the run made. Raises as ``describe_code`` does, and ``InputError`` where the files that git
    does not know are larger than the limit: then nothing was written. What else keeps a snapshot from being made is a
    problem.
    """
    return kept(code, describe_code(code, generated), generated, wish)


def kept(code: CodeDirectory, state: RepositoryState, generated: Collection[str], wish: Wish | None) -> RepositoryState:
    """The same for a state that was described just now."""
    if not isinstance(code, GitRepository) or not state.is_dirty:
        return state
    if wish is None:
        return _not_kept(state, NOT_ASKED)
    try:
        found = _taken(state, wish, generated)
        if found is None:  # something moved meanwhile: once more
            state = describe_code(code, generated)
            found = _taken(state, wish, generated)
    except (RepositoryError, OSError) as error:
        return _not_kept(state, no_snapshot(error))
    if found is None:
        return _not_kept(state, "no snapshot of the code could be made: it changed while it was read, twice")
    return replace(
        state,
        code=replace(state.code, commit=found.commit, tree=found.tree),
        blobs={**state.blobs, **dict(found.blobs)},
        problems=tuple(one for one in state.problems if one.code != DIRTY),
    )


def add_file(root: Path, commit: str, base: str, path: str, content: bytes) -> Snapshot:
    """A commit like a snapshot, or HEAD, with one file more; it stands on ``base``, and is kept as snapshots are.

    Raises ``RepositoryError``.
    """
    blob = hash_bytes(root, content)
    found = read_base(root, commit, [path])
    tree = write_trees(root, found, [], {path: TreeEntry(FILES[0], blob)}, len(commit))
    made = write_commit(root, commit_bytes(tree, base, found.commit))
    keep(root, NAMESPACE + made, made)
    return Snapshot(commit=made, tree=tree, blobs=((path, blob),))


def _not_kept(state: RepositoryState, detail: str) -> RepositoryState:
    return replace(state, problems=(*state.problems, Problem(NOT_KEPT, "code", detail)))


def no_snapshot(error: LineageError | OSError) -> str:
    """Why there is none, without any path of this machine: a manifest keeps none."""
    reason = error.message if isinstance(error, LineageError) else error.strerror or "it could not be written"
    return f"no snapshot of the code could be made: {without_places(reason)}"


def _taken(state: RepositoryState, wish: Wish, generated: Collection[str]) -> Snapshot | None:
    """The snapshot of a dirty state; ``None`` when it moved meanwhile."""
    try:
        planned = plan(state, wish.weights, generated)
    except InputError as error:  # a malformed file of DVC in a submodule
        raise RepositoryError(error.message, where=error.where) from error
    refusal = too_large(planned.sizes(), wish.limit)
    if refusal is not None:
        raise InputError(refusal, where=str(state.root), hint=_HINT)
    _refuse_secrets(planned)
    kept: list[tuple[SnapshotPlan, str]] = []
    try:
        found = _written(planned, kept)
    except RepositoryError:
        if _is_unchanged(planned):
            raise
        return None
    if not _is_unchanged(planned):
        return None
    _keep(kept)
    return found


def _refuse_secrets(planned: SnapshotPlan) -> None:
    """A snapshot is made to be published; what HEAD has already is no matter. Raises ``RepositoryError``."""
    for file in planned.files:
        if not file.is_link:
            _refuse_secret(planned, file.path, None)
    for path, staged in planned.staged:
        if staged.mode in FILES:
            _refuse_secret(planned, path, staged.blob)
    for _, module in planned.modules:
        _refuse_secrets(module)


def _refuse_secret(planned: SnapshotPlan, path: str, blob: str | None) -> None:
    """Of one file, as the index has it in a blob, or as it lies in the work tree."""
    advice = "name the file in .gitignore, or take that out of it"
    found = find_in_file(_parts(planned.root, path, blob))
    if found is not None and not _is_known(planned.root, path, blob):
        raise RepositoryError(f"{path}:{found[0]} holds what looks like {found[1]}: {advice}")
    if is_secret_file(path):
        raise RepositoryError(f"{path} is a file that holds secrets by custom: {advice}")


def _is_known(root: Path, path: str, blob: str | None) -> bool:
    """Whether HEAD has all secrets of a file already."""
    before = give(root, "cat-file", "blob", f"HEAD:{path}", accepted=(0, 128))
    known, now = ("".join(decoded(parts)) for parts in ([before.stdout], _parts(root, path, blob)))
    return secrets_of(known) >= secrets_of(now)


def _parts(root: Path, path: str, blob: str | None) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    if blob is not None:
        yield give(root, "cat-file", "blob", blob).stdout
        return
    with (root / path).open("rb") as file:
        yield from iter(lambda: file.read(_PART), b"")


def _written(planned: SnapshotPlan, kept: list[tuple[SnapshotPlan, str]]) -> Snapshot:
    """The objects of a snapshot and of those inside it, written; what is to be kept by a ref is added to ``kept``."""
    inner = [(path, _written(module, kept).commit) for path, module in planned.modules]
    blobs = _hashed(planned)
    entries = {path: TreeEntry(one.mode, one.blob) for path, one in planned.staged}
    entries |= {file.path: TreeEntry(file.mode, blob) for file, blob in blobs}
    entries |= {path: TreeEntry(SUBMODULE, commit) for path, commit in inner}
    head = planned.moment.commit
    base = read_base(planned.root, head, [*planned.removed, *entries])
    tree = write_trees(planned.root, base, planned.removed, entries, len(head))
    found = tuple((path, one.blob) for path, one in entries.items() if one.mode != SUBMODULE)
    if tree == planned.head_tree:
        return Snapshot(commit=head, tree=tree, blobs=found)
    commit = write_commit(planned.root, commit_bytes(tree, head, base.commit))
    kept.append((planned, commit))
    return Snapshot(commit=commit, tree=tree, blobs=found)


def _hashed(planned: SnapshotPlan) -> list[tuple[File, str]]:
    """The files that are to be read, with the ids of their blobs, written."""
    # Where a file system has no links, they are files that hold their target.
    files = sorted(planned.files, key=lambda file: file.is_link)
    names = [file.path for file in files if not file.is_link]
    links = [planned.root / file.path for file in files if file.is_link]
    scratch = make_scratch() if links else None
    try:
        return list(zip(files, hash_files(planned.root, names, links, scratch), strict=True))
    finally:
        if scratch is not None:
            remove_scratch(scratch)


def _keep(kept: list[tuple[SnapshotPlan, str]]) -> None:
    """Let refs name the commits: all, or none that was not there before."""
    made: list[tuple[SnapshotPlan, str]] = []
    try:
        for planned, commit in kept:
            if keep(planned.root, NAMESPACE + commit, commit):
                made.append((planned, commit))
    except RepositoryError:
        for planned, commit in made:
            forget(planned.root, NAMESPACE + commit, commit)
        raise


def _is_unchanged(planned: SnapshotPlan) -> bool:
    """Whether HEAD, index and all files that were read are as they were when the snapshot was planned."""
    if moment_of(planned.root) != planned.moment:
        return False
    if any(state_of(planned.root / file.path) != file.state for file in planned.files):
        return False
    return all(_is_unchanged(module) for _, module in planned.modules)
