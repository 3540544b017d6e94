"""A git repository, asked and never written.

Every question goes to git itself with fixed arguments and no shell, because GitPython's own objects know
neither SHA-256 nor reftable, apply ``url.<base>.insteadOf`` to addresses (which can put a token into
them), and keep processes open. GitPython finds the repository and runs the program, see ``gitcommand``. Paths
are POSIX, from the root of the work tree; file names that are not UTF-8 come as surrogate escapes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from lineage.errors import RepositoryError
from lineage.git.blob import blob_id
from lineage.git.gitpython import Answer, GitCommand, decode
from lineage.git.worktree import GitPlace, WorkTree, file_changes, observe
from lineage.model.code import FileChange

_SUBMODULE = "160000"
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_COMMIT = re.compile(r"commit ([0-9a-f]+)\n([0-9]*)\0([^\0]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    commit: str
    tree: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitInfo:
    """One commit of a history."""

    commit: str
    when: datetime
    """of the committer, UTC"""
    summary: str
    """first paragraph of the message, on one line"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    blob: str
    stage: int
    """0, or 1 to 3 for the sides of a conflict"""
    path: str


class GitRepository:
    """The repository that a path lies in. Use as a context manager, or close it."""

    def __init__(self, git: GitCommand, root: Path, object_format: str) -> None:
        self._git = git
        self._root = root
        self._object_format = object_format

    @classmethod
    def open(cls, path: Path) -> Self:
        """The repository whose work tree holds a file or directory, searched upwards.

        Raises RepositoryError where there is none, it has no work tree or no commit, belongs to somebody whom
        git does not trust, or git cannot be run.
        """
        start = (path if path.is_dir() else path.parent).resolve()
        git = GitCommand.find(start)
        try:
            root, object_format = _describe(git, start)
        except RepositoryError:
            git.close()
            raise
        return cls(git, root, object_format)

    def close(self) -> None:
        self._git.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def root(self) -> Path:
        """Top of the work tree, symbolic links resolved."""
        return self._root

    @property
    def object_format(self) -> str:
        """``sha1`` or ``sha256``."""
        return self._object_format

    def common_directory(self) -> Path:
        """The directory that git keeps for itself, the same one for all linked work trees."""
        return self._root / self._ask("rev-parse", "--git-common-dir").line()

    def head(self) -> Head:
        """The commit that is checked out, and its tree."""
        commit, tree = self._ask("rev-parse", "HEAD^{commit}", "HEAD^{tree}").output.decode().split()
        return Head(commit=commit, tree=tree)

    def branch(self) -> str | None:
        """The branch that is checked out; ``None`` when HEAD is detached."""
        answer = self._ask("symbolic-ref", "--quiet", "HEAD", accepted=(0, 1))
        return None if answer.status else answer.line().removeprefix("refs/heads/")

    def remote(self) -> str | None:
        """The configured address of a remote, credentials and all: normalise before showing it.

        It is the one that the current branch follows, else ``origin``, else the first by name; ``None`` when
        there is no remote with an address.
        """
        return (self._remote() or (None, None))[1]

    def remote_name(self) -> str | None:
        """The name of that remote."""
        return (self._remote() or (None, None))[0]

    def _remote(self) -> tuple[str, str] | None:
        listing = self._ask("config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$", accepted=(0, 1))
        addresses: dict[str, str] = {}
        followed: dict[str, str] = {}
        for entry in _records(listing.output):
            key, _, value = entry.partition("\n")
            if key.startswith("branch."):
                followed[key.removeprefix("branch.").removesuffix(".remote")] = value
            elif value:  # of several addresses, git fetches from the first
                addresses.setdefault(key.removeprefix("remote.").removesuffix(".url"), value)
        if len(addresses) < 2:
            return next(iter(addresses.items()), None)
        upstream = followed.get(self.branch() or "", "")
        preferred = [name for name in (upstream, "origin", *sorted(addresses)) if name in addresses]
        return (preferred[0], addresses[preferred[0]]) if preferred else None

    def index(self) -> dict[str, str]:
        """Path → blob id of what is staged; without submodules and conflicts."""
        return {entry.path: entry.blob for entry in self._entries() if entry.stage == 0}

    def tracked(self, pattern_suffix: str) -> tuple[str, ...]:
        """The files in the index whose paths end so, sorted; those in conflict count."""
        return tuple(sorted({e.path for e in self._entries() if e.path.endswith(pattern_suffix)}))

    def changes(self) -> tuple[FileChange, ...]:
        """Everything that differs between HEAD, index and work tree, sorted by path; see ``parse_status``.

        Files that git was told not to look at (``--assume-unchanged``, ``--skip-worktree``) are looked at.
        """
        return file_changes(self.work_tree())

    def work_tree(self) -> WorkTree:
        """HEAD, index and work tree side by side; see ``gitworktree``."""
        return observe(GitPlace(self._git, self._root, self._object_format), self._is_other_submodule)

    def _is_other_submodule(self, path: str, commit: str) -> bool:
        """Whether a submodule that is checked out differs from its commit; git passes over flags inside it too."""
        if not (self._root / path / ".git").exists():
            return False
        with GitRepository.open(self._root / path) as inner:
            return inner.head().commit != commit or bool(inner.changes())

    def read_at(self, revision: str, path: str) -> bytes | None:
        """The exact bytes of a file in a commit; ``None`` when no file has that path there.

        A symbolic link gives the path it points to. Raises RepositoryError when there is no such revision.
        """
        commit = self._commit(revision, absent=(1, 128))
        if commit is None:
            hint = "git log and git branch --all list what there is"
            raise RepositoryError(f"no such revision: {revision!r}", where=str(self._root), hint=hint)
        if not path or path.startswith("/") or ".." in path.split("/") or "\0" in path:
            return None  # git refuses such a path; no tree can hold it
        for row in _records(self._ask("ls-tree", "-z", commit, "--", path).output):
            description, _, name = row.partition("\t")
            _, kind, blob = description.split(" ")
            if kind == "blob" and name == path:
                return self._ask("cat-file", "blob", blob).output
        return None

    def files_at(self, commit: str) -> dict[str, str]:
        """Path → blob id of the files and links of a commit."""
        rows = (row.partition("\t") for row in _records(self._ask("ls-tree", "-r", "-z", "--full-tree", commit).output))
        return {path: head.split(" ")[2] for head, _, path in rows if not head.startswith(_SUBMODULE)}

    def blob_id(self, path: str) -> str:
        """The id that git gives to the raw bytes of a file of the work tree; see ``gitblob.blob_id``."""
        return blob_id(self._root / path, self._object_format)

    def history(self, path: str) -> tuple[CommitInfo, ...]:
        """The commits behind HEAD that touched a path, newest first."""
        # rev-list, not log: no setting of the user changes what it prints.
        wanted = ("--encoding=UTF-8", "--format=%ct%x00%s%x00", "HEAD", "--", path)
        listing = self._ask("rev-list", *wanted).output.decode("utf-8", "replace")
        return tuple(_revision(record) for record in listing.split("\0\n")[:-1])

    def exists(self, commit: str) -> bool:
        """Whether the repository holds a commit of this full id."""
        return bool(_OBJECT_ID.fullmatch(commit)) and self._commit(commit) == commit

    def published(self, commit: str) -> bool:
        """Whether a remote-tracking branch reaches a commit, as far as the last fetch or push tells."""
        if not self.exists(commit):
            return False
        wanted = ("--count=1", "--format=%(refname)", f"--contains={commit}", "refs/remotes/")
        return bool(self._ask("for-each-ref", *wanted).output)

    def _ask(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Answer:
        return self._git.ask(self._root, *arguments, accepted=accepted)

    def _commit(self, revision: str, absent: tuple[int, ...] = (1,)) -> str | None:
        if revision.startswith("-"):
            return None
        wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        answer = self._ask("rev-parse", *wanted, accepted=(0, *absent))
        return None if answer.status else answer.line()

    def _entries(self) -> Iterator[IndexEntry]:
        for row in _records(self._ask("ls-files", "--stage", "-z").output):
            description, _, path = row.partition("\t")
            mode, blob, stage = description.split(" ")
            if mode != _SUBMODULE:
                yield IndexEntry(blob=blob, stage=int(stage), path=path)


def _describe(git: GitCommand, start: Path) -> tuple[Path, str]:
    """Root and object format of the repository around a directory, once it is known to be one we can record."""
    asked = ("--is-bare-repository", "--is-inside-work-tree", "--show-object-format")
    whole = git.ask(start, "rev-parse", *asked, "--show-toplevel", "HEAD^{commit}", accepted=(0, 128))
    if not whole.status:  # one question where all is well; else one after the other, for what is wrong
        *known, rest = decode(whole.output).split("\n", 3)
        if known[:2] == ["false", "true"]:
            return Path(rest.removesuffix("\n").rpartition("\n")[0]).resolve(), known[2]
    bare, inside, object_format = git.ask(start, "rev-parse", *asked).output.decode().split()
    if bare == "true":
        hint = "name a path in a clone that has its files checked out"
        raise RepositoryError("a bare repository, without a work tree", where=str(start), hint=hint)
    if inside != "true":
        hint = "name a path in the work tree"
        raise RepositoryError("inside the directory that git keeps for itself", where=str(start), hint=hint)
    root = Path(git.ask(start, "rev-parse", "--show-toplevel").line()).resolve()
    if git.ask(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", accepted=(0, 1)).status:
        hint = "commit the code first: a manifest names the commit that a model was made from"
        raise RepositoryError("the repository has no commit yet", where=str(root), hint=hint)
    return root, object_format


def _records(output: bytes) -> list[str]:
    """What a command with ``-z`` lists: every record ends in a null character."""
    return [decode(record) for record in output.split(b"\0")[:-1]]


def _revision(record: str) -> CommitInfo:
    found = _COMMIT.fullmatch(record)
    try:
        if found:
            when = datetime.fromtimestamp(int(found[2]), UTC)
            return CommitInfo(commit=found[1], when=when, summary=found[3])
    except (ValueError, OverflowError, OSError) as error:
        raise RepositoryError(f"no date that can be told: {record!r}", where="git rev-list") from error
    raise RepositoryError(f"unknown record of git: {record!r}", where="git rev-list")
