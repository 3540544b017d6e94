"""The files that weights consist of: one, or those below a directory that DVC counts.

Directories ``.git``, ``.hg`` and ``.dvc`` are left out wherever they stand, empty directories do not count, links to
files are followed. Below a directory that DVC was set up in, what a ``.dvcignore`` names and directories with a
``.dvc`` of their own are left out too, as DVC does, and listed by name. Where DVC would leave something out in silence
(a link to a directory), or refuses to track it at all (a ``.dvcignore`` inside), this refuses: a record must be whole.

Nothing holds a directory as a whole: it may have millions of files. What a walk met is told by its fingerprint.
"""

import errno
import hashlib
import heapq
import os
import posixpath
import stat
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from lineage.dvc.ignore_rules import NAME, DvcRules, dvc_root, has_rules_around, rules_for
from lineage.errors import WeightsError
from lineage.system.hashing import not_a_file, unreadable

MOST_LEFT_OUT = 1000
"""paths that are told by name"""

_LEFT_OUT = (".git", ".hg", ".dvc")
_BATCH = 1 << 12
"""names that DVC's rules are asked about at once"""


class WalkedFile(NamedTuple):
    """One file to hash."""

    path: str
    """POSIX below the directory; ``""`` when the weights are this one file"""
    real: str
    """where its bytes lie, links resolved"""
    state: tuple[int, ...]
    """device, inode, size, both times"""


class LeftOut(NamedTuple):
    """What DVC is told to ignore, POSIX below the directory; a directory stands for all that it holds."""

    paths: tuple[str, ...] = ()
    """sorted; of more than ``MOST_LEFT_OUT`` the first"""
    more: int = 0
    """how many others there are"""


NOTHING = LeftOut()


class Walk:
    """One look at what lies somewhere. Iterate over it once, for its files, sorted by path; the rest is known then."""

    def __init__(self, location: Path, where: str, within: str | None, *, everything: bool = False) -> None:
        """Errors name ``location`` as ``where``; links may not lead out of ``within``, if that is given.

        With ``everything`` no ``.dvcignore`` counts. Raises WeightsError as ``survey`` does, as does the iteration.
        """
        self._where, self._within = where, within
        self._top, seen = _found(location, where, within)
        self.is_directory = stat.S_ISDIR(seen.st_mode)
        if not self.is_directory and not stat.S_ISREG(seen.st_mode):
            raise not_a_file(seen.st_mode, where)
        self._single = None if self.is_directory else WalkedFile("", self._top, _state(seen))
        self._fingerprint = hashlib.blake2b()
        self._left_out: list[str] = []
        self._left_out_count = 0
        # DVC knows it by the path that was given: of a link, by the link's own.
        self._named = str(location.parent.resolve() / location.name) if location.name not in ("", "..") else self._top
        self._root = None if everything or not self.is_directory else dvc_root(self._named)
        self._rules: DvcRules | None = None
        if self._root is not None and has_rules_around(self._named, self._root):
            self._decide_rules(self._root)

    def __iter__(self) -> Iterator[WalkedFile]:
        is_empty = True
        for entry in self._entries() if self._single is None else (self._single,):
            is_empty = False
            self._fingerprint.update(repr(tuple(entry)).encode())
            yield entry
        if is_empty:
            raise WeightsError("the directory holds no file", self._where, "name the directory that the weights are in")

    def fingerprint(self) -> bytes:
        """Equal for two walks that met the same, in names, states and what was left out. Of use after the last file."""
        return self._fingerprint.digest()

    def left_out(self) -> LeftOut:
        """What was left out. Whole after the last file."""
        return LeftOut(tuple(sorted(self._left_out)[:MOST_LEFT_OUT]), max(0, self._left_out_count - MOST_LEFT_OUT))

    def _entries(self) -> Iterator[WalkedFile]:
        pending = [("", self._level(""))]
        while pending:
            prefix, names = pending[-1]
            name = next(names, None)
            if name is None:
                pending.pop()
                continue
            path = prefix + name
            check_name(path.rstrip("/"), self._where)
            if name.endswith("/"):
                pending.append((path, self._level(path)))
            else:
                yield self._entry(path)

    def _level(self, prefix: str) -> Iterator[str]:
        """The names in one directory that count, those of directories with a slash behind, in the order of paths."""
        if self._meets_rules(prefix):
            self._leave_out(prefix[:-1])
            return iter(())
        names = SortedNames()
        silent: set[str] = set()
        directories: list[str] = []
        place = prefix
        try:
            with os.scandir(f"{self._top}/{prefix}") as found:
                for item in found:
                    place = prefix + item.name
                    if item.name in _LEFT_OUT and (item.name == ".git" or item.is_dir()):
                        silent.add(item.name)
                        if self._rules is None:
                            continue
                    if self._rules is not None and item.is_dir():
                        directories.append(item.name)
                    names.add(f"{item.name}/" if item.is_dir(follow_symlinks=False) else item.name)
        except OSError as error:
            raise unreadable(error, posixpath.join(self._where, place)) from error
        if self._rules is None:
            return iter(names)
        return self._kept(self._rules, prefix, iter(names), directories, silent)

    def _kept(
        self, rules: DvcRules, prefix: str, names: Iterator[str], directories: list[str], silent: set[str]
    ) -> Iterator[str]:
        """What DVC's rules keep of the names in one directory; ``directories`` may be links to some."""
        at = f"{self._named}/{prefix}".rstrip("/")
        # All of them at once: DVC looks only then for projects of their own in them.
        kept = rules.kept(at, directories, [])
        others = set(directories)
        while batch := list(islice(names, _BATCH)):
            files = rules.kept(at, [], [name for name in batch if name.rstrip("/") not in others])
            for name in batch:
                bare = name.rstrip("/")
                if bare in kept or bare in files:
                    if bare == NAME:
                        self._refuse_rules(prefix + bare)
                    yield name
                elif bare not in silent:
                    self._leave_out(prefix + bare)

    def _meets_rules(self, prefix: str) -> bool:
        """Whether DVC leaves a directory out that no rule concerned so far: it may hold the first ones."""
        if self._rules is not None or self._root is None:
            return False
        directory = f"{self._top}/{prefix}"
        if not (os.path.lexists(directory + NAME) or (prefix and os.path.lexists(f"{directory}.dvc"))):
            return False
        rules = self._decide_rules(self._root)
        if rules is None or not prefix:
            return False
        around, name = posixpath.split(f"{self._named}/{prefix[:-1]}")
        return name not in rules.kept(around, [name], [])

    def _decide_rules(self, root: str) -> DvcRules | None:
        self._rules = rules_for(self._named, root, self._where)
        self._root = None  # decided, once
        return self._rules

    def _refuse_rules(self, path: str) -> None:
        hint = f"DVC refuses a directory with one inside: move its patterns to the {NAME} beside or above it"
        raise WeightsError(f"a {NAME} in a directory of weights", f"{self._where}/{path}", hint)

    def _leave_out(self, path: str) -> None:
        self._fingerprint.update(repr(path).encode())
        self._left_out_count += 1
        self._left_out.append(path)
        if len(self._left_out) >= 2 * MOST_LEFT_OUT:
            self._left_out = sorted(self._left_out)[:MOST_LEFT_OUT]

    def _entry(self, path: str) -> WalkedFile:
        real, where = f"{self._top}/{path}", f"{self._where}/{path}"
        try:
            seen = os.lstat(real)
            if stat.S_ISLNK(seen.st_mode):
                real = _resolve(real, where, self._within)
                seen = os.lstat(real)
                if stat.S_ISDIR(seen.st_mode):
                    hint = "DVC would leave out what it holds: put the directory itself there"
                    raise WeightsError("a symbolic link to a directory", where, hint)
        except OSError as error:
            raise unreadable(error, where) from error
        if not stat.S_ISREG(seen.st_mode):
            raise not_a_file(seen.st_mode, where)
        return WalkedFile(path, real, _state(seen))


def _found(location: Path, where: str, within: str | None) -> tuple[str, os.stat_result]:
    """Where it lies, links resolved, and what is there."""
    try:
        real = _resolve(str(location), where, within)
        return real, Path(real).stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            hint = "check the path; if DVC tracks it, `dvc pull` brings it back, else run the training first"
            raise WeightsError("no such file or directory", where, hint) from error
        raise unreadable(error, where) from error


def _resolve(location: str, where: str, within: str | None) -> str:
    """Where the bytes lie; raises WeightsError when that is not below ``within``, and OSError."""
    real = os.path.realpath(location, strict=True)
    if within is None or real == within or real.startswith(within.rstrip(os.sep) + os.sep):
        return real
    hint = "put the files themselves there; if it leads to DVC's cache, `dvc unprotect` does that"
    raise WeightsError("a symbolic link leads out of the repository", where, hint)


def check_name(path: str, where: str) -> None:
    """Raises WeightsError when a manifest could not hold the path: it is not UTF-8."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"a name that is not UTF-8: {os.fsencode(path)!r}"
        hint = "rename it: a manifest is UTF-8 text"
        raise WeightsError(message, where.encode("utf-8", "backslashreplace").decode("utf-8"), hint) from error


def _state(seen: os.stat_result) -> tuple[int, ...]:
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


_RUN = 1 << 16
"""names sorted at once"""
_BLOCK = 1 << 10
"""names packed together; of each run one block is unpacked at a time"""


class SortedNames:
    """Names of files that come in any order, to be read once in the order of their code points."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._runs: list[list[bytes]] = []

    def add(self, name: str) -> None:
        """One more; it may hold anything but a null character, bytes that are not UTF-8 as surrogate escapes."""
        self._names.append(name)
        if len(self._names) >= _RUN:
            self._names.sort()
            self._runs.append([_pack(self._names[at : at + _BLOCK]) for at in range(0, _RUN, _BLOCK)])
            self._names = []

    def __iter__(self) -> Iterator[str]:
        self._names.sort()
        if not self._runs:
            return iter(self._names)
        return heapq.merge(*map(_unpack, self._runs), self._names)


def _pack(names: Sequence[str]) -> bytes:
    return zlib.compress("\0".join(names).encode("utf-8", "surrogateescape"), 1)


def _unpack(blocks: Sequence[bytes]) -> Iterator[str]:
    for block in blocks:
        yield from zlib.decompress(block).decode("utf-8", "surrogateescape").split("\0")
