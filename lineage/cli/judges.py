"""What models are judged by: the policies of both sides, and what earlier checks of the repository read."""

from pathlib import Path

from lineage import __version__
from lineage.cli.telling import say
from lineage.config import load_policy, policy_at
from lineage.errors import InputError
from lineage.portable.policy import Policy
from lineage.revisions import Revision
from lineage.system.blobcache import BlobCache, readers_of
from lineage.system.gitobjects import GitObjects


def kept_readings(objects: GitObjects) -> BlobCache:
    """What earlier checks of the repository read."""
    directory = objects.common_directory() / "lineage"
    return BlobCache(directory, readers_of(Path(__file__).parent.parent, __version__))


def policies_of(
    base: Revision | None, head: Revision, named: Path | None, quiet: bool
) -> tuple[tuple[Policy, str], ...]:
    """HEAD's policy, and the base's where it is another one; what nobody can read at the base judges nothing."""
    if named is not None:
        return (load_policy(None, named),)
    found = [policy_at(head.read, head.name[:12])]
    if base is not None:
        try:
            other = policy_at(base.read, base.name[:12])
        except InputError as error:
            say(f"the policy of the base cannot be read, so HEAD's judges alone: {error.where}: {error.message}", quiet)
            return tuple(found)
        if other[0] != found[0][0]:
            found.append((other[0], f"{other[1]} of {base.name[:12]}"))
    return tuple(found)
