"""Hooks as files of git's hooks directory: ours put in, what stood there kept beside it and put back untouched.

What stood there gets another name, and is never rewritten, so that its bytes, mode and link are those of before. Each
hook changes in one step: who is killed leaves the old one or the new one in force. pre-commit, too, puts what it
finds under another name (``.legacy``) and runs it from there: ours is known and used at that place.
"""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import StoreError
from lineage.system.files import locked

KEPT = ".before-lineage"
_BY_PRE_COMMIT = ".legacy"
_OURS = re.compile(rb"#!/bin/sh\n# lineage-hook 1 ([0-9a-f]{64})\n")
_UNSUMMED = b"@SUM@"
_SHELL = re.compile(rb"#![ \t]*(?:\S*/env[ \t]+)?((?:\S*/)?(?:sh|bash|dash|ksh|zsh)(?:[ \t]+-\w+)?)[ \t]*\n")
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one hook."""

    name: str
    outcome: str
    """``installed``, ``updated``, ``kept``, ``restored``, ``removed``, ``absent``, or ``refused``: left as it is"""
    note: str = ""


def summed(text: bytes) -> bytes:
    """The text of a hook with the digest by which a later edit is known."""
    return text.replace(_UNSUMMED, hashlib.sha256(text).hexdigest().encode("ascii"), 1)


def shell_of(path: Path) -> str:
    """The shell, with its option, of a script that asks for its own name; ``""`` for any other file.

    Such a one (those of husky) must be run under the name that it had.
    """
    content = _read(path) or b""
    found = _SHELL.match(content)
    return found[1].decode("ascii", "replace") if found and re.search(rb"\$\{?0\b", content) else ""


def standing(directory: Path, name: str) -> Path | None:
    """What an installed hook of ours runs first, or would; ``None`` where nothing stands there."""
    ours = _ours(directory, name)
    places = [directory / (name + KEPT)] + ([] if ours is not None else [directory / name])
    return next((one for one in places if os.path.lexists(one)), None)


def install(directory: Path, name: str, text: bytes) -> Done:
    """Put a hook in, before what stands there. Raises ``StoreError`` where the directory cannot be written."""
    path, kept = directory / name, directory / (name + KEPT)
    with _writing(directory):
        ours = _ours(directory, name)
        if ours is not None:
            return _update(name, ours, text)
        if not os.path.lexists(path):
            _write(path, text)
            return Done(name=name, outcome="installed")
        if path.is_dir():
            return Done(name=name, outcome="refused", note="is a directory")
        if os.path.lexists(kept) and not _is_same(path, kept):
            note = f"{kept.name} is there already, from an earlier install, and {name} is not ours: remove one of them"
            return Done(name=name, outcome="refused", note=note)
        note = f"runs what stood there first, now {kept.name}"
        if not os.access(path, os.X_OK):
            note = f"what stood there is not executable and stays so, now {kept.name}: it is not run, as before"
        _keep(path, kept)
        try:
            _write(path, text)
        except OSError:
            _put_back(path, kept)
            raise
        return Done(name=name, outcome="installed", note=note)


def _keep(path: Path, kept: Path) -> None:
    """Let what stands at a path stand beside it too: until ours takes its place, in one step, it is what git runs."""
    if os.path.lexists(kept):
        return  # by an install that was killed
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:  # no file system for links
        path.rename(kept)


def _put_back(path: Path, kept: Path) -> None:
    if os.path.lexists(path):
        kept.unlink()
    else:
        kept.rename(path)


def _is_same(path: Path, kept: Path) -> bool:
    """Whether both are one file: an install was killed between its two steps."""
    return os.path.lexists(path) and os.path.lexists(kept) and os.path.samestat(path.lstat(), kept.lstat())


def _update(name: str, ours: Path, text: bytes) -> Done:
    if not _is_intact(ours):
        note = f"{ours.name} was edited since: left as it is; remove it to have it written anew"
        return Done(name=name, outcome="refused", note=note)
    if _read(ours) == text and os.access(ours, os.X_OK):
        return Done(name=name, outcome="kept", note="already there")
    _write(ours, text)
    return Done(name=name, outcome="updated")


def uninstall(directory: Path, name: str) -> Done:
    """Take a hook of ours away, and put back what stood there. Raises ``StoreError``."""
    kept = directory / (name + KEPT)
    if not directory.is_dir():
        return Done(name=name, outcome="absent")
    with _writing(directory):
        ours = _ours(directory, name)
        if ours is None and _is_same(directory / name, kept):
            kept.unlink()
        if ours is None:
            there = f"; {kept.name} is what stood there before one" if os.path.lexists(kept) else ""
            return Done(name=name, outcome="absent", note=f"no hook of ours{there}" if there else "")
        if not _is_intact(ours):
            note = f"{ours.name} was edited since: left as it is; remove it by hand"
            return Done(name=name, outcome="refused", note=note)
        if os.path.lexists(kept):
            kept.replace(ours)
            return Done(name=name, outcome="restored", note=f"{ours.name} is what stood there before")
        ours.unlink()
        return Done(name=name, outcome="removed")


def _ours(directory: Path, name: str) -> Path | None:
    places = (directory / name, directory / (name + _BY_PRE_COMMIT))
    return next((one for one in places if not one.is_symlink() and _OURS.match(_read(one) or b"")), None)


def _is_intact(path: Path) -> bool:
    content = _read(path) or b""
    found = _OURS.match(content)
    return found is not None and summed(content.replace(found[1], _UNSUMMED, 1)) == content


def _read(path: Path) -> bytes | None:
    """The bytes of a regular file; ``None`` for anything else, or what cannot be read."""
    with contextlib.suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(_MOST_BYTES)
    return None


def _write(path: Path, content: bytes) -> None:
    """Replace it in one step; only while the directory is locked: what writers left that were killed goes too."""
    for left in path.parent.glob(f".{path.name}.*.lineage"):
        left.unlink()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.lineage")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(directory: Path) -> Iterator[None]:
    """One after the other, in a directory that is made where there is none."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory):
            yield
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError("the place of hooks is not a directory", where=str(directory)) from error
    except OSError as error:
        raise StoreError(f"hooks cannot be written: {error.strerror}", where=str(directory)) from error
