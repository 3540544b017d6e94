"""Files of a bundle put to their places in a work tree: staged beside them, then moved, or all taken back."""

import io
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from lineage.code.snapshots.rules import megabytes
from lineage.errors import InputError, StoreError, WeightsError
from lineage.model.weights import Weights, control_file
from lineage.sharing.tar import Entry, pour
from lineage.system.apart import do_whole
from lineage.system.files import locked, replace
from lineage.system.hashing import Advance
from lineage.system.waiting import held_at_once
from lineage.weights.measure import found_as_recorded

_FORCE = "move it away, or replace it: --force"
_CREATED = 0o666
_TEMPORARY = ".lineage-import-"


class _Placed(NamedTuple):
    """Weights that are to be written."""

    path: str
    """POSIX from the root"""
    is_directory: bool
    files: list[tuple[str, Entry, str]]
    """(path below it, member of the archive, SHA-256)"""


def check_place(root: Path, path: str) -> None:
    """Refuse a path that links lead out of the repository, into what git keeps, or to where files decide about models.

    Raises ``InputError``.
    """
    top = Path(os.path.realpath(root))
    parent = root
    for part in path.split("/")[:-1]:
        parent = parent / part
        if not os.path.lexists(parent):
            break
        real = Path(os.path.realpath(parent))
        kind = control_file(real.relative_to(top).as_posix()) if real.is_relative_to(top) else "a file of git"
        if kind == "a file of git":
            raise InputError("a link leads out of the repository", where=str(parent))
        if not real.is_dir():
            raise InputError("is in the way: it is no directory", where=str(parent))
        if kind is not None:
            raise InputError(f"a link leads where {kind} belongs", where=str(parent))


def has_content(path: Path, content: bytes) -> bool:
    """Whether a file with these bytes stands there."""
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error


def has_weights(path: Path, recorded: Weights) -> bool:
    """Whether these weights stand there."""
    try:
        found = found_as_recorded(recorded, path)
    except WeightsError:
        return False
    return (found.sha256, found.is_directory) == (recorded.sha256, recorded.is_directory)


class Placing:
    """What is to be written, and how it is taken back. Used in ``with``: whatever is raised in it undoes all."""

    def __init__(self, root: Path, file: io.FileIO, where: str, force: bool) -> None:
        self._root, self._file, self._where, self._force = root, file, where, force
        self._manifest: tuple[str, bytes] | None = None
        self._staged: list[tuple[Path, Path]] = []
        self.weights: list[_Placed] = []
        self.undo = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.undo.close()

    @property
    def writes_manifest(self) -> bool:
        return self._manifest is not None

    def add_manifest(self, path: str, content: bytes) -> None:
        """Raises ``InputError`` where another file stands there."""
        self._refuse(path, "another manifest stands there")
        self._manifest = path, content

    def add_weights(self, one: Weights, files: list[tuple[str, Entry, str]]) -> None:
        """Raises ``InputError`` where something else stands there."""
        self._refuse(one.path, "other weights stand there")
        self.weights.append(_Placed(one.path, one.is_directory, files))

    def _refuse(self, path: str, message: str) -> None:
        place = self._root / path
        is_file = place.is_file() or place.is_symlink()
        if os.path.lexists(place) and not (self._force and (is_file or message.startswith("other weights"))):
            raise InputError(f"{message}: nothing was written", where=str(place), hint=_FORCE)

    def check_room(self) -> None:
        """Raises ``InputError`` where the disk has not enough room for the weights."""
        needed = sum(entry.size for one in self.weights for _, entry, _ in one.files)
        free = shutil.disk_usage(self._root).free
        if needed > free:
            message = f"needs {megabytes(needed)}, and there are {megabytes(free)}: nothing was written"
            raise InputError(message, where=self._where)

    def stage(self, advance: Advance | None) -> None:
        """Write the weights beside their places. Raises ``StoreError``."""
        for one in self.weights:
            place = self._root / one.path
            try:
                self._make_parents(place, self.undo)
                temporary = self._make_temporary(place.parent)
                for name, entry, sha256 in one.files:
                    self._write(temporary / "new" / name if name else temporary / "new", entry, sha256, advance)
            except OSError as error:
                raise StoreError(f"cannot be written: {error.strerror or error}", where=str(place)) from error
            self._staged.append((temporary, place))

    def _make_temporary(self, directory: Path) -> Path:
        """A directory that is held as long as we live, so that it is known which of them killed imports left."""
        with locked(directory):
            for one in directory.glob(f"{_TEMPORARY}*"):
                with suppress(OSError), held_at_once(one) as is_held:
                    if is_held and not os.path.lexists(one / "old"):
                        shutil.rmtree(one, ignore_errors=True)
            temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=directory))
            self.undo.callback(shutil.rmtree, temporary, ignore_errors=True)
            self.undo.enter_context(held_at_once(temporary))
        return temporary

    def _write(self, path: Path, entry: Entry, sha256: str, advance: Advance | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _CREATED)
        with os.fdopen(descriptor, "wb") as file:
            found = pour(self._file, entry, self._where, file.write, advance)
            file.flush()
            os.fsync(file.fileno())
        if found != sha256:
            raise InputError(f"changed while it was read: {entry.name}", where=self._where)

    def _make_parents(self, place: Path, undo: ExitStack) -> None:
        missing = [parent for parent in place.parents if not os.path.lexists(parent)]
        for parent in reversed(missing):
            parent.mkdir()
            undo.callback(_remove_empty, parent)

    def finish(self, keep: Callable[[], Callable[[], None]] = lambda: _nothing) -> None:
        """Move all to their places; after this nothing is taken back. Raises ``StoreError``.

        Who kills us meanwhile finds all of it done, or nothing. ``keep`` is done just before; what it gives undoes it.
        """
        is_interrupted = do_whole(partial(self._finish, keep))
        self.undo.pop_all()
        if is_interrupted:
            raise KeyboardInterrupt

    def _finish(self, keep: Callable[[], Callable[[], None]]) -> None:
        with ExitStack() as undo:
            undo.callback(keep())
            for temporary, place in self._staged:
                try:
                    self._move(temporary, place, undo)
                except OSError as error:
                    raise StoreError(f"cannot be written: {error.strerror or error}", where=str(place)) from error
            if self._manifest is not None:
                path, content = self._manifest
                try:
                    self._make_parents(self._root / path, undo)
                except OSError as error:
                    raise StoreError(f"cannot be written: {error.strerror or error}", where=path) from error
                replace(self._root / path, content)
            undo.pop_all()
        for temporary, _ in self._staged:
            shutil.rmtree(temporary, ignore_errors=True)

    def _move(self, temporary: Path, place: Path, undo: ExitStack) -> None:
        if os.path.lexists(place):
            if not self._force:
                raise InputError("something came to stand there meanwhile: nothing was written", where=str(place))
            place.rename(temporary / "old")
            undo.callback((temporary / "old").rename, place)
        (temporary / "new").rename(place)
        undo.callback(place.rename, temporary / "new")


def _nothing() -> None:
    """What nothing was done for is undone so."""


def _remove_empty(directory: Path) -> None:
    with suppress(OSError):
        directory.rmdir()
