"""HEAD, index and work tree of a repository, side by side; asked and never written, and no filter run.

Without filters, a file of Git LFS whose times moved is another than its pointer: it counts as unchanged where the
pointer names its bytes.
"""

import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from lineage.errors import RepositoryError
from lineage.git.asking import begin, give, overriding
from lineage.git.blob import blob_id
from lineage.git.gitpython import GitCommand, decode
from lineage.git.status import ARGUMENTS, parse_edits
from lineage.model.code import Edit, FileChange, Staged

SUBMODULE, LINK, FILES = "160000", "120000", ("100644", "100755")
_LARGEST_POINTER = 1024  # bytes, by the specification of Git LFS
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)


class Moment(NamedTuple):
    """What tells whether HEAD or the index moved."""

    commit: str
    index_file: tuple[int, ...]
    """state of its file; empty where there is none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """A work tree at one moment. Paths POSIX from its root."""

    tree: str
    """of HEAD"""
    moment: Moment
    index: Mapping[str, str]
    """path → blob id, without submodules and what is in conflict"""
    unsure: frozenset[str]
    """paths of the index that may be no file in the work tree: links, and what a sparse checkout may leave out"""
    edits: tuple[Edit, ...]
    """sorted by path; of one path there may be two, as in ``parse_status``; hidden ones come last of their path"""


class GitPlace(NamedTuple):
    """A repository to be asked."""

    git: GitCommand
    root: Path
    object_format: str


def observe(place: GitPlace, is_other_submodule: Callable[[str, str], bool]) -> WorkTree:
    """What differs between HEAD, index and work tree, as of now.

    ``is_other_submodule`` tells of a path and a commit whether the submodule that is checked out there differs. Raises
    ``RepositoryError``.
    """
    root = place.root
    begun = begin(root, "rev-parse", "HEAD^{commit}", "HEAD^{tree}", "--git-path", "index")
    try:
        unfiltering = _unfiltered(root, place.git)
    finally:
        asked = begun.end().stdout
    commit, tree, index_path = decode(asked).removesuffix("\n").split("\n", 2)
    moment = Moment(commit, state_of(root / index_path))
    settings, variables = overriding(unfiltering)
    status = begin(root, *ARGUMENTS, settings=settings, variables=variables)
    try:  # the index is read while git looks at every file
        rows = decode(give(root, "ls-files", "-v", "--stage", "-z").stdout).split("\0")[:-1]
        index = _index(rows, len(commit))
    finally:
        told = status.end().stdout
    seen = parse_edits(told)
    if seen and (unfiltering or any(path.endswith(".gitattributes") for path in index)):
        seen = tuple(_without_pointed(root, seen))
    odd = [row for row in rows if row[0] != "H" or row[2:4] != "10"]
    return WorkTree(
        tree=tree,
        moment=moment,
        index=index,
        unsure=frozenset(row.partition("\t")[2] for row in odd),
        edits=(*seen, *_hidden(place, odd, is_other_submodule)),
    )


def file_changes(work_tree: WorkTree) -> tuple[FileChange, ...]:
    """What differs, sorted by path: of what git sees and what it is told to pass over, the former."""
    known: set[str] = set()
    found = []
    for edit in work_tree.edits:
        if not edit.is_hidden:
            known.add(edit.path)
            found.append(FileChange(path=edit.path, status=edit.status))
    found += [FileChange(path=e.path, status=e.status) for e in work_tree.edits if e.is_hidden and e.path not in known]
    return tuple(sorted(found, key=lambda change: (change.path, change.status)))


def moment_of(root: Path) -> Moment:
    """HEAD and index as of now."""
    asked = give(root, "rev-parse", "HEAD^{commit}", "--git-path", "index").stdout
    commit, index_path = decode(asked).removesuffix("\n").split("\n", 1)
    return Moment(commit, state_of(root / index_path))


def state_of(path: Path) -> tuple[int, ...]:
    """What changes when a file does: mode, device, inode, size, mtime and ctime (ns); empty where there is none."""
    try:
        found = path.lstat()
    except OSError:
        return ()
    return (found.st_mode, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _index(rows: Sequence[str], width: int) -> dict[str, str]:
    """Of rows ``H 100644 <blob> 0<tab>path``, blob ids of some ``width``: cut by place, as there may be very many."""
    blob, stage, path = slice(9, 9 + width), 10 + width, 12 + width
    return {row[path:]: row[blob] for row in rows if row[stage] == "0" and row[2:8] != SUBMODULE}


def _hidden(place: GitPlace, rows: Iterable[str], is_other_submodule: Callable[[str, str], bool]) -> Iterator[Edit]:
    """The edits that ``git status`` is told to pass over. A file left out by a sparse checkout is none."""
    for row in rows:
        tag, mode = row[0], row[2:8]
        if mode != SUBMODULE and not (tag.islower() or tag == "S"):
            continue
        head, _, path = row.partition("\t")
        staged = Staged(mode=mode, blob=head[9:-2])
        if mode == SUBMODULE:
            if head.endswith(" 0") and is_other_submodule(path, staged.blob):
                yield Edit(path=path, status="modified", staged=staged, is_hidden=True)
            continue
        file = place.root / path
        if not (file.is_symlink() or file.is_file()):
            if tag not in ("S", "s"):
                yield Edit(path=path, status="deleted", staged=staged, is_hidden=True)
        # Raw: a filter may make this one change too many, never one too few.
        elif _is_other_mode(place.root, file, mode) or blob_id(file, place.object_format) != staged.blob:
            yield Edit(path=path, status="modified", staged=staged, is_hidden=True)


def _is_other_mode(root: Path, file: Path, mode: str) -> bool:
    if mode not in FILES:
        return False
    if file.is_symlink():
        return True
    return FILES[bool(file.stat().st_mode & stat.S_IXUSR)] != mode and trusts_modes(root)


def trusts_modes(root: Path) -> bool:
    """Whether the executable bit of files in the work tree tells anything."""
    answer = give(root, "config", "--type=bool", "core.fileMode", accepted=(0, 1))
    return answer.stdout.strip() != b"false"


def _without_pointed(root: Path, edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits without those that only say that a file of Git LFS is not its pointer."""
    edits = tuple(edits)
    asked = {edit.staged.blob for edit in edits if edit.staged is not None and _may_be_pointed(edit)}
    pointers = _pointers(root, sorted(asked)) if asked else {}
    for edit in edits:
        pointer = pointers.get(edit.staged.blob) if edit.staged is not None and _may_be_pointed(edit) else None
        if edit.staged is None or pointer is None:
            yield edit
        elif not _is_pointed(root / edit.path, *pointer):
            yield replace(edit, is_pointer=True)
        elif edit.mode != edit.staged.mode:
            yield replace(edit, staged=replace(edit.staged, mode=edit.mode or edit.staged.mode), is_as_staged=True)
        elif edit.is_staged:
            yield replace(edit, is_as_staged=True)


def _may_be_pointed(edit: Edit) -> bool:
    is_file = edit.staged is not None and edit.staged.mode not in (SUBMODULE, LINK)
    return is_file and not edit.is_as_staged and edit.mode in FILES


def _pointers(root: Path, blobs: list[str]) -> dict[str, tuple[str, int]]:
    """Of the blobs that are pointers of Git LFS: (SHA-256 in hex, size in bytes) of what they name."""
    rows = give(root, "cat-file", "--batch-check", given="\n".join((*blobs, "")).encode("ascii")).stdout.splitlines()
    small = [row.split()[0].decode("ascii") for row in rows if row.split()[1] == b"blob" and _is_small(row.split()[2])]
    found = {}
    for blob, content in _contents(root, small):
        match = _POINTER.fullmatch(content)
        if match:
            found[blob] = (match[1].decode("ascii"), int(match[2]))
    return found


def _is_small(size: bytes) -> bool:
    return int(size) <= _LARGEST_POINTER


def _contents(root: Path, blobs: list[str]) -> list[tuple[str, bytes]]:
    """(id, bytes) of small blobs, all of which are here."""
    if not blobs:
        return []
    rest = give(root, "cat-file", "--batch", given="\n".join((*blobs, "")).encode("ascii")).stdout
    found = []
    while rest:
        head, _, rest = rest.partition(b"\n")
        blob, _, size = head.decode("ascii").split()
        found.append((blob, rest[: int(size)]))
        rest = rest[int(size) + 1 :]
    return found


def _is_pointed(file: Path, sha256: str, size: int) -> bool:
    """Whether a file is what a pointer names."""
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return False
        with file.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest() == sha256
    except OSError as error:
        raise RepositoryError(f"cannot be read: {error.strerror}", where=str(file)) from error


def _unfiltered(root: Path, git: GitCommand) -> list[tuple[str, str]]:
    """Key and value of the settings with which none of the filters that are configured now is run.

    A filter is a program that anybody who can write to a configuration of the repository can name; and one that is
    missing here, or another version there, would make two commits of one state. What an edit is, is told by bytes.
    """
    listing = git.ask(root, "config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.", accepted=(0, 1)).output
    names = sorted({decode(key).split(".", 1)[1].rpartition(".")[0] for key in listing.split(b"\0") if key})
    rows = [(f"filter.{name}.{key}", "") for name in names if name for key in ("clean", "smudge", "process")]
    return rows + [(f"filter.{name}.required", "false") for name in names if name]
