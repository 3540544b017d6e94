"""One model in one file: its manifest, the commit of its code and, when asked, its weights.

For a machine that may not push: what is in the file can be brought home from anywhere, see ``unbundle``. The same
model gives the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lineage.code.snapshots.rules import NAMESPACE
from lineage.errors import InputError, RepositoryError, WeightsError
from lineage.git.bundle import pack_commit
from lineage.git.published import submodules_of
from lineage.git.repository import GitRepository
from lineage.manifest.files import parse_manifest
from lineage.model.manifest import NO_REPOSITORY, SUFFIX, StoredManifest
from lineage.model.weights import Weights, foreign_control_file
from lineage.redaction.files import is_secret_file
from lineage.sharing.bundle_index import CODE, INDEX, MANIFEST, WEIGHTS, Index, Member, is_safe, render_index
from lineage.sharing.tar import END, entries, header, opened, padding
from lineage.system.files import read_document, replace_by
from lineage.system.hashing import Advance, hash_file
from lineage.system.scratch import make_scratch, remove_scratch
from lineage.weights.files import Walk
from lineage.weights.measure import tree_digest
from lineage.weights.reading import read_in_order

_CHUNK = 1 << 20
_PULL = "dvc pull may bring them back, else the run that made them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What was put into a file."""

    index: Index
    lacks: tuple[str, ...]
    """commits that a shallow clone has not: whoever imports needs them"""
    submodules: tuple[str, ...]
    """paths of submodules whose commits are only here, and not in the file"""


class _Part(NamedTuple):
    member: Member
    source: bytes | Path


def _name(part: _Part) -> str:
    return part.member.name


def check_replaceable(path: Path) -> None:
    """Refuse to put a bundle where another file stands. Raises ``InputError``."""
    if not path.exists():
        return
    hint = "move it away, or name another file"
    try:
        with opened(path) as file:
            first = next(entries(file, str(path)), None)
    except InputError as error:
        raise InputError("what stands there is no bundle, and is not replaced", where=str(path), hint=hint) from error
    if first is None or first.name != INDEX:
        raise InputError("what stands there is no bundle, and is not replaced", where=str(path), hint=hint)


def bundle(stored: StoredManifest, path: Path, *, with_weights: bool, advance: Advance | None = None) -> Bundled:
    """Write the bundle of a manifest to ``path``: whole, or what stood there still stands.

    Raises ``RepositoryError`` where its commit is not here, ``WeightsError`` where the weights are not the recorded
    ones, ``InputError`` where ``path`` holds something else, ``StoreError``.
    """
    check_replaceable(path)
    with _repository_of(stored) as (repository, place, content):
        manifest = parse_manifest(content, stored.path)
        code = manifest.manifest.code
        commit = code.commit or code.base
        if any(problem.code == NO_REPOSITORY for problem in manifest.manifest.problems):
            message = "its code was never compared with a commit, so there is none to bundle"
            raise RepositoryError(message, where=stored.path)
        if not repository.exists(commit):
            raise RepositoryError("is not in this repository", where=commit, hint="git fetch may bring it")
        scratch = make_scratch()
        try:
            ref = NAMESPACE + commit
            packed = pack_commit(repository.root, commit, ref, repository.object_format, scratch)
            parts = [_Part(_member_of(MANIFEST, content), content)]
            parts += [] if packed is None else [_Part(_member_at(CODE, packed.path), packed.path)]
            for one in manifest.manifest.weights if with_weights else ():
                parts += _weights_parts(repository.root, one, advance)
            weights = sorted((one for one in parts if one.member.name.startswith(WEIGHTS)), key=_name)
            parts = [*parts[: len(parts) - len(weights)], *weights]
            members = tuple(part.member for part in parts)
            index = Index(manifest=place, id=manifest.id, commit=commit, members=members)
            replace_by(path, _filling(index, parts, advance))
        finally:
            remove_scratch(scratch)
        return Bundled(
            index=index,
            lacks=() if packed is None else packed.lacks,
            submodules=tuple(_only_here(repository, commit)),
        )


@contextmanager
def _repository_of(stored: StoredManifest) -> Iterator[tuple[GitRepository, str, bytes]]:
    """The repository of a manifest, where it belongs there (POSIX from the root), and its exact bytes."""
    path = Path(stored.path)
    if path.is_file():
        absolute = path.absolute()
        with GitRepository.open(absolute.parent) as repository:
            place = (absolute.parent.resolve() / absolute.name).relative_to(repository.root).as_posix()
            yield repository, _checked_place(place), read_document(path, "manifest")
        return
    revision, _, place = stored.path.partition(":")
    with GitRepository.open(Path.cwd()) as repository:
        content = repository.read_at(revision, place)
        if content is None:
            raise InputError("there is no such file in that revision", where=stored.path)
        yield repository, _checked_place(place), content


def _checked_place(place: str) -> str:
    if not place.endswith(SUFFIX) or not is_safe(place):
        raise InputError(f"a manifest in a bundle must be a file *{SUFFIX} with a plain name", where=place)
    return place


def _only_here(repository: GitRepository, commit: str) -> Iterator[str]:
    """Submodules whose commits no remote of theirs is known to have."""
    for path, inner in submodules_of(repository.root, commit).items():
        if (repository.root / path / ".git").exists():
            with GitRepository.open(repository.root / path) as module:
                if module.exists(inner) and not module.published(inner):
                    yield path


def _member_of(name: str, content: bytes) -> Member:
    return Member(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _member_at(name: str, path: Path) -> Member:
    found = hash_file(path, ("sha256",))
    return Member(name=name, size=found.size, sha256=found.digests[0][1])


def _weights_parts(root: Path, one: Weights, advance: Advance | None) -> list[_Part]:
    """The files of weights, as they were recorded: with what DVC leaves out now, where it was recorded."""
    for everything in (False, True):
        walk = Walk(root / one.path, one.path, None, everything=everything)
        parts = []
        rows = []
        with closing(read_in_order(walk, one.path, ("sha256",), advance, None)) as files:
            for entry, result, _ in files:
                name = f"{WEIGHTS}{one.path}/{entry.path}" if entry.path else WEIGHTS + one.path
                if not is_safe(name):
                    raise WeightsError("a name that a bundle cannot hold", where=name.removeprefix(WEIGHTS))
                kind = foreign_control_file(entry.path) if entry.path else None
                if kind is not None:
                    hint = "leave the weights out, or move the file away and capture again"
                    raise WeightsError(f"is {kind}, which no bundle may bring", name.removeprefix(WEIGHTS), hint)
                if is_secret_file(name):
                    hint = "leave the weights out, or move the file away and capture again"
                    raise WeightsError("a file that holds secrets by custom", name.removeprefix(WEIGHTS), hint)
                digest = result.digests[0][1]
                rows.append((entry.path, digest))
                parts.append(_Part(Member(name=name, size=result.size, sha256=digest), Path(entry.real)))
        found = tree_digest(rows, "sha256") if walk.is_directory else rows[0][1]
        if (found, walk.is_directory) == (one.sha256, one.is_directory):
            return parts
        if not walk.left_out().paths:
            break
    raise WeightsError("are not the bytes that were recorded", where=one.path, hint=_PULL)


def _filling(index: Index, parts: list[_Part], advance: Advance | None) -> Callable[[BinaryIO], None]:
    text = render_index(index)

    def fill(file: BinaryIO) -> None:
        for part in (_Part(_member_of(INDEX, text), text), *parts):
            file.write(header(part.member.name, part.member.size))
            if isinstance(part.source, bytes):
                file.write(part.source)
            else:
                _copy(part.source, part.member, file, advance)
            file.write(padding(part.member.size))
        file.write(END)

    return fill


def _copy(source: Path, member: Member, file: BinaryIO, advance: Advance | None) -> None:
    """The bytes of a file, if they still are what they were a moment ago."""
    digest = hashlib.sha256(usedforsecurity=False)
    left = member.size
    try:
        with source.open("rb") as reader:
            while left and (part := reader.read(min(_CHUNK, left))):
                digest.update(part)
                file.write(part)
                left -= len(part)
                if advance is not None:
                    advance(len(part))
            ended = not left and not reader.read(1)
    except FileNotFoundError as error:
        raise WeightsError("it vanished while it was read", where=member.name.removeprefix(WEIGHTS)) from error
    if not ended or digest.hexdigest() != member.sha256:
        raise WeightsError("it changed while it was read", where=member.name.removeprefix(WEIGHTS))
