"""The objects of a git repository, read by plumbing with fixed arguments: no work tree, no network, no hook.

``ls-tree``, ``ls-files -s``, ``rev-parse``, ``merge-base`` and ``cat-file --batch`` run no filter, hook, monitor or
textconv of the repository. One ``cat-file`` answers for all objects.
"""

import os
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from lineage.errors import InputError, LackingError, ObservationError, RepositoryError
from lineage.git.asking import TIMEOUT_S, ask, batch
from lineage.git.listings import DIRECTORY, LINK, SUBMODULE, entries_of, files_of, others_of
from lineage.git.partial import LACKING, LISTING, Bring, absent, is_partial, root_of
from lineage.system.exchange import Answers
from lineage.system.process import Completed

CONFLICT = "conflict"
"""Stands for the blob id of a path that is in conflict in the index."""
_CHUNK = 1 << 20
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?(?::[^\n\r\0]*)?")
MAX_BLOB_BYTES = 64 * 1024 * 1024
"""A blob that is larger is not read."""
_PLACES = ("--is-bare-repository", "--absolute-git-dir")


class GitObjects:
    """The objects of the repository around a directory; close it, or use it in ``with``."""

    def __init__(self, start: Path) -> None:
        self._start = start
        self._index: dict[str, str] = {}
        self._batch: Answers | None = None
        self._common: Path | None = None
        self._here: set[str] = set()
        self._absent: set[str] = set()
        self._whole: set[str] = set()
        self.bring: Bring | None = None
        """``None``: nobody may be asked for what is not here"""
        self.is_bare, self.directory, self.root = self._places()
        """``root`` is that of the work tree; of a bare repository its own directory"""
        self._index = {} if self.is_bare else _own_index(self.root, self.directory)
        self._others: dict[str, dict[str, tuple[bool, str]]] = {}

    def _places(self) -> tuple[bool, Path, Path]:
        """(is bare, git's directory, root): asked at once, and one by one where that is no answer of four lines."""
        whole = self._run("rev-parse", *_PLACES, "--git-common-dir", "--show-toplevel", accepted=(0, 128))
        lines = whole.stdout.split(b"\n")
        if whole.status == 0 and len(lines) == 5:
            directory, self._common, root = (Path(os.fsdecode(one)) for one in lines[1:4])
            return lines[0] == b"true", directory, root
        is_bare, _, place = self._ask("rev-parse", *_PLACES).partition(b"\n")
        directory = Path(os.fsdecode(place.removesuffix(b"\n")))
        return is_bare == b"true", directory, directory if is_bare == b"true" else self._place("--show-toplevel")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_batch()

    def _end_batch(self) -> None:
        if self._batch is not None:
            self._batch.end()

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names. Raises ``RepositoryError``."""
        if not revision or revision.startswith("-") or "\0" in revision or ".." in revision:
            raise RepositoryError("is not a revision", where=revision or "''", hint="write BASE..HEAD, as main..HEAD")
        found, is_ambiguous = self._resolved(revision)
        if is_ambiguous:
            hint = "git has several of this name: write refs/heads/… or refs/tags/…, or more of the commit's id"
            raise RepositoryError("is ambiguous", where=revision, hint=hint)
        if found is None:
            raise RepositoryError("there is no such revision here", where=revision, hint=self._missing_hint())
        return found

    def known(self, revision: str) -> str | None:
        """The full id of the commit that a revision names; ``None`` where it is not here."""
        return self._resolved(revision)[0]

    def _resolved(self, revision: str) -> tuple[str | None, bool]:
        """(the id of a commit, whether git says that the name may mean another one)."""
        if _ID.fullmatch(revision) is not None:
            named = self._asked(f"{revision}^{{commit}}", MAX_BLOB_BYTES)
            return (None if named is None else named[0]), False
        question = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        answer = self._run("-c", "core.warnAmbiguousRefs=true", *question, accepted=(0, 1, 128))
        found = None if answer.status else answer.stdout.decode("ascii").strip()
        return found, b"is ambiguous" in answer.stderr

    def merge_base(self, left: str, right: str) -> str | None:
        """The commit from which two commits went apart; ``None`` where none is known here."""
        answer = self._run("merge-base", left, right, accepted=(0, 1, 128))
        return None if answer.status else answer.stdout.decode("ascii").split("\n", 1)[0]

    def is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def common_directory(self) -> Path:
        """The directory that git keeps for itself, shared by all work trees of the repository."""
        if self._common is None:
            self._common = self._place("--git-common-dir")
        return (self._start / self._common).resolve()

    def _place(self, question: str) -> Path:
        return Path(os.fsdecode(self._ask("rev-parse", question).removesuffix(b"\n")))

    def _missing_hint(self) -> str:
        if self.is_shallow():
            return "this clone is shallow: --fetch gets what is missing, or git fetch --unshallow"
        return "git log lists the revisions; git fetch gets those of others"

    @cached_property
    def is_partial(self) -> bool:
        """Whether the clone was made without some objects, which git would get when they are asked for."""
        return is_partial(self.common_directory())

    def lacks(self, ids: Iterable[str]) -> frozenset[str]:
        """Of the objects of trees that were asked for, those that are not here."""
        return frozenset(self._absent.intersection(ids))

    def get(self, ids: Iterable[str]) -> None:
        """Get at once what is known not to be here, where somebody may be asked."""
        wanted = self.lacks(ids)
        if self.bring is not None and wanted and self.bring(sorted(wanted)):
            self._absent -= wanted

    def tree(self, commit: str) -> Mapping[str, str]:
        """Path → blob id of the files of a commit, links and submodules left out; POSIX from the root.

        Raises ``LackingError`` where a partial clone has not all its directories.
        """
        listing = ("ls-tree", "-r", "-z", "--full-tree", commit)
        answer = self._run(*listing, accepted=(0, 128) if self.is_partial else (0,))
        if answer.status and self.bring is not None:
            found = self._asked(f"{commit}^{{commit}}", MAX_BLOB_BYTES)
            if found is not None and self.bring([root_of(found[2])]):
                answer = self._run(*listing, accepted=(0, 128))
        if answer.status:
            raise LackingError("its directories are not in this clone", commit, LACKING)
        if self.is_partial and commit not in self._whole:
            self._absent |= absent(self._run(*LISTING, commit, accepted=(0, 128)).stdout)
            self._whole.add(commit)
        return files_of(answer.stdout)

    def others(self, commit: str) -> Mapping[str, tuple[bool, str]]:
        """Path → (whether it is a submodule, and no link; id) of what ``tree`` leaves out; ``""``: of the index."""
        if commit not in self._others:
            listing = (
                ("ls-tree", "-r", "-z", "--full-tree", commit) if commit else ("ls-files", "-s", "-z", "--full-name")
            )
            answer = self._run("-C", str(self.root), *listing, accepted=(0, 128) if self.is_partial else (0,))
            if answer.status:
                raise LackingError("its directories are not in this clone", commit, LACKING)
            self._others[commit] = others_of(answer.stdout)
        return self._others[commit]

    def staged(self) -> Mapping[str, str]:
        """Path → blob id of the index, links and submodules left out; ``CONFLICT`` for a path in conflict."""
        found = {}
        for row in self._ask("-C", str(self.root), "ls-files", "-s", "-z").split(b"\0"):
            head, _, path = row.partition(b"\t")
            fields = head.split(b" ")
            if path and fields[0] not in (LINK, SUBMODULE):
                found[os.fsdecode(path)] = fields[1].decode("ascii") if fields[2] == b"0" else CONFLICT
        return found

    def staged_link(self, path: str) -> bytes | None:
        """What is written in the symbolic link that is staged at a path; ``None`` where there is none."""
        rows = self._ask("-C", str(self.root), "--literal-pathspecs", "ls-files", "-s", "-z", "--", path).split(b"\0")
        ids = [row.split(b" ")[1] for row in rows if row.startswith(LINK) and os.fsdecode(row).endswith(f"\t{path}")]
        return self.blob(ids[0].decode("ascii")) if ids else None

    def staged_since(self, commit: str) -> bytes:
        """What the index has other than a commit, as ``hooks/hook.sh`` lists it: raw rows, without ``-z``."""
        form = ("--cached", "--raw", "--no-renames", "--no-abbrev", "--no-relative", "-O/dev/null")
        return self._ask("-C", str(self.root), "-c", "core.quotePath=false", "diff-index", *form, commit, "--")

    def left_out(self) -> frozenset[str]:
        """The paths that a sparse checkout leaves out of the work tree."""
        rows = self._ask("-C", str(self.root), "ls-files", "-t", "-z").split(b"\0")
        return frozenset(os.fsdecode(row[2:]) for row in rows if row.startswith(b"S "))

    def blob(self, name: str, limit: int = MAX_BLOB_BYTES) -> bytes | None:
        """The bytes of a blob, by its id or as ``COMMIT:PATH``; ``None`` where it is not here.

        Raises ``InputError`` when it is larger than ``limit`` bytes, ``RepositoryError`` when git cannot tell.
        """
        found = self._object(name, limit)
        return found[2] if found is not None and found[1] == b"blob" else None

    def below(self, name: str) -> Mapping[str, str] | None:
        """Path → blob id of the files of a directory, named as ``COMMIT:PATH`` (``COMMIT:`` is the root).

        Paths are relative to it, a file itself has the path ``""``; links and submodules are left out. ``None`` where
        it is not here. Raises as ``blob``.
        """
        top = self._object(name, MAX_BLOB_BYTES)
        if top is None or top[1] != b"tree":
            return None if top is None else {"": top[0]}
        found: dict[str, str] = {}
        for mode, path, entry in entries_of(top[2], len(top[0]) // 2):
            if mode == DIRECTORY:
                found |= {f"{path}/{one}": blob for one, blob in (self.below(entry) or {}).items()}
            elif mode not in (LINK, SUBMODULE):
                found[path] = entry
        return found

    def has(self, commit: str) -> bool:
        """Whether a commit is here, by its full id."""
        if commit not in self._here and self._object(f"{commit}:", MAX_BLOB_BYTES) is not None:
            self._here.add(commit)
        return commit in self._here

    def _object(self, name: str, limit: int) -> tuple[str, bytes, bytes] | None:
        """(id, kind, content); ``None`` where it is not here."""
        if _NAME.fullmatch(name) is None:
            raise RepositoryError("is not the id of an object", where=name)
        found = None if name in self._absent else self._asked(name, limit)
        if found is not None or self.bring is None or not self.is_partial:
            return found
        commit, colon, _ = name.partition(":")
        if colon:
            known = self._id_in(commit, name)
            return None if known is None else self._object(known, limit)
        if not self.bring([name]):
            return None
        self._absent.discard(name)
        return self._asked(name, limit)

    def _id_in(self, commit: str, name: str) -> str | None:
        """The id of ``COMMIT:PATH``, whose directories are got; ``None`` where there is none."""
        try:
            if commit not in self._whole:
                self.tree(commit)
        except LackingError:
            return None
        answer = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", name, accepted=(0, 1, 128))
        return None if answer.status else answer.stdout.decode("ascii").strip()

    def _asked(self, name: str, limit: int) -> tuple[str, bytes, bytes] | None:
        if self._batch is None:
            self._batch = batch(self._start)
        try:
            return _answer(self._batch, name, limit)
        except TimeoutError as error:
            message = f"did not answer within {TIMEOUT_S:g} seconds"
            raise ObservationError(message, where="git cat-file") from error
        except (OSError, ValueError) as error:
            if self.is_partial:
                self._end_batch()
                self._batch = None
                self._absent.add(name)
                return None
            raise RepositoryError("git cat-file ended early", where=str(self._start)) from error

    def _ask(self, *arguments: str) -> bytes:
        return self._run(*arguments, accepted=(0,)).stdout

    def _run(self, *arguments: str, accepted: tuple[int, ...]) -> Completed:
        return ask(self._start, *arguments, variables=self._index, accepted=accepted)


def _answer(batch: Answers, name: str, limit: int) -> tuple[str, bytes, bytes] | None:
    batch.ask(os.fsencode(name) + b"\n")
    line = batch.line()
    if line.endswith((b" missing\n", b" ambiguous\n", b" submodule\n")):
        return None
    found, kind, size = line.split() if line else (b"", b"", b"")
    left = int(size) + 1  # a newline stands behind the bytes
    if left > limit + 1:
        while left:
            left -= len(batch.take(min(left, _CHUNK))) or left
        raise InputError(f"is larger than {limit // 2**20} MiB: it is not read", where=name)
    content = batch.take(left)
    if len(content) != left:
        raise ValueError("the bytes ended early")
    return found.decode("ascii"), kind, content[:-1]


def _own_index(root: Path, directory: Path) -> dict[str, str]:
    """The index that a hook of this very repository is given; that of another repository is not taken for ours."""
    named = os.environ.get("GIT_INDEX_FILE")
    if not named:
        return {}
    index = root / named
    is_own = index.is_file() and index.parent.resolve() == directory.resolve()
    return {"GIT_INDEX_FILE": str(index)} if is_own else {}
