"""Files: bounded reading, and replacing as a whole, durably, under a lock.

A reader of a replaced file sees the old bytes or the new ones, at every instant and after any crash: they are written
to a temporary file in the same directory, synced, renamed over, and the directory is synced. What is no file but leads
somewhere (a device, a FIFO, ``/dev/stdout``) is written to: nothing may take its place.
"""

import contextlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from lineage.errors import InputError, StoreError

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
"""No manifest, policy or pointer is larger; what is larger is refused before it is parsed."""


_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""To open a FIFO that nobody writes would wait for ever."""


def read_document(path: Path, what: str) -> bytes:
    """The bytes of a small regular file. Raises ``InputError`` that names it: absent, a directory, too large."""
    try:
        # FileIO closes what it opened when that turns out to be a directory; ``os.fdopen`` would leave it open.
        with io.FileIO(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAIT)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError(f"{what} must be a regular file", where=str(path))
            with io.BufferedReader(file) as reader:
                content = reader.read(MAX_DOCUMENT_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"there is no such {what}", where=str(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{what} cannot be read: {reason}", where=str(path)) from error
    if len(content) > MAX_DOCUMENT_BYTES:
        raise InputError(f"{what} is larger than {MAX_DOCUMENT_BYTES} bytes", where=str(path))
    return content


def replace(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, whole and durable. Raises ``StoreError``: then what stood there still stands.

    But for one case, which the message tells: the file is replaced, and only its directory could not be synced.
    """
    replace_by(path, lambda file: file.write(content))


def replace_by(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """The same with what ``fill`` writes; what it raises besides ``OSError`` is raised, and nothing was replaced."""
    import tempfile  # only here: what merely reads pays nothing for it

    temporary = None
    try:
        before = path.stat().st_mode if path.exists() else None
        if before is not None and _leads_elsewhere(path, before):
            with path.open("wb") as stream:
                fill(stream)
            return
        mode = _default_mode() if before is None else stat.S_IMODE(before)
        descriptor, temporary = tempfile.mkstemp(prefix=_beginning(path), suffix=".tmp", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            fill(file)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror or error}", where=str(path)) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    try:
        _sync_directory(path.parent)
    except OSError as error:
        message = f"is replaced, but may not outlive a crash: its directory cannot be synced: {error.strerror or error}"
        raise StoreError(message, where=str(path)) from error


def _leads_elsewhere(path: Path, mode: int) -> bool:
    """Whether what stands at a path is neither file nor directory: a device, a FIFO, a link to a stream."""
    is_stream = path.is_symlink() and path.absolute().parts[1] in ("dev", "proc")
    return is_stream or stat.S_IFMT(mode) not in (stat.S_IFREG, stat.S_IFDIR)


def replace_alone(path: Path, content: bytes) -> None:
    """``replace``, one writer after the other, and without what killed writers of ``path`` left."""
    with contextlib.ExitStack() as stack:
        held = False
        with contextlib.suppress(StoreError):  # ``replace`` says better what is wrong with the directory
            held = stack.enter_context(locked(path.parent))
        if held:
            sweep(path)
        replace(path, content)


def sweep(path: Path) -> None:
    """Remove the temporary files that killed writers of ``path`` left. Only while the lock of its directory is held:
    then none of them belongs to a writer that lives.
    """
    leftover = re.compile(re.escape(_beginning(path)) + r"[a-z0-9_]{8}\.tmp")
    with contextlib.suppress(OSError):
        for one in path.parent.iterdir():
            if leftover.fullmatch(one.name):
                with contextlib.suppress(OSError):
                    one.unlink()


def _beginning(path: Path) -> str:
    """How the names of its temporary files begin: the end of a long name is kept, as it tells what the file is."""
    return f".{path.name[-50:]}."


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[bool]:
    """Hold the advisory lock of a directory: two writers of one manifest come one after the other.

    Tells whether it is held.

    The lock is taken on the directory itself, so nothing is left behind. Where there is no ``flock`` (Windows, some
    network file systems) replacing is still atomic, only unordered.
    """
    try:
        from lineage.system.waiting import wait_for
    except ImportError:
        yield False
        return
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except OSError as error:
        raise StoreError(f"cannot be opened: {error.strerror or error}", where=str(directory)) from error
    try:
        held = False
        with contextlib.suppress(OSError):
            wait_for(descriptor, directory)
            held = True
        yield held
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
