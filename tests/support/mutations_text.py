"""Mutations of a manifest's text: bits, lines, ends, marks, and what stands where the file should be."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.support.cells import STATES
from tests.support.mutations import MANIFEST, Apply, Kind, Names, Place

KINDS: list[Kind] = []


def text_edited(edit: Callable[[bytes, Random], bytes]) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        path: Path = place.manifest
        old = path.read_bytes()
        new = edit(old, random)
        assert new != old
        path.write_bytes(new)
        return (MANIFEST, "id is sha256:")

    return apply


def _free_lines(content: bytes) -> set[int]:
    """The offsets of what the id does not depend on."""
    free: set[int] = set()
    offset, table = 0, b""
    for line in content.splitlines(keepends=True):
        table = line if line.startswith(b"[") else table
        is_free = line.startswith((b"created =", b"tool =", b"parent =", b"started =", b"seconds ="))
        if is_free or table.startswith(b"[labels]") or not line.strip():
            free.update(range(offset, offset + len(line)))
        offset += len(line)
    return free


def _flipped(content: bytes, random: Random) -> bytes:
    free = _free_lines(content)
    at = random.choice([i for i in range(len(content) - 1) if i not in free])
    new = content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]
    return new if _means_another(content, new) else _flipped(content, random)


def _means_another(old: bytes, new: bytes) -> bool:
    """``1.5E0`` for ``1.5e0``, or a quotation mark for another, is no mutation."""
    try:
        return tomllib.loads(new.decode()) != tomllib.loads(old.decode())
    except ValueError:
        return True


def _line(edit: Callable[[list[bytes], int, Random], list[bytes]]) -> Callable[[bytes, Random], bytes]:
    def apply(content: bytes, random: Random) -> bytes:
        lines = content.splitlines(keepends=True)
        at = random.choice([i for i, line in enumerate(lines) if b" = " in line and _is_bound(lines, i)])
        new = b"".join(edit(lines, at, random))
        return new if _means_another(content, new) else apply(content, random)

    return apply


def _is_bound(lines: list[bytes], at: int) -> bool:
    offset = sum(map(len, lines[:at]))
    return offset not in _free_lines(b"".join(lines))


def _cut(content: bytes, random: Random) -> bytes:
    """Before the user's own values behind the packages, of which any may be missing without a sign but the id."""
    return content[: random.randrange(len(content.rstrip()) - 1)]


def _inserted(piece: bytes) -> Callable[[bytes, Random], bytes]:
    def edit(content: bytes, random: Random) -> bytes:
        at = random.randrange(len(content))
        return content[:at] + piece + content[at:]

    return edit


def _conflict(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at = random.randrange(len(lines) - 1)
    both = [b"<<<<<<< HEAD\n", lines[at], b"=======\n", lines[at], b">>>>>>> other\n"]
    return b"".join([*lines[:at], *both, *lines[at + 1 :]])


TEXTS: dict[str, Callable[[bytes, Random], bytes]] = {
    "a bit flipped": _flipped,
    "cut": _cut,
    "a line removed": _line(lambda lines, at, random: lines[:at] + lines[at + 1 :]),
    "a line twice": _line(lambda lines, at, random: lines[: at + 1] + lines[at:]),
    "two lines joined": _line(lambda lines, at, random: [*lines[:at], lines[at].rstrip() + b" ", *lines[at + 1 :]]),
    "a value without its end": _line(
        lambda lines, at, random: [*lines[:at], lines[at].rstrip()[:-1] + b"\n", *lines[at + 1 :]]
    ),
    "a table twice": lambda content, random: content + b"[environment]\n",
    "twice": lambda content, random: content + content,
    "a byte order mark": lambda content, random: b"\xef\xbb\xbf" + content,
    "UTF-16": lambda content, random: content.decode().encode("utf-16"),
    "a null character": _inserted(b"\0"),
    "a byte that is no UTF-8": _inserted(b"\xff"),
    "a bare carriage return": lambda content, random: content.replace(b"\n", b"\r"),
    "a conflict": _conflict,
    "JSON": lambda content, random: json.dumps(tomllib.loads(content.decode()), default=str).encode(),
    "another document": lambda content, random: random.choice((b"x = 1\n", b"[tool]\n", b"# nothing\n", b"\n")),
}
KINDS += [Kind(name=f"text: {name}", sides=("manifest",), apply=text_edited(edit)) for name, edit in TEXTS.items()]


def in_state(state: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        STATES[state](place.manifest)
        return MANIFEST

    return apply


for _state in STATES:
    KINDS.append(Kind(name=f"manifest {_state}", sides=("manifest",), apply=in_state(_state)))
