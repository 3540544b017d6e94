"""What a shallow clone lacks, fetched from ``origin``: the only place of ``lineage check`` that asks the network.

The arguments are fixed. Nothing that the repository's configuration names is run but what reaches the server: no hook,
no submodule, no other upload-pack, no ``ext::`` transport, no maintenance afterwards.
"""

from collections.abc import Sequence
from pathlib import Path

from lineage.git.asking import reach

_TIMEOUT_S = 600.0
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
UPLOAD = "--upload-pack=git-upload-pack"


def fetch_commits(root: Path, commits: Sequence[str]) -> None:
    """Get commits by their full ids, without their history. Raises ``RepositoryError``."""
    _fetch(root, "--depth=1", UPLOAD, "--end-of-options", "origin", *commits)


def fetch_branch(root: Path, branch: str) -> None:
    """Get the tip of a branch as ``origin/BRANCH``. Raises ``RepositoryError``."""
    names = f"+refs/heads/{branch}:refs/remotes/origin/{branch}"
    _fetch(root, "--depth=1", UPLOAD, "--end-of-options", "origin", names)


def deepen(root: Path, commits: int) -> None:
    """Get so many more commits of the history. Raises ``RepositoryError``."""
    _fetch(root, f"--deepen={commits}", UPLOAD, "--end-of-options", "origin")


def unshallow(root: Path) -> None:
    """Get all of the history. Raises ``RepositoryError``."""
    _fetch(root, "--unshallow", UPLOAD, "--end-of-options", "origin")


def _fetch(root: Path, *arguments: str) -> None:
    reach(root, (*_FETCH, *arguments), "origin", timeout_s=_TIMEOUT_S)
