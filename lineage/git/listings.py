"""Listings of trees as git gives them, taken apart."""

import os
import re
from collections.abc import Iterator, Mapping

LINK, SUBMODULE, DIRECTORY = b"120000", b"160000", b"40000"
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0", re.DOTALL)


def files_of(listing: bytes) -> Mapping[str, str]:
    """Of what ``ls-tree -z`` says the files: path → blob id."""
    found = {}
    for row in listing.split(b"\0"):
        head, _, path = row.partition(b"\t")
        mode, _, rest = head.partition(b" ")
        if path and mode not in (LINK, SUBMODULE):
            found[os.fsdecode(path)] = rest.split(b" ")[1].decode("ascii")
    return found


def others_of(listing: bytes) -> dict[str, tuple[bool, str]]:
    """Of what ``ls-tree -z`` or ``ls-files -s -z`` says the rest: path → (is it a submodule, and no link; its id)."""
    found = {}
    for row in listing.split(b"\0"):
        head, _, path = row.partition(b"\t")
        fields = head.split(b" ")
        if path and fields[0] in (LINK, SUBMODULE):
            name = fields[2] if fields[1] in (b"blob", b"commit") else fields[1]
            found[os.fsdecode(path)] = (fields[0] == SUBMODULE, name.decode("ascii"))
    return found


def entries_of(tree: bytes, id_bytes: int) -> Iterator[tuple[bytes, str, str]]:
    """(mode, name, id) of each entry of a tree object, as git stores it. Raises ``ValueError`` for another form."""
    position = 0
    while position < len(tree):
        entry = _ENTRY.match(tree, position)
        if entry is None:
            raise ValueError("is not a tree")
        position = entry.end() + id_bytes
        yield entry[1], os.fsdecode(entry[2]), tree[entry.end() : position].hex()
