"""Objects and the ref of a snapshot, written into a repository's own store; its index is neither read nor written.

Only complete things are left: the ref comes last, and whatever fails before it leaves at most objects that nothing
names, which ``git gc`` removes.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lineage.errors import RepositoryError
from lineage.git.asking import give
from lineage.git.gitpython import decode


def hash_files(root: Path, files: Sequence[str], links: Sequence[Path], scratch: Path | None) -> list[str]:
    """Write blobs of the raw bytes of files, then of the targets of links; their ids, in this order.

    ``files`` are POSIX from the root; ``scratch`` is an empty directory, needed for links. Raises ``RepositoryError``.
    """
    given = [os.fsencode(path) for path in files]
    for number, link in enumerate(links if scratch is not None else ()):
        target = Path(scratch or "", f"link-{number}")
        try:
            target.write_bytes(os.fsencode(link.readlink()))
        except OSError as error:
            raise RepositoryError(f"cannot be read: {error.strerror}", where=str(link)) from error
        given.append(os.fsencode(target))
    if not given:
        return []
    asked = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    return give(root, *asked, given=b"".join(map(_quoted, given))).stdout.decode("ascii").split()


def _quoted(path: bytes) -> bytes:
    """A line that git reads as this path, whatever it holds: quoted as in C."""
    plain = path.replace(b"/", b"").replace(b".", b"").replace(b"_", b"").isalnum() and path.isascii()
    return (path if plain else b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"') + b"\n"


def hash_bytes(root: Path, content: bytes) -> str:
    """Write a blob of exactly these bytes; its id."""
    return give(root, "hash-object", "-w", "--no-filters", "--stdin", given=content).stdout.decode("ascii").strip()


def write_commit(root: Path, content: bytes) -> str:
    """Write a commit of exactly these bytes; its id."""
    return give(root, "hash-object", "-t", "commit", "-w", "--stdin", given=content).stdout.decode("ascii").strip()


def keep(root: Path, ref: str, commit: str) -> bool:
    """Let a ref name a commit; whether it did not before. Raises ``RepositoryError``.

    Two at once are as good as one.
    """
    try:
        give(root, "update-ref", "--no-deref", ref, commit, "0" * len(commit))
    except RepositoryError:
        if _named_by(root, ref) != commit:
            raise
        return False
    return True


def forget(root: Path, ref: str, commit: str) -> None:
    """Take back what ``keep`` made, as far as the repository lets us."""
    with suppress(RepositoryError):
        give(root, "update-ref", "--no-deref", "-d", ref, commit)


def _named_by(root: Path, ref: str) -> str | None:
    answer = give(root, "rev-parse", "--verify", "--quiet", ref, accepted=(0, 1, 128))
    return None if answer.status else answer.stdout.decode("ascii").strip()


def own_files(nested: Path) -> list[str]:
    """The files of a repository that lies in another's work tree, POSIX from it; directories end in a slash."""
    listing = give(nested, "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    return sorted({decode(name) for name in listing.split(b"\0") if name})
