"""Which reader a weights file is for: by its first bytes, then by its suffix."""

import contextlib
import heapq
import importlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import PARTLY_READ, UNKNOWN_FORMAT, UNREADABLE, merge, only, unknown_format


class FormatReader(Protocol):
    """What the module of a format offers."""

    def recognise(self, head: bytes, name: str) -> bool:
        """Whether a file that begins so, and has this name, is of the format."""

    def read(self, stream: BinaryIO, size: int, subject: str) -> Contents:
        """What a file says that was recognised, open at its start; problems name it as ``subject``. Raises OSError."""


READERS = (
    *("keras", "hdf5", "gguf", "tensors", "savedmodel", "onnx", "trees", "describing"),
    *("archives", "arrays", "compression", "pickles"),
)
"""The only list of formats: modules beside this one (or anywhere, by their dotted names), each a ``FormatReader``.

The first one that recognises a file reads it: what has a magic of its own before what is told by less."""

HEAD_BYTES = 4096
_MARK = re.compile(r"[._].*|.*\.(?:py|txt|md|lock)")
"""What may be empty in a directory of weights: it marks a place, or makes a package of it."""
MAX_FILES = 2000
"""of a directory"""
MAX_DEPTH = 16
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""To open a FIFO that nobody writes would wait for ever."""


def read_contents(path: Path, subject: str, readers: Sequence[str] = READERS) -> Contents:
    """What the weights at ``path`` say of themselves: a file's own, or those of all files of a directory, merged.

    ``subject`` is what problems name. What cannot be read is a problem, too; nothing is raised for it.
    """
    try:
        if not path.is_dir():
            return _read_file(path, subject, readers)
        return _read_directory(path, subject, readers)
    except OSError as error:
        return only(UNREADABLE, subject, error.strerror or "it cannot be read")


def _read_directory(path: Path, subject: str, readers: Sequence[str]) -> Contents:
    """Files of no known format beside known ones are no problem: a directory holds notes and settings as well."""
    found: list[Contents] = []
    unknown: list[Contents] = []
    code: list[str] = []
    for number, file in enumerate(_files(path)):
        if number >= MAX_FILES:
            found.append(only(PARTLY_READ, subject, f"it holds more than {MAX_FILES} files"))
            break
        if file.suffix == ".py":
            code.append(file.relative_to(path).as_posix())
        if _MARK.fullmatch(file.name) and file.stat().st_size == 0:
            continue
        one = _read_file(file, subject, readers)
        is_unknown = not one.formats and all(problem.code == UNKNOWN_FORMAT for problem in one.problems)
        (unknown if is_unknown else found).append(one)
    contents = merge(found) if found else merge(unknown[:1] or [only(UNKNOWN_FORMAT, subject, "it holds no file")])
    return replace(contents, code=tuple(sorted(code)))


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


def _read_file(path: Path, subject: str, readers: Sequence[str]) -> Contents:
    with io.FileIO(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAIT)) as stream:
        seen = os.fstat(stream.fileno())
        if not stat.S_ISREG(seen.st_mode):
            return only(UNREADABLE, subject, "it is no regular file")
        return read_stream(cast(BinaryIO, stream), seen.st_size, path.name, subject, readers)


def read_stream(stream: BinaryIO, size: int, name: str, subject: str, readers: Sequence[str] = READERS) -> Contents:
    """Of one file, open at its start, that can seek; ``name`` is its own. Raises OSError."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if not head:
        return only(UNREADABLE, subject, "it is empty")
    for word in readers:
        reader = _reader(word)
        if reader.recognise(head, name):
            return reader.read(stream, size, subject)
    return unknown_format(subject)


def _reader(word: str) -> FormatReader:
    return cast(FormatReader, importlib.import_module(word if "." in word else f"{__package__}.{word}"))
