"""Where a file that a Dockerfile names in the image comes from in the repository, by its COPY and ADD instructions.

Whether a path is a file or a directory is not asked: each reading of a copy gives a candidate, and the file that is
there at the revision is taken. The context is the Dockerfile's directory or one above it, the nearest first.
"""

import fnmatch
import posixpath
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from lineage.dependencies.forms import Include

MAX_LOOKUPS = 500
"""Files that are asked for, for one Dockerfile."""

MAX_COPIES = 200
"""The latest count."""


class Copy(NamedTuple):
    """One source of a COPY or ADD."""

    source: str
    """in the context, normalised; ``.`` for all of it"""
    target: str
    """in the image, absolute, normalised"""


def copies_of(words: Sequence[str], folder: str) -> tuple[Copy, ...]:
    """What ``COPY words`` copies while ``folder`` is the working directory; nothing where it copies of a stage."""
    plain = [word for word in words if not word.startswith("--")]
    if len(plain) < 2 or any(word.startswith("--from") for word in words):
        return ()
    target = posixpath.normpath(posixpath.join(folder, plain[-1]))
    return tuple(Copy(posixpath.normpath(f"./{one.lstrip('/')}"), target) for one in plain[:-1])


def mounts_of(words: Sequence[str], folder: str) -> tuple[Copy, ...]:
    """The files of the context that the flags ``--mount=type=bind,…`` of a RUN show in the image."""
    found: list[Copy] = []
    for word in words:
        fields = dict(one.partition("=")[::2] for one in word.removeprefix("--mount=").split(","))
        source = fields.get("source", fields.get("src", "."))
        target = fields.get("target", fields.get("dst", fields.get("destination")))
        if fields.get("type", "bind") == "bind" and "from" not in fields and target:
            found += copies_of((source, target), folder)
    return tuple(found)


class StageCopy(NamedTuple):
    """A COPY that has another source than the context."""

    stage: str
    """as written: a stage's name or number, or an image"""
    sources: tuple[str, ...]
    """absolute, normalised"""
    target: str


def stage_copy_of(words: Sequence[str], folder: str) -> StageCopy | None:
    """What ``COPY --from=STAGE …`` copies while ``folder`` is the working directory."""
    stage = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), "")
    plain = [word for word in words if not word.startswith("--")]
    if not stage or len(plain) < 2:
        return None
    sources = tuple(posixpath.normpath(f"/{one.lstrip('/')}") for one in plain[:-1])
    return StageCopy(stage, sources, posixpath.normpath(posixpath.join(folder, plain[-1])))


def stage_mounts_of(words: Sequence[str], folder: str) -> tuple[StageCopy, ...]:
    """What the flags ``--mount=from=STAGE,…`` of a RUN show of other stages."""
    found = []
    for word in words:
        fields = dict(one.partition("=")[::2] for one in word.removeprefix("--mount=").split(","))
        target = fields.get("target", fields.get("dst", fields.get("destination")))
        if "from" in fields and target:
            source = fields.get("source", fields.get("src", "/"))
            copy = stage_copy_of((f"--from={fields['from']}", source, target), folder)
            found += [copy] if copy is not None else []
    return tuple(found)


class Context:
    """The files of the repository that an image can hold, looked up by their paths in the image."""

    def __init__(self, path: str, include: Include) -> None:
        self._include = include
        self._left = MAX_LOOKUPS
        self.written: dict[str, tuple[str, bytes]] = {}
        """files that the description itself holds: {path in the image: (path of the description, content)}"""
        folder = posixpath.dirname(path)
        self._roots = [folder]
        while folder:
            folder = posixpath.dirname(folder)
            self._roots.append(folder)

    def find(self, name: str, folder: str, copies: Sequence[Copy]) -> tuple[str, bytes] | None:
        """(path in the repository, content) of a file that is named ``name`` in the image; the latest copy counts."""
        wanted = posixpath.normpath(posixpath.join(folder, name))
        if wanted in self.written:
            return self.written[wanted]
        latest = copies[-MAX_COPIES:]
        # A path that a copy names is that copy's, even where its source hangs on a variable.
        plain = () if any(copy.target == wanted for copy in latest) else (posixpath.normpath(name.lstrip("/")),)
        for candidate in chain(_candidates(wanted, latest), plain):
            for root in self._roots:
                path = posixpath.normpath(posixpath.join(root, candidate))
                if path.startswith("../") or path in ("..", "."):
                    continue
                if self._left == 0:
                    return None
                self._left -= 1
                content = self._include(path)
                if content is not None:
                    return path, content
        return None


def _candidates(wanted: str, copies: Sequence[Copy]) -> Iterator[str]:
    for copy in reversed(copies):
        if copy.target == wanted:
            yield copy.source
        inside = copy.target.rstrip("/") + "/"
        if not wanted.startswith(inside):
            continue
        rest = wanted[len(inside) :]
        folder, base = posixpath.split(copy.source)
        if "/" not in rest and fnmatch.fnmatchcase(rest, base):
            yield posixpath.join(folder, rest)
        yield posixpath.normpath(posixpath.join(copy.source, rest))
