"""Whether two origins are one: an index, a commit of a repository, an archive, a build of a conda channel."""

import re

from lineage.portable.conda import CONDA
from lineage.portable.environment import EDITABLE, LOCAL, REPOSITORY

_GIT = re.compile(
    r"(?P<kind>git|hg|svn|bzr)\+[a-z+]+://(?:[^@/]*@)?(?P<place>[^@#]*?)(?:\.git)?/?(?:@(?P<ref>[^#]*))?(?P<below>#.*)?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)


def is_same_source(left: str | None, right: str | None) -> bool | None:
    """Whether two origins, ``None`` for an index, give the same; ``None`` where nothing tells.

    How a repository is reached (ssh, https, a user) does not count; a branch or tag and a commit cannot be compared.
    """
    if left == right:
        return True
    if left is None or right is None:
        # What a directory of one machine holds has no identity: its version was compared.
        return None if (left or right) in (LOCAL, EDITABLE) else False
    if _is_local(left) and _is_local(right):
        return False if left.startswith("path:") and right.startswith("path:") else None
    return _same_repository(_GIT.fullmatch(left), _GIT.fullmatch(right))


def _is_local(origin: str) -> bool:
    return origin in (LOCAL, EDITABLE) or origin.startswith(("path:", REPOSITORY))


def _same_repository(left: re.Match[str] | None, right: re.Match[str] | None) -> bool | None:
    if left is None or right is None:
        return False
    if any(left[key] != right[key] for key in ("kind", "place", "below")):
        return False
    if left["ref"] == right["ref"]:
        return True
    commits = [_COMMIT.fullmatch(one["ref"] or "") for one in (left, right)]
    return False if all(commits) or not any(commits) else None


def conda_build(origin: str | None) -> str | None:
    """The build string that a recorded origin of conda ends with; ``None`` for any other origin."""
    return origin.rpartition(":")[2] if (origin or "").startswith(f"{CONDA}:") and origin else None
