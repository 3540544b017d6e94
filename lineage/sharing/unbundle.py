"""A bundle brought home: its commit into the repository, its manifest and weights to their places.

All or nothing: everything is checked before the first write, and a write that fails takes those before it back. A
bundle comes from another machine, so nothing in it is believed, and nothing of it is run.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lineage.code.snapshots.objects import forget, keep
from lineage.code.snapshots.rules import NAMESPACE, megabytes
from lineage.errors import InputError, RepositoryError
from lineage.git.bundle import (
    Header,
    check_connected,
    missing_of,
    read_header,
    take_objects,
    tree_in,
    unusable,
)
from lineage.git.repository import GitRepository
from lineage.manifest.files import parse_manifest
from lineage.model.manifest import StoredManifest
from lineage.sharing.bundle_index import CODE, INDEX, MANIFEST, Index, check_fits, files_of, parse_index
from lineage.sharing.placing import Placing, check_place, has_content, has_weights
from lineage.sharing.tar import Entry, content_of, entries, opened, pour
from lineage.system.files import MAX_DOCUMENT_BYTES
from lineage.system.hashing import Advance
from lineage.system.scratch import make_scratch, remove_scratch

_MOST_INDEX = 64 * 1024 * 1024
"""bytes: about 400,000 files of weights"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was brought home."""

    stored: StoredManifest
    """its path is that of the file, POSIX from the repository root"""
    changed: bool
    """whether the manifest was written"""
    commit: str
    ref: str | None
    """what keeps the commit; ``None`` where a remote branch has it"""
    weights: tuple[str, ...]
    """paths of those that were written"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A bundle that says of itself what fits together."""

    file: io.FileIO
    where: str
    index: Index
    entries: dict[str, Entry]
    stored: StoredManifest
    content: bytes
    """of the manifest"""


def unbundle(path: Path, repository: GitRepository, *, force: bool, advance: Advance | None = None) -> Imported:
    """Take what a bundle holds into a repository.

    With ``force`` a manifest and weights that differ are replaced. Raises ``InputError`` where the bundle cannot be
    trusted, where it builds on commits that are not here, and where another file stands in the way; ``StoreError``
    and ``RepositoryError`` where something cannot be written. Then nothing was changed.
    """
    with opened(path) as file:
        read = _read(file, str(path))
        root = repository.root
        if len(read.index.commit) != (40 if repository.object_format == "sha1" else 64):
            message = f"its commits are not of the kind of this repository, {repository.object_format}"
            raise InputError(message, where=read.where)
        placing = Placing(root, read.file, read.where, force)
        _plan(placing, read, root)
        scratch = make_scratch()
        try:
            _check_digests(read, scratch, advance)
            code = _checked_code(read, repository, scratch)
            needs_ref = not repository.published(read.index.commit)
            ref = NAMESPACE + read.index.commit if needs_ref else None
            with placing:
                placing.stage(advance)
                if code is not None:
                    take_objects(root, scratch / CODE, code)
                placing.finish(partial(_keep, root, ref, read.index.commit))
        finally:
            remove_scratch(scratch)
    return Imported(
        stored=read.stored,
        changed=placing.writes_manifest,
        commit=read.index.commit,
        ref=ref,
        weights=tuple(one.path for one in placing.weights),
    )


def _keep(root: Path, ref: str | None, commit: str) -> Callable[[], None]:
    """Let a ref name the commit, where one is needed; what takes that back."""
    is_new = ref is not None and keep(root, ref, commit)
    return partial(forget, root, ref, commit) if ref is not None and is_new else lambda: None


def _read(file: io.FileIO, where: str) -> _Opened:
    """The index of a bundle, checked against the manifest and the names and sizes of all that follows it."""
    walk = entries(file, where)
    first = next(walk, None)
    if first is None or first.name != INDEX:
        raise InputError("is not a bundle of lineage", where=where)
    index = parse_index(content_of(file, first, _MOST_INDEX, where), where)
    found: dict[str, Entry] = {}
    for member in index.members:
        entry = next(walk, None)
        if entry is None or entry.name != member.name or entry.size != member.size:
            raise InputError(f"its members are not those that its index names: {member.name}", where=where)
        found[entry.name] = entry
    if next(walk, None) is not None:
        raise InputError("its members are not those that its index names: there are more", where=where)
    content = content_of(file, found[MANIFEST], MAX_DOCUMENT_BYTES, where)
    stored = parse_manifest(content, f"{where}:{index.manifest}")
    check_fits(index, stored.manifest, stored.id, where)
    return _Opened(file=file, where=where, index=index, entries=found, stored=stored, content=content)


def _check_digests(read: _Opened, scratch: Path, advance: Advance | None) -> None:
    """Every byte against the index; not before it is known that there is room: a sparse file may be of any size."""
    if CODE in read.entries:
        _check_room(scratch, read.entries[CODE].size, read.where)
    for member in read.index.members:
        if pour(read.file, read.entries[member.name], read.where, advance=advance) != member.sha256:
            raise InputError(f"is damaged: {member.name} has not the digest that its index names", where=read.where)


def _plan(placing: Placing, read: _Opened, root: Path) -> None:
    """What is to be written where. Raises ``InputError`` where something else is in the way."""
    path = read.index.manifest
    check_place(root, path)
    if not has_content(root / path, read.content):
        placing.add_manifest(path, read.content)
    for one in read.stored.manifest.weights if read.index.weights else ():
        check_place(root, one.path)
        if not has_weights(root / one.path, one):
            files = [
                (name, read.entries[member.name], member.sha256) for name, member in files_of(one, read.index.weights)
            ]
            placing.add_weights(one, files)
    placing.check_room()


def _checked_code(read: _Opened, repository: GitRepository, scratch: Path) -> Header | None:
    """The commits in the bundle, looked at beside the repository; ``None`` where it needs none of them."""
    commit, where = read.index.commit, read.where
    entry = read.entries.get(CODE)
    if entry is None:
        if repository.exists(commit):
            return None
        hint = "git fetch, then import again"
        raise InputError(f"leaves out the commit {commit}, which a remote had, and it is not here", where, hint)
    path = scratch / CODE
    with path.open("wb") as copy:
        pour(read.file, entry, where, copy.write)
    header = read_header(path, where)
    if header.heads != ((NAMESPACE + commit, commit),) or header.object_format != repository.object_format:
        raise InputError(f"{CODE} does not hold the commit of the manifest, {commit}", where=where)
    missing = missing_of(repository.root, header.prerequisites)
    if missing:
        hint = "git fetch may bring them, then import again"
        raise InputError(f"builds on commits that are not here: {', '.join(missing)}", where=where, hint=hint)
    try:
        check_connected(repository.root, path)
        (scratch / "objects").mkdir()
        take_objects(repository.root, path, header, scratch / "objects")
        tree = tree_in(repository.root, commit, scratch / "objects")
    except RepositoryError as error:
        raise unusable(error, where) from error
    if tree is None or tree != (read.stored.manifest.code.tree or tree):
        raise InputError(f"{CODE} does not hold the commit of the manifest, {commit}", where=where)
    return header


def _check_room(place: Path, size: int, where: str) -> None:
    from shutil import disk_usage

    free = disk_usage(place).free
    if size > free:
        message = f"needs {megabytes(size)} of space for a moment, and there are {megabytes(free)}"
        raise InputError(message, where=where, hint=f"name another place in TMPDIR than {place.parent}")
