"""What a shallow clone lacks, fetched from ``origin``: the only place of ``lineage check`` that asks the network.

The arguments are fixed. Nothing that the repository's configuration names is run but what reaches the server, and no
program that its own names unless that is trusted: no hook, no submodule, no other upload-pack, no ``ext::`` transport,
no maintenance afterwards.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.git.asking import reach

_TIMEOUT_S = 600.0
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

    def _fetch(self, *arguments: str) -> None:
        reach(self.root, (*_FETCH, *arguments), "origin", timeout_s=_TIMEOUT_S, trusts_config=self.trusts_config)
