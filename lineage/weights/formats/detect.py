"""Which reader a weights file is for: by its first bytes, then by its suffix."""

import contextlib
import heapq
import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from lineage.model.weights import Contents
from lineage.portable.environment import Problem
from lineage.weights.formats.archives import read_archive
from lineage.weights.formats.arrays import MAGIC, read_array
from lineage.weights.formats.compression import Decompressed, compression, is_readable
from lineage.weights.formats.gathering import PARTLY_READ, UNKNOWN_FORMAT, UNREADABLE, Gathered, merge
from lineage.weights.formats.pickles import begins_pickle, read_pickles
from lineage.weights.formats.streams import Damaged, TooMuch, Window

READERS = ("keras", "hdf5", "gguf", "tensors", "savedmodel", "onnx", "trees", "describing")
"""modules beside this one with ``recognise(head, name)`` and ``read(stream, size, subject)``, asked in this order"""

HEAD_BYTES = 4096
MAX_FILES = 2000
"""of a directory"""
MAX_DEPTH = 16
PICKLE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".sav")


def read_contents(path: Path, subject: str) -> Contents:
    """What the weights at ``path`` say of themselves: a file's own, or those of all files of a directory, merged.

    ``subject`` is what problems name. What cannot be read is a problem, too; nothing is raised for it.
    """
    try:
        if not path.is_dir():
            return _read_file(path, subject)
        return _read_directory(path, subject)
    except OSError as error:
        return _only(UNREADABLE, subject, error.strerror or "it cannot be read")


def _read_directory(path: Path, subject: str) -> Contents:
    """Files of no known format beside known ones are no problem: a directory holds notes and settings as well."""
    found: list[Contents] = []
    unknown: list[Contents] = []
    for number, file in enumerate(_files(path)):
        if number >= MAX_FILES:
            found.append(_only(PARTLY_READ, subject, f"it holds more than {MAX_FILES} files"))
            break
        one = _read_file(file, subject)
        is_unknown = not one.formats and all(problem.code == UNKNOWN_FORMAT for problem in one.problems)
        (unknown if is_unknown else found).append(one)
    return merge(found) if found else merge(unknown[:1] or [_only(UNKNOWN_FORMAT, subject, "it holds no file")])


def _files(path: Path) -> Iterator[Path]:
    """Regular files below, sorted, not deeper than ``MAX_DEPTH`` and not through links to directories.

    Of those beside each other no more than one over ``MAX_FILES`` is given, for a directory may hold millions.
    """
    pending = [(path, 0)]
    while pending:
        folder, depth = pending.pop()
        yield from (folder / name for name in heapq.nsmallest(MAX_FILES + 1, _names(folder, _is_file)))
        if depth < MAX_DEPTH:
            below = sorted(_names(folder, lambda one: one.is_dir(follow_symlinks=False)), reverse=True)
            pending += [(folder / name, depth + 1) for name in below if name not in (".git", ".hg", ".dvc")]


def _names(folder: Path, counts: Callable[["os.DirEntry[str]"], bool]) -> Iterator[str]:
    """Of some that lie there, in no order; none where it cannot be read, which whoever hashes it will tell."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        yield from (one.name for one in found if counts(one))


def _is_file(one: "os.DirEntry[str]") -> bool:
    """As a path tells, which takes a link in a circle for none."""
    return Path(one.path).is_file() if one.is_symlink() else one.is_file()


def _read_file(path: Path, subject: str) -> Contents:
    with path.open("rb", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        return read_stream(cast(BinaryIO, stream), size, path.name, subject)


def read_stream(stream: BinaryIO, size: int, name: str, subject: str) -> Contents:
    """Of one file, open at its start, that can seek; ``name`` is its own. Raises OSError."""
    head = _head(stream)
    if not head:
        return _only(UNREADABLE, subject, "it is empty")
    if head[:1] == b"\x80" and begins_pickle(head):
        return read_pickles(Window(stream, size), subject)
    for module in READERS:
        reader = importlib.import_module(f"lineage.weights.formats.{module}")
        if reader.recognise(head, name):
            return cast(Contents, reader.read(stream, size, subject))
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        found = read_archive(stream, size, subject)
        return found if found.formats else _unknown(subject)
    if begins_pickle(head):
        return read_pickles(Window(stream, size), subject)
    if head.startswith(MAGIC):
        return read_array(Window(stream, size), subject)
    kind = compression(head)
    if kind is not None:
        return _read_compressed(stream, kind, subject)
    if name.lower().endswith(PICKLE_SUFFIXES):
        return read_pickles(Window(stream, size), subject)
    return _unknown(subject)


def _head(stream: BinaryIO) -> bytes:
    """The first bytes; the stream is at its start again."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    return head


def _read_compressed(stream: BinaryIO, kind: str, subject: str) -> Contents:
    """A pickle or an array in one layer of compression."""
    found = Gathered(subject)
    if not is_readable(kind):
        found.partly_read(f"it is compressed with {kind}, which is not read")
        return found.contents(kind, loaders=[("joblib",)] if kind == "lz4" else [])
    window = Window(cast(BinaryIO, Decompressed(stream, kind)))
    try:
        window.fill()
    except TooMuch as error:
        found.partly_read(error.message)
    except Damaged as error:
        found.unreadable(error.message)
    else:
        head = window.data[:HEAD_BYTES]
        if begins_pickle(head):
            return read_pickles(window, subject, (kind,))
        if head.startswith(MAGIC):
            inner = read_array(window, subject)
            return merge([inner], (kind, *inner.formats))
        found.add_problem(UNKNOWN_FORMAT, f"what it holds, compressed with {kind}, is of no known format")
    return found.contents(kind)


def _unknown(subject: str) -> Contents:
    return _only(UNKNOWN_FORMAT, subject, "it is of no known format: nothing tells which modules it needs")


def _only(code: str, subject: str, detail: str) -> Contents:
    return Contents(problems=(Problem(code, subject, detail),))
