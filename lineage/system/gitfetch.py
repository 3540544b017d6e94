"""What a shallow clone lacks, fetched from ``origin``: the only place of ``lineage check`` that asks the network.

The arguments are fixed. Nothing that the repository's configuration names is run but what reaches the server: no hook,
no submodule, no other upload-pack, no ``ext::`` transport, no maintenance afterwards.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from lineage.errors import InputError, RepositoryError
from lineage.system.gitobjects import SETTINGS, environment
from lineage.system.process import run

_TIMEOUT_S = 600.0
_SAFE = (
    *("-c", "protocol.ext.allow=never", "-c", "maintenance.auto=false", "-c", "gc.auto=0"),
    *("-c", "fetch.recurseSubmodules=false", "-c", "fetch.writeCommitGraph=false"),
)
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
UPLOAD = "--upload-pack=git-upload-pack"
_REACHES = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO")


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


def reach(
    root: Path, asked: Sequence[str], where: str, *, timeout_s: float, variables: Mapping[str, str] | None = None
) -> bytes:
    """What git says that talks to a server; ``asked`` is a subcommand with its arguments, ``where`` names the server.

    Raises ``RepositoryError``, and ``ObservationError`` when it takes too long.
    """
    env = environment()
    del env["GIT_ALLOW_PROTOCOL"]
    env |= {name: os.environ[name] for name in _REACHES if name in os.environ} | dict(variables or {})
    try:
        answer = run(["git", *SETTINGS, *_SAFE, *asked], env=env, cwd=root, timeout_s=timeout_s)
    except InputError as error:
        raise RepositoryError("git was not found on PATH", hint="install git") from error
    if answer.status:
        hint = "look at git remote -v, and at what the server lets you read"
        raise RepositoryError(f"git {asked[0]} failed: {answer.last_words}", where=where, hint=hint)
    return answer.stdout
