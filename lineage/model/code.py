"""Code: which commit ran, and which first-party files the model depends on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The state of the repository that a model was made from."""

    base: str
    """HEAD when the manifest was made, without a repository what the CI provider names; 40 or 64 hex"""
    commit: str | None = None
    """a commit whose tree is exactly what ran: HEAD, or a snapshot at ``refs/lineage/<commit>``; ``None`` when the work
    tree was dirty and no snapshot was kept, or not compared with any"""
    tree: str | None = None
    """the tree of ``commit``"""
    remote: str | None = None
    """normalised address without credentials or query; ``None`` when there is no remote"""
    served: tuple[str, ...] = ()
    """of ``files``: what a watched serving command loaded, sorted"""
    files: tuple[tuple[str, str], ...] = ()
    """(POSIX path from the repository root, git blob id), sorted"""

    @property
    def is_snapshot(self) -> bool:
        """Whether ``commit`` is one that was made of a dirty work tree."""
        return self.commit is not None and self.commit != self.base


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One path that differs between HEAD, the index and the work tree."""

    path: str
    """POSIX, from the repository root; an untracked directory ends in ``/``"""
    status: str
    """``modified``, ``added``, ``deleted``, ``renamed``, ``untracked``, ``unmerged``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What the index holds of one path."""

    mode: str
    """``100644``, ``100755``, ``120000``, ``160000``"""
    blob: str
    """of a submodule: its commit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A ``FileChange``, and where the present content of the path is."""

    path: str
    status: str
    staged: Staged | None = None
    """``None`` for what is untracked, unmerged, or taken out of the index"""
    is_staged: bool = False
    """the index has another than HEAD"""
    is_as_staged: bool = False
    """the work tree has what the index has: nothing, where it has nothing"""
    mode: str | None = None
    """in the work tree, as git sees it; ``None`` where git was not asked"""
    is_hidden: bool = False
    """git was told to pass over it, or it lies in a submodule: it was seen beside ``git status``"""
    is_pointer: bool = False
    """the index holds a pointer of Git LFS, and the work tree other bytes than it names"""
