"""A commit with the history that others lack, as a file that ``git fetch`` understands; and back, checked.

The format is gitformat-bundle(5), version 2, of a SHA-256 repository version 3. It is made of a pack of our own making,
because ``git bundle create`` reuses what happens to be packed: the same commit would not give the same bytes.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, RepositoryError
from lineage.git.asking import begin, give
from lineage.git.gitpython import decode
from lineage.git.published import reaches

_PACKING = (
    *("-c", "pack.packSizeLimit=0", "-c", "pack.allowPackReuse=false", "-c", "pack.useBitmaps=false"),
    *("-c", "core.bigFileThreshold=512m", "-c", "pack.windowMemory=0", "-c", "pack.useDeltaIslands=false"),
)
_PACK = (
    *("pack-objects", "--revs", "--quiet", "--threads=1", "--no-reuse-delta", "--no-reuse-object"),
    *("--delta-base-offset", "--window=10", "--depth=50", "--compression=6", "--no-sparse"),
)
_SIGNATURES = {b"# v2 git bundle\n": "sha1", b"# v3 git bundle\n@object-format=sha256\n": "sha256"}
_LONGEST_HEADER = 1 << 20
_PREREQUISITE = re.compile(rb"-([0-9a-f]{40}(?:[0-9a-f]{24})?)(?: .*)?")
_HEAD = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (refs/[^\s]+)")


class Packed(NamedTuple):
    """A commit as a file."""

    path: Path
    lacks: tuple[str, ...]
    """commits that a shallow clone does not have either: who reads it needs them"""


class Header(NamedTuple):
    """What a file says of the commits in it."""

    object_format: str
    prerequisites: tuple[str, ...]
    heads: tuple[tuple[str, str], ...]
    """(ref, commit)"""
    size: int
    """bytes before the pack"""


def pack_commit(root: Path, commit: str, ref: str, object_format: str, scratch: Path) -> Packed | None:
    """A commit as a file in ``scratch``, without what remotes had at the last fetch; ``None`` where they had it all.

    Raises ``RepositoryError``.
    """
    listing = give(root, "for-each-ref", "--format=%(objectname)", "refs/remotes/").stdout
    tips = sorted(set(listing.decode("ascii").split()))
    if reaches(root, tips, commit):
        return None
    wanted = "".join(f"{line}\n" for line in (commit, *(f"^{tip}" for tip in tips))).encode("ascii")
    walked = give(root, "rev-list", "--boundary", "--stdin", given=wanted).stdout.decode("ascii").split()
    boundary = [line[1:] for line in walked if line.startswith("-")]
    lacks = _cut_off(root, {line for line in walked if not line.startswith("-")})
    # The pack does not depend on which remote branches there are, only on where the history is cut.
    wanted = "".join(f"{line}\n" for line in (commit, *(f"^{one}" for one in sorted(boundary)))).encode("ascii")
    done = begin(root, *_PACK, str(scratch / "code"), given=wanted, settings=_PACKING).end()
    name = done.stdout.decode("ascii").split()[-1]
    path = scratch / "code.bundle"
    with path.open("wb") as file, (scratch / f"code-{name}.pack").open("rb") as pack:
        signature = next(line for line, one in _SIGNATURES.items() if one == object_format)
        before = "".join(f"-{one}\n" for one in sorted({*boundary, *lacks}))
        file.write(signature + f"{before}{commit} {ref}\n\n".encode())
        shutil.copyfileobj(pack, file, 1 << 20)
    return Packed(path, tuple(sorted(lacks)))


def _cut_off(root: Path, commits: set[str]) -> set[str]:
    """The parents of these commits that are not here, because the clone is shallow."""
    place = root / decode(give(root, "rev-parse", "--git-path", "shallow").stdout.removesuffix(b"\n"))
    shallow = place.read_text(encoding="ascii").split() if place.is_file() else []
    found: set[str] = set()
    for commit in commits.intersection(shallow):
        head = give(root, "cat-file", "commit", commit).stdout.partition(b"\n\n")[0]
        found |= {line[7:].decode("ascii") for line in head.split(b"\n") if line.startswith(b"parent ")}
    return found


def read_header(path: Path, where: str) -> Header:
    """What a file says of itself. Raises ``InputError`` where it is not one that ``pack_commit`` makes."""
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    text, end, pack = start.partition(b"\n\n")
    signature = next((line for line in _SIGNATURES if start.startswith(line)), None)
    if signature is None or not end or not pack.startswith(b"PACK"):
        raise InputError("is no bundle of git that lineage makes", where=where)
    prerequisites: list[str] = []
    heads: list[tuple[str, str]] = []
    for line in text[len(signature) :].split(b"\n"):
        before, head = _PREREQUISITE.fullmatch(line), _HEAD.fullmatch(line)
        if before is not None and not heads:
            prerequisites.append(before[1].decode("ascii"))
        elif head is not None:
            heads.append((decode(head[2]), head[1].decode("ascii")))
        else:
            raise InputError("is no bundle of git that lineage makes", where=where)
    return Header(_SIGNATURES[signature], tuple(prerequisites), tuple(heads), len(text) + len(end))


def missing_of(root: Path, commits: Sequence[str]) -> list[str]:
    """Those of the commits that are not in a repository."""
    given = "".join(f"{one}\n" for one in commits).encode("ascii")
    rows = give(root, "cat-file", "--batch-check=%(objecttype)", given=given).stdout.decode("ascii").splitlines()
    return [one for one, row in zip(commits, rows, strict=True) if row != "commit"]


def check_connected(root: Path, path: Path) -> None:
    """``git bundle verify``: the repository has the history that it builds on. Raises ``RepositoryError``."""
    give(root, "bundle", "verify", "--quiet", str(path))


def take_objects(root: Path, path: Path, header: Header, quarantine: Path | None = None) -> None:
    """Put the objects of the pack into a repository, or into a directory beside it, for looking first.

    Each object is checked as ``git fsck`` does, and that nothing is missing. Raises ``RepositoryError``.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(header.size)
        give(root, "index-pack", "--stdin", "--strict", given=file, variables=_beside(root, quarantine))


def tree_in(root: Path, commit: str, quarantine: Path) -> str | None:
    """The tree of a commit in the directory beside; ``None`` where there is no such commit."""
    asked = ("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}")
    kind = give(root, "cat-file", "-t", commit, variables=_beside(root, quarantine), accepted=(0, 128))
    if kind.stdout.strip() != b"commit":
        return None
    return give(root, *asked, variables=_beside(root, quarantine)).stdout.decode("ascii").strip()


def _beside(root: Path, quarantine: Path | None) -> dict[str, str]:
    if quarantine is None:
        return {}
    own = root / decode(give(root, "rev-parse", "--git-path", "objects").stdout.removesuffix(b"\n"))
    quoted = '"' + str(own).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return {"GIT_OBJECT_DIRECTORY": str(quarantine), "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted}


def unusable(error: RepositoryError, where: str) -> InputError:
    """What git found wrong with a pack, as an error of the file that was given."""
    return InputError(f"its commit cannot be taken: {error.message}", where=where)
