"""Partial clones: made without some objects, which git would get by itself when they are asked for.

Here it may not, and before version 2.45 ``cat-file`` ends by such a question; so all that is not here is asked for at
once, which gets nothing.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

Bring = Callable[[Sequence[str]], bool]
"""Gets objects by their ids from where the clone came from, and tells whether any came."""
LACKING = "lineage check --fetch gets what is missing"
LISTING = ("rev-list", "--objects", "--missing=print", "--no-object-names", "--no-walk")


def is_partial(common: Path) -> bool:
    """Whether a clone is one, by the directory that git keeps for itself."""
    packs = common / "objects" / "pack"
    return packs.is_dir() and any(one.suffix == ".promisor" for one in packs.iterdir())


def absent(listing: bytes) -> set[str]:
    """The ids that ``LISTING`` tells as missing."""
    return {row[1:] for row in listing.decode("ascii").split("\n") if row.startswith("?")}


def root_of(commit: bytes) -> str:
    """The id of the root directory of a commit: with it a server gives all that are below."""
    return commit.partition(b"\n")[0].removeprefix(b"tree ").decode("ascii")
