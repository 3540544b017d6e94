"""Mutations of the weights, file and directory, and of the DVC pointers that stand for absent ones."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.support.cells import STATES, changed, remove
from tests.support.mutations import MODEL, POINTED, TOKENIZER, Apply, Kind, Names, Place, kind
from tests.support.mutations_files import flip

KINDS: list[Kind] = []

Edit = Callable[[bytes, Random], bytes]


def _swapped(content: bytes, random: Random) -> bytes:
    """Two neighbouring pieces exchanged: the same bytes, in another order."""
    at, size = random.randrange(len(content) - 20), random.randrange(1, 9)
    return content[:at] + content[at + size : at + 2 * size] + content[at : at + size] + content[at + 2 * size :]


def _zeroed(content: bytes, random: Random) -> bytes:
    """A hole, as a copy that broke off leaves it."""
    at = random.randrange(len(content) - 64)
    return content[:at] + bytes(64) + content[at + 64 :]


CONTENTS: dict[str, Edit] = {
    "a bit flipped": flip,
    "truncated": lambda content, random: content[: random.randrange(len(content))],
    "one byte less": lambda content, random: content[:-1],
    "grown": lambda content, random: content + random.randbytes(random.randrange(1, 99)),
    "a byte put in": lambda content, random: content[: (at := random.randrange(len(content)))] + b"\0" + content[at:],
    "pieces exchanged": _swapped,
    "a hole": _zeroed,
    "other content of the same size": lambda content, random: random.randbytes(len(content)),
    "twice": lambda content, random: content * 2,
    "an LFS pointer": lambda content, random: b"version https://git-lfs.github.com/spec/v1\nsize %d\n" % len(content),
}


def of_file(edit: Edit) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        changed(lambda content: edit(content, random))(place.project / MODEL)
        return f"weights:{MODEL}"

    return apply


KINDS += [Kind(name=f"weights: {name}", sides=("weights",), apply=of_file(edit)) for name, edit in CONTENTS.items()]


def in_state(path: str, state: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        STATES[state](place.project / path)
        return f"weights:{path}"

    return apply


for _state in STATES:
    KINDS.append(Kind(name=f"weights {_state}", sides=("weights",), apply=in_state(MODEL, _state)))
for _state in ("absent", "unreadable", "a directory", "a pipe"):
    KINDS.append(Kind(name=f"weights directory {_state}", sides=("weights",), apply=in_state(TOKENIZER, _state)))


def of_directory(edit: Callable[[Path, list[Path], Random], object]) -> Apply:
    """The directory of weights, with its files in order."""

    def apply(place: Place, random: Random) -> Names:
        root = place.project / TOKENIZER
        edit(root, sorted(path for path in root.rglob("*") if path.is_file()), random)
        return f"weights:{TOKENIZER}"

    return apply


def _renamed(root: Path, files: list[Path], random: Random) -> object:
    one = random.choice(files)
    return one.rename(one.with_name(f"x{random.randrange(99)}{one.name}"))


def _moved(root: Path, files: list[Path], random: Random) -> object:
    one = random.choice(files)
    (root / "other").mkdir()
    return one.rename(root / "other" / one.name)


def _exchanged(root: Path, files: list[Path], random: Random) -> None:
    left, right = random.sample(files, 2)
    contents = left.read_bytes(), right.read_bytes()
    left.write_bytes(contents[1])
    right.write_bytes(contents[0])


def _recased(root: Path, files: list[Path], random: Random) -> object:
    one = random.choice(files)
    return one.rename(one.with_name(one.name.upper()))


def _twin(root: Path, files: list[Path], random: Random) -> object:
    one = random.choice(files)
    return one.with_name(one.name.upper()).write_bytes(one.read_bytes())


def _linked_out(root: Path, files: list[Path], random: Random) -> None:
    one = random.choice(files)
    outside = root.parent.parent / "outside"
    outside.write_bytes(b"other")
    one.unlink()
    one.symlink_to(outside)


def _piped(root: Path, files: list[Path], random: Random) -> None:
    os.mkfifo(root / f"pipe{random.randrange(99)}")


DIRECTORY: dict[str, Callable[[Path, list[Path], Random], object]] = {
    "a file added": lambda root, files, random: (root / f"x{random.randrange(99)}").write_bytes(b"more"),
    "an empty file added": lambda root, files, random: (root / f"x{random.randrange(99)}").write_bytes(b""),
    "a hidden file added": lambda root, files, random: (root / "deep" / ".hidden").write_bytes(b"1"),
    "a file removed": lambda root, files, random: random.choice(files).unlink(),
    "a file changed": lambda root, files, random: changed(lambda old: flip(old, random))(random.choice(files)),
    "a file emptied": lambda root, files, random: random.choice(files).write_bytes(b""),
    "a file renamed": _renamed,
    "a file moved": _moved,
    "two files exchanged": _exchanged,
    "another case": _recased,
    "a twin in another case": _twin,
    "a link out of it": _linked_out,
    "a pipe in it": _piped,
}
KINDS += [
    Kind(name=f"weights directory: {name}", sides=("weights",), apply=of_directory(edit))
    for name, edit in DIRECTORY.items()
]


@kind(KINDS, "weights")
def weights_that_link_to_others(place: Place, random: Random) -> Names:
    path = place.project / MODEL
    path.unlink()
    path.symlink_to(random.choice((f"tokenizer/{random.choice(('vocab.json', 'merges.txt'))}", "/dev/null")))
    return f"weights:{MODEL}"


def pointed(edit: Edit) -> Apply:
    """The weights are not there; their pointer is changed."""

    def apply(place: Place, random: Random) -> Names:
        which = random.choice((MODEL, TOKENIZER))
        remove(place.project / which)
        pointer = place.project / f"{which}.dvc"
        old = pointer.read_bytes()
        new = edit(old, random)
        assert new != old
        pointer.write_bytes(new)
        return (f"weights:{which}", f"{which}.dvc")

    return apply


POINTERS: dict[str, Edit] = {
    "another digest": lambda text, random: re.sub(rb"[0-9a-f]{32}", b"%032x" % random.getrandbits(128), text),
    "no digest": lambda text, random: re.sub(rb"md5: .*\n", b"nothing: 1\n", text, count=1),
    "another algorithm": lambda text, random: text.replace(b"hash: md5", random.choice((b"hash: etag", b"hash: x"))),
    "DVC 2's algorithm, without the size": lambda text, random: re.sub(rb"  (hash|size): .*\n", b"", text),
    "another path": lambda text, random: re.sub(rb"path: .*", b"path: x%d" % random.randrange(99), text),
    "a path out": lambda text, random: re.sub(rb"path: (.*)", rb"path: ../\1", text),
    "cut": lambda text, random: text[: random.randrange(text.index(b"path: ") + 6)],
    "emptied": lambda text, random: b"",
    "not text": lambda text, random: random.randbytes(40),
    "another document": lambda text, random: random.choice((b"[]", b"7", b"outs: 7", b"outs: [7]", b"null")),
    "a conflict": lambda text, random: b"<<<<<<< ours\n" + text + b"=======\n>>>>>>> theirs\n",
}
KINDS += [
    Kind(name=f"pointer: {name}", sides=("weights",), apply=pointed(edit), policy=POINTED)
    for name, edit in POINTERS.items()
]


@kind(KINDS, "weights", policy=POINTED)
def pointer_gone_with_the_weights(place: Place, random: Random) -> Names:
    which = random.choice((MODEL, TOKENIZER))
    remove(place.project / which)
    remove(place.project / f"{which}.dvc")
    return f"weights:{which}"
