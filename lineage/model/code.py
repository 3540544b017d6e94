"""Code: which commit ran, and which first-party files the model depends on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The state of the repository that a model was made from."""

    base: str
    """HEAD when the manifest was made, without a repository what the CI provider names; 40 or 64 hex"""
    commit: str | None = None
    """a commit whose tree is exactly what ran; ``None`` when the work tree was dirty, or not compared with any"""
    tree: str | None = None
    """the tree of ``commit``"""
    remote: str | None = None
    """normalised address without credentials or query; ``None`` when there is no remote"""
    files: tuple[tuple[str, str], ...] = ()
    """(POSIX path from the repository root, git blob id), sorted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One path that differs between HEAD, the index and the work tree."""

    path: str
    """POSIX, from the repository root; an untracked directory ends in ``/``"""
    status: str
    """``modified``, ``added``, ``deleted``, ``renamed``, ``untracked``, ``unmerged``"""
