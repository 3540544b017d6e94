"""The files that weights consist of: one, or those below a directory that DVC counts.

Directories ``.git``, ``.hg`` and ``.dvc`` are left out wherever they stand, empty directories do not count, links to
files are followed. Below a directory that DVC was set up in, what a ``.dvcignore`` names and directories with a
``.dvc`` of their own are left out too, as DVC does, and listed by name. Where DVC would leave something out in silence
(a link to a directory), or refuses to track it at all (a ``.dvcignore`` inside), this refuses: a record must be whole.
"""

import errno
import os
import posixpath
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import WeightsError
from lineage.system.hashing import not_a_file, unreadable
from lineage.weights.dvcignore import NAME, DvcRules, dvc_root, has_rules_around, rules_for

_LEFT_OUT = (".git", ".hg", ".dvc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file to hash."""

    path: str
    """POSIX below the directory; ``""`` when the weights are this one file"""
    real: str
    """where its bytes lie, links resolved"""
    state: tuple[int, ...]
    """device, inode, size, both times"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies somewhere at one moment."""

    is_directory: bool
    entries: tuple[Entry, ...]
    """sorted by path"""
    left_out: tuple[str, ...] = ()
    """what DVC is told to ignore, POSIX below the directory, sorted; a directory stands for all that it holds"""


def list_files(location: Path, where: str, within: str | None, *, everything: bool = False) -> Listing:
    """The files at ``location``, which errors name ``where``; links may not lead out of ``within``, if that is given.

    With ``everything`` no ``.dvcignore`` counts. Raises WeightsError as ``measure`` does.
    """
    try:
        real = _resolve(str(location), where, within)
        seen = Path(real).stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            hint = "check the path; if DVC tracks it, `dvc pull` brings it back, else run the training first"
            raise WeightsError("no such file or directory", where, hint) from error
        raise unreadable(error, where) from error
    if stat.S_ISREG(seen.st_mode):
        return Listing(is_directory=False, entries=(Entry(path="", real=real, state=_state(seen)),))
    if not stat.S_ISDIR(seen.st_mode):
        raise not_a_file(seen.st_mode, where)
    # DVC knows it by the path that was given: of a link, by the link's own.
    named = str(location.parent.resolve() / location.name) if location.name not in ("", "..") else real
    root = None if everything else dvc_root(named)
    rules = rules_for(named, root, where) if root is not None and has_rules_around(named, root) else None
    walk = _Walk(real, named, where, within, rules)
    if rules is None and root is not None and walk.may_have_rules:
        rules = rules_for(named, root, where)
        walk = walk if rules is None else _Walk(real, named, where, within, rules)
    if not walk.entries:
        raise WeightsError("the directory holds no file", where, "name the directory that the weights are in")
    entries = tuple(sorted(walk.entries, key=lambda entry: entry.path))
    return Listing(is_directory=True, entries=entries, left_out=tuple(sorted(walk.left_out)))


class _Walk:
    """The files below a directory, in no order, and what was left out."""

    def __init__(self, top: str, named: str, where: str, within: str | None, rules: DvcRules | None) -> None:
        self.entries: list[Entry] = []
        self.left_out: list[str] = []
        self.may_have_rules = False
        """a ``.dvcignore`` or a ``.dvc`` was met below ``top``"""
        self._top, self._named, self._where, self._within, self._rules = top, named, where, within, rules
        self._pending = [""]
        while self._pending:
            prefix = self._pending.pop()
            try:
                with os.scandir(f"{top}/{prefix}") as found:
                    items = list(found)
            except OSError as error:
                raise unreadable(error, posixpath.join(where, prefix)) from error
            self._add(prefix, items if rules is None else self._kept(prefix, items, rules))

    def _add(self, prefix: str, items: Sequence["os.DirEntry[str]"]) -> None:
        for item in items:
            path = prefix + item.name
            try:
                if item.name == NAME or (item.name == ".dvc" and prefix):
                    self._meet_rules(item.name, path)
                if self._rules is None and _never_counts(item):
                    continue
                check_name(path, self._where)
                if item.is_dir(follow_symlinks=False):
                    self._pending.append(f"{path}/")
                else:
                    self.entries.append(_entry(item, path, f"{self._where}/{path}", self._within))
            except OSError as error:
                raise unreadable(error, f"{self._where}/{path}") from error

    def _meet_rules(self, name: str, path: str) -> None:
        self.may_have_rules = True
        if self._rules is not None and name == NAME:
            hint = f"DVC refuses a directory with one inside: move its patterns to the {NAME} beside or above it"
            raise WeightsError(f"a {NAME} in a directory of weights", f"{self._where}/{path}", hint)

    def _kept(self, prefix: str, items: Sequence["os.DirEntry[str]"], rules: DvcRules) -> list["os.DirEntry[str]"]:
        directories: list[str] = []
        files: list[str] = []
        for item in items:
            try:
                (directories if item.is_dir() else files).append(item.name)
            except OSError as error:
                raise unreadable(error, f"{self._where}/{prefix}{item.name}") from error
        kept = rules.kept(f"{self._named}/{prefix}".rstrip("/"), directories, files)
        self.left_out += [prefix + one.name for one in items if one.name not in kept and not _never_counts(one)]
        return [item for item in items if item.name in kept]


def _never_counts(item: "os.DirEntry[str]") -> bool:
    """What DVC leaves out without being told."""
    return item.name in _LEFT_OUT and (item.name == ".git" or item.is_dir())


def _entry(item: "os.DirEntry[str]", path: str, where: str, within: str | None) -> Entry:
    if not item.is_symlink():
        real, seen = item.path, item.stat(follow_symlinks=False)
    else:
        real = _resolve(item.path, where, within)
        seen = Path(real).stat()
        if stat.S_ISDIR(seen.st_mode):
            hint = "DVC would leave out what it holds: put the directory itself there"
            raise WeightsError("a symbolic link to a directory", where, hint)
    if not stat.S_ISREG(seen.st_mode):
        raise not_a_file(seen.st_mode, where)
    return Entry(path=path, real=real, state=_state(seen))


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
