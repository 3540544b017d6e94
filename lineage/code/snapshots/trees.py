"""Trees of a commit with some paths changed: only those that are touched are read and written, and no index is needed.

A repository may hold very many files; an index of all of them takes longer to write than ``git status`` to run. A tree
object is rows ``<mode> <name>\\0<id>``, sorted by name, that of a tree as if a slash stood behind it; see git's
``fsck.c`` (``verify_ordered``).
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lineage.errors import RepositoryError
from lineage.git.asking import give

_TREE = b"40000"

_Rows = dict[bytes, tuple[bytes, bytes]]
"""name → (mode, id in hex)"""


class TreeEntry(NamedTuple):
    """What stands at a path."""

    mode: str
    blob: str


class Base(NamedTuple):
    """A commit, as far as it is to be changed."""

    commit: bytes
    """the bytes of its object"""
    trees: Mapping[bytes, bytes]
    """directory (``b""``: the root) → the bytes of its tree, of those that there are"""


def read_base(root: Path, commit: str, paths: Iterable[str]) -> Base:
    """A commit, and the trees around some paths. Raises ``RepositoryError``."""
    wanted = sorted({directory for path in paths for directory in _around(os.fsencode(path))} - {b""})
    base = commit.encode("ascii")
    plain = [one for one in wanted if _is_line(one)]
    first, top, *rest = _objects(root, [base, base + b"^{tree}", *(base + b":" + one for one in plain)])
    trees = {b"": top[1]} | {one: found[1] for one, found in zip(plain, rest, strict=True) if found[0] == b"tree"}
    for one in wanted:
        if not _is_line(one):  # by its id, from the tree around it
            above, _, name = one.rpartition(b"/")
            mode, blob = _rows(trees.get(above, b""), len(commit)).get(name, (b"", b""))
            if mode == _TREE:
                trees[one] = _objects(root, [blob])[0][1]
    return Base(first[1], trees)


def write_trees(root: Path, base: Base, removed: Collection[str], entries: Mapping[str, TreeEntry], width: int) -> str:
    """The id of the tree that the base is with these changes; ``width`` is that of ids in hex.

    Where a file comes to stand, a directory goes. Raises ``RepositoryError``.
    """
    gone = {os.fsencode(path) for path in removed}
    given = {os.fsencode(path): entry for path, entry in entries.items()}
    directories = {directory for path in (*gone, *given) for directory in _around(path)} | {b""}
    rows = {one: _rows(base.trees.get(one, b""), width) for one in directories}
    for path in gone:
        above, _, name = path.rpartition(b"/")
        if rows[above].get(name, (_TREE,))[0] != _TREE:
            del rows[above][name]
    for path, entry in given.items():
        above, _, name = path.rpartition(b"/")
        rows[above][name] = (entry.mode.encode("ascii"), entry.blob.encode("ascii"))
    texts, ids = [], []
    for one in sorted(directories, key=lambda path: path.count(b"/") + bool(path), reverse=True):
        above, _, name = one.rpartition(b"/")
        if one in given:
            continue
        if rows[one] or not one:
            ids.append(_id(rows[one], width))
            texts.append(_text(rows[one]))
        if one and rows[one]:
            rows[above][name] = (_TREE, ids[-1])
        elif one and rows[above].get(name, (b"",))[0] == _TREE:
            del rows[above][name]
    written = give(root, "mktree", "-z", "--batch", "--missing", given=b"\0".join([*texts, b""])).stdout.split()
    if written != ids:
        raise RepositoryError("gave other ids than its trees have", where="git mktree")
    return ids[-1].decode("ascii")


def _around(path: bytes) -> Iterable[bytes]:
    """The directories above a path, and the root."""
    while path:
        path = path.rpartition(b"/")[0]
        yield path


def _is_line(path: bytes) -> bool:
    """Whether a line that git reads can name it."""
    return b"\n" not in path and not path.endswith(b"\r")


def _objects(root: Path, names: list[bytes]) -> list[tuple[bytes, bytes]]:
    """(kind, bytes) of objects; of what is not there, nothing."""
    told = give(root, "cat-file", "--batch", given=b"".join(name + b"\n" for name in names)).stdout
    found, place = [], 0
    for name in names:
        missing = name + b" missing\n"
        if told.startswith(missing, place):
            place += len(missing)
            found.append((b"", b""))
            continue
        end = told.index(b"\n", place)
        _, kind, size = told[place:end].split(b" ")
        place = end + 2 + int(size)
        found.append((kind, told[end + 1 : place - 1]))
    return found


def _rows(tree: bytes, width: int) -> _Rows:
    found, place = {}, 0
    while place < len(tree):
        blank = tree.index(b" ", place)
        null = tree.index(b"\0", blank)
        end = null + 1 + width // 2
        found[tree[blank + 1 : null]] = (tree[place:blank], tree[null + 1 : end].hex().encode("ascii"))
        place = end
    return found


def _sorted(rows: _Rows) -> list[tuple[bytes, bytes, bytes]]:
    ordered = sorted(rows, key=lambda name: name + b"/" if rows[name][0] == _TREE else name)
    return [(name, *rows[name]) for name in ordered]


def _id(rows: _Rows, width: int) -> bytes:
    content = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(blob.decode())) for name, mode, blob in _sorted(rows))
    digest = hashlib.new("sha1" if width == 40 else "sha256", b"tree %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest().encode("ascii")


def _text(rows: _Rows) -> bytes:
    """A tree as ``git mktree -z`` reads it."""
    kinds = {_TREE: b"tree", b"160000": b"commit"}
    return b"".join(
        b"%s %s %s\t%s\0" % (mode, kinds.get(mode, b"blob"), blob, name) for name, mode, blob in _sorted(rows)
    )
