"""The objects of a git repository, read by plumbing with fixed arguments: no work tree, no network, no hook.

``ls-tree``, ``ls-files -s``, ``rev-parse``, ``merge-base`` and ``cat-file --batch`` run no filter, hook, monitor or
textconv of the repository. One ``cat-file`` answers for all objects.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lineage.errors import InputError, RepositoryError
from lineage.system.process import Completed, run

_TIMEOUT_S = 60.0
_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_INDEX_FILE")
_SETTINGS = (
    *("--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
)
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LINK, _SUBMODULE = b"120000", b"160000"


class GitObjects:
    """The objects of the repository around a directory; close it, or use it in ``with``."""

    def __init__(self, start: Path) -> None:
        self._start = start
        self.root = Path(os.fsdecode(self._ask("rev-parse", "--show-toplevel").removesuffix(b"\n")))
        self._batch: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._batch is not None:
            self._batch.kill()
            self._batch.communicate()

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names. Raises ``RepositoryError``."""
        if not revision or revision.startswith("-") or "\0" in revision or ".." in revision:
            raise RepositoryError("is not a revision", where=revision or "''")
        question = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        answer = self._run(*question, accepted=(0, 1, 128))
        if answer.status:
            raise RepositoryError("there is no such revision here", where=revision, hint=self._missing_hint())
        return answer.stdout.decode("ascii").strip()

    def merge_base(self, left: str, right: str) -> str | None:
        """The commit from which two commits went apart; ``None`` where none is known here."""
        answer = self._run("merge-base", left, right, accepted=(0, 1, 128))
        return None if answer.status else answer.stdout.decode("ascii").split("\n", 1)[0]

    def is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def common_directory(self) -> Path:
        """The directory that git keeps for itself."""
        text = os.fsdecode(self._ask("rev-parse", "--git-common-dir").removesuffix(b"\n"))
        return (self._start / text).resolve()

    def _missing_hint(self) -> str:
        if self.is_shallow():
            return "this clone is shallow: --fetch gets what is missing, or git fetch --unshallow"
        return "git log lists the revisions; git fetch gets those of others"

    def tree(self, commit: str) -> Mapping[str, str]:
        """Path → blob id of the files of a commit, links and submodules left out; POSIX from the root."""
        found = {}
        for row in self._ask("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            head, _, path = row.partition(b"\t")
            mode, _, rest = head.partition(b" ")
            if path and mode not in (_LINK, _SUBMODULE):
                found[os.fsdecode(path)] = rest.split(b" ")[1].decode("ascii")
        return found

    def staged(self) -> Mapping[str, str]:
        """Path → blob id of the index; a path in conflict is left out."""
        found = {}
        for row in self._ask("-C", str(self.root), "ls-files", "-s", "-z").split(b"\0"):
            head, _, path = row.partition(b"\t")
            fields = head.split(b" ")
            if path and fields[0] not in (_LINK, _SUBMODULE) and fields[2] == b"0":
                found[os.fsdecode(path)] = fields[1].decode("ascii")
        return found

    def blob(self, object_id: str) -> bytes | None:
        """The bytes of a blob; ``None`` where it is not here. Raises ``RepositoryError``."""
        if _OBJECT.fullmatch(object_id) is None:
            raise RepositoryError("is not the id of an object", where=object_id)
        if self._batch is None:
            self._batch = self._start_batch()
        stdin, stdout = self._batch.stdin, self._batch.stdout
        if stdin is None or stdout is None:
            raise RepositoryError("git cat-file has no streams", where=str(self._start))
        stdin.write(object_id.encode("ascii") + b"\n")
        stdin.flush()
        head = stdout.readline().split()
        if len(head) == 2 and head[1] in (b"missing", b"ambiguous"):
            return None
        if len(head) != 3:
            raise RepositoryError("git cat-file ended early", where=str(self._start))
        content = stdout.read(int(head[2]))
        stdout.read(1)
        return content if head[1] == b"blob" else None

    def _start_batch(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["git", *_SETTINGS, "cat-file", "--batch"],
            cwd=self._start,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _ask(self, *arguments: str) -> bytes:
        return self._run(*arguments, accepted=(0,)).stdout

    def _run(self, *arguments: str, accepted: tuple[int, ...]) -> Completed:
        try:
            answer = run(["git", *_SETTINGS, *arguments], env=_environment(), cwd=self._start, timeout_s=_TIMEOUT_S)
        except InputError as error:
            raise RepositoryError("git was not found on PATH", hint="install git") from error
        if answer.status not in accepted:
            raise RepositoryError(f"git {arguments[0]} failed: {answer.last_words}", where=str(self._start))
        return answer


def _environment() -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return env | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}
