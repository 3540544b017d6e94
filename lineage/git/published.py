"""What git knows of remotes: their refs as of the last fetch, and, when asked, as of now.

Asking is one ``git ls-remote`` with fixed arguments: no prompt, no ``ext::`` transport, no other upload-pack, a time
limit; what it says is not passed on, as it names addresses with all that stands in them.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lineage.errors import NotFollowedError, ObservationError, RepositoryError
from lineage.git.asking import give, left_out, reach, unfollowed_words
from lineage.git.gitpython import decode

_TIMEOUT_S = 30.0
_ASKPASS = "GIT_ASKPASS"
_NO_PROMPT = {_ASKPASS: "", "SSH_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never", "GCM_INTERACTIVE": "never"}
"""An empty ``GIT_ASKPASS`` also stands before ``core.askPass``."""
_ASKED = ("refs/heads/*", "refs/tags/*", "refs/lineage/*")
_ROW = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(refs/[^\n]+)")
_SUBMODULE = b"160000"


def listed_refs(
    root: Path, remote: str, name: str, patterns: Sequence[str] = _ASKED, *, trusts_config: bool = False
) -> dict[str, str]:
    """Ref → object id of the branches, tags and kept commits that a remote has now.

    ``remote`` is its name or address, ``name`` what it may be called. Raises ``RepositoryError`` when it does not
    answer, ``NotFollowedError`` as ``reach`` does.
    """
    asked = ("ls-remote", "--quiet", "--end-of-options", remote, *patterns)
    variables = _NO_PROMPT if not trusts_config else {key: _NO_PROMPT[key] for key in _NO_PROMPT if key != _ASKPASS}
    try:
        told = reach(root, asked, remote, timeout_s=_TIMEOUT_S, variables=variables, trusts_config=trusts_config)
    except NotFollowedError as error:
        words = unfollowed_words(left_out(root).ways())
        raise NotFollowedError(f"does not answer; {words}", where=name) from error
    except (RepositoryError, ObservationError) as error:
        raise RepositoryError("does not answer", where=name) from error
    rows = (_ROW.fullmatch(line) for line in told.split(b"\n"))
    return {decode(row[2]): row[1].decode("ascii") for row in rows if row is not None}


def remote_names(root: Path) -> list[str]:
    """The names of the remotes that are configured, sorted."""
    return sorted(decode(name) for name in give(root, "remote").stdout.split(b"\n") if name)


def reaches(root: Path, tips: Iterable[str], commit: str) -> bool:
    """Whether the history of one of these objects holds a commit that is here; those that are not here tell nothing."""
    given = "".join(f"{line}\n" for line in (commit, *(f"^{tip}" for tip in tips)))
    asked = ("rev-list", "--max-count=1", "--ignore-missing", "--stdin")
    return not give(root, *asked, given=given.encode("ascii")).stdout


def is_shallow(root: Path) -> bool:
    """Whether some of the history is not here."""
    return give(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def has_objects(root: Path, names: Iterable[str]) -> bool:
    """Whether all of these objects are here."""
    given = "".join(f"{name}\n" for name in names).encode("ascii")
    return b" missing" not in give(root, "cat-file", "--batch-check", given=given).stdout


def refs_with(root: Path, below: str, commit: str) -> list[str]:
    """The refs below a namespace whose history holds a commit that is here, sorted."""
    listing = give(root, "for-each-ref", "--format=%(refname)", f"--contains={commit}", below).stdout
    return [decode(name) for name in listing.split(b"\n") if name]


def tip_of(root: Path, ref: str) -> str | None:
    """The commit that a ref names; ``None`` where there is no such ref."""
    answer = give(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", accepted=(0, 1, 128))
    return None if answer.status else answer.stdout.decode("ascii").strip()


def submodules_of(root: Path, commit: str) -> dict[str, str]:
    """Path → commit of the submodules in a commit's tree. Paths POSIX from the root."""
    rows = give(root, "ls-tree", "-r", "-z", "--full-tree", commit).stdout.split(b"\0")
    found = (row.partition(b"\t") for row in rows if row.startswith(_SUBMODULE))
    return {decode(path): head.split(b" ")[2].decode("ascii") for head, _, path in found}
