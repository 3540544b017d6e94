"""What a shallow or partial clone lacks, fetched from ``origin``: the only place where ``check`` asks the network.

The arguments are fixed. Nothing that the repository's configuration names is run but what reaches the server, and no
program that its own names unless that is trusted: no hook, no submodule, no other upload-pack, no ``ext::`` transport,
no maintenance afterwards.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import ObservationError, RepositoryError
from lineage.git.asking import is_answer, reach

_TIMEOUT_S = 600.0
_AT_ONCE = 200
"""objects that one command names"""
_TELLS_NOTHING = ("-c", "fetch.negotiationAlgorithm=noop")
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")


class OriginRemote(NamedTuple):
    """Where the clone came from. What it does raises ``RepositoryError``."""

    root: Path
    """of the clone"""
    trusts_config: bool = False

    def fetch_commits(self, commits: Sequence[str]) -> None:
        """Get commits by their full ids, without their history."""
        self._fetch("--depth=1", "--end-of-options", "origin", *commits)

    def fetch_branch(self, branch: str) -> None:
        """Get the tip of a branch as ``origin/BRANCH``."""
        names = f"+refs/heads/{branch}:refs/remotes/origin/{branch}"
        self._fetch("--depth=1", "--end-of-options", "origin", names)

    def deepen(self, commits: int) -> None:
        """Get so many more commits of the history."""
        self._fetch(f"--deepen={commits}", "--end-of-options", "origin")

    def unshallow(self) -> None:
        """Get all of the history."""
        self._fetch("--unshallow", "--end-of-options", "origin")

    def fetch_objects(self, ids: Sequence[str]) -> None:
        """Get objects by their ids, as git itself gets what a partial clone lacks; of a directory all below it, too.

        Without telling what is here: the server would take it that whoever has a commit has its files.
        """
        for start in range(0, len(ids), _AT_ONCE):
            wanted = ("--filter=blob:none", "--end-of-options", "origin", *ids[start : start + _AT_ONCE])
            self._fetch(*wanted, settings=_TELLS_NOTHING)

    def _fetch(self, *arguments: str, settings: Sequence[str] = ()) -> None:
        words = (*_FETCH, *arguments)
        reach(self.root, words, "origin", timeout_s=_TIMEOUT_S, settings=settings, trusts_config=self.trusts_config)


class Bringer:
    """What a partial clone lacks, got object by object; each is asked for once, and nobody who did not answer."""

    def __init__(self, origin: OriginRemote, tell: Callable[[str], None]) -> None:
        self._origin, self._tell = origin, tell
        self._asked: set[str] = set()
        self._answers = True

    def __call__(self, ids: Sequence[str]) -> bool:
        """Whether any was got, by its id."""
        wanted = [one for one in ids if one not in self._asked]
        if not wanted or not self._answers:
            return False
        if not self._asked:
            self._tell("fetching from origin what this partial clone lacks")
        self._asked.update(wanted)
        if self._get(wanted):
            return True
        got = [one for one in wanted if self._get([one])] if len(wanted) > 1 else []  # git fetches all or nothing
        return bool(got)

    def _get(self, ids: Sequence[str]) -> bool:
        if not self._answers:
            return False
        try:
            self._origin.fetch_objects(ids)
        except (RepositoryError, ObservationError) as error:
            self._answers = isinstance(error, RepositoryError) and is_answer(error)
            if not self._answers:
                self._tell(f"{error.message}: what is missing stays undecided")
            return False
        return True
