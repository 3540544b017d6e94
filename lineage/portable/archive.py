"""Distributions inside a zip archive on ``sys.path``: an egg, a wheel or a plain zip, as ``zipimport`` finds them.

Rules: nothing is extracted and nothing is unpacked but the metadata files of distributions, and the small ``__init__``
of packages on top, which tells whether others may add to them; counts and sizes are capped before they are trusted; an
archive that leads out of itself is refused whole, a member that cannot be unpacked is refused alone.
"""

import struct
import zipfile
import zlib
from typing import Dict, Iterable, List, Mapping, Union

from lineage.portable.names import is_info
from lineage.portable.tree import FileTree, Unreadable

MAX_MEMBERS = 65535
"""As many as a zip without ZIP64 has: ``zipimport`` reads no more before Python 3.13."""
MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
"""Of the table of members, which is parsed whole."""
MAX_MEMBER_BYTES = 16 * 1024 * 1024
MAX_INIT_BYTES = 4096
MAX_UNPACKED_BYTES = 128 * 1024 * 1024

_METADATA = frozenset(
    [
        "METADATA",
        "PKG-INFO",
        "RECORD",
        "WHEEL",
        "INSTALLER",
        "direct_url.json",
        "installed-files.txt",
        "requires.txt",
        "top_level.txt",
    ]
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Archive(FileTree):
    """The members of one archive, its metadata files unpacked; paths start with the archive's own."""

    is_archive = True

    def __init__(self, path: str, members: Iterable[str], files: Mapping[str, Union[bytes, Unreadable]]) -> None:
        self._path = path
        self._directories: Dict[str, Dict[str, None]] = {"": {}}
        self._members = frozenset(members)
        for member in members:
            directory, parts = "", member.split("/")
            for part in parts[:-1]:
                self._directories[directory][part] = None
                directory += part + "/"
                self._directories.setdefault(directory, {})
            if parts[-1]:
                self._directories[directory][parts[-1]] = None
        self._files = files

    def names(self, path: str) -> List[str]:
        inner = self._inner(path)
        if inner is None or inner not in self._directories:
            raise FileNotFoundError(path)
        return sorted(self._directories[inner])

    def read_start(self, path: str, size: int) -> bytes:
        return (self.read(path) or b"")[:size]

    def kind(self, path: str) -> str:
        inner = self._inner(path)
        if inner is None:
            return ""
        return "directory" if inner in self._directories else "file" if inner[:-1] in self._members else ""

    def _inner(self, path: str) -> Union[str, None]:
        """The path in the archive with a slash behind; ``None`` outside of it."""
        if path == self._path:
            return ""
        return path[len(self._path) + 1 :] + "/" if path.startswith(self._path + "/") else None

    def read(self, path: str) -> Union[bytes, None]:
        content = self._files.get(path[len(self._path) + 1 :]) if path.startswith(self._path + "/") else None
        if isinstance(content, Unreadable):
            raise content
        return content


def tree_of(tree: FileTree, path: str) -> FileTree:
    """The tree that tells what lies in an entry of ``sys.path``. Raises ``Unreadable``."""
    try:
        tree.names(path)
    except NotADirectoryError:
        return read_archive(tree, path)
    except FileNotFoundError:
        pass
    return tree


def read_archive(tree: FileTree, path: str) -> Archive:
    """The archive at ``path``, or the part of it that ``path`` leads into. Raises ``Unreadable``."""
    place, inner = path, ""
    data = tree.read(place)
    while data is None:
        place, _, name = place.rpartition("/")
        inner = "{}/{}".format(name, inner)
        if not place:
            raise FileNotFoundError(path)
        data = tree.read(place)
    file = _Bytes(data)
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise Unreadable("") from error
    with archive:
        file.limit = len(data)
        _check_count(data, len(archive.infolist()))
        return _read_members(archive, path, inner)


def _check_count(data: bytes, members: int) -> None:
    """The end of the archive says how many members it has: a changed length in the table swallows some silently."""
    if members > MAX_MEMBERS:
        raise Unreadable("it has more than {} members".format(MAX_MEMBERS))
    (claimed,) = struct.unpack_from("<H", data, data.rindex(b"PK\x05\x06") + 10)
    if claimed != members:
        raise Unreadable("it says {} members and has {}".format(claimed, members))


class _Bytes:
    """A file in memory for ``zipfile``, which reads the table of members in one piece: no greater one than the cap."""

    def __init__(self, data: bytes) -> None:
        self.limit = MAX_DIRECTORY_BYTES
        self._data = data
        self._at = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self._at, len(self._data))[whence]
        if place < 0:
            raise OSError("before the start")
        self._at = place
        return place

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else min(self._at + size, len(self._data))
        if end - self._at > self.limit:
            raise Unreadable("its table of members is larger than {} bytes".format(self.limit))
        found = self._data[self._at : end]
        self._at += len(found)
        return found


def _read_members(archive: zipfile.ZipFile, path: str, inner: str) -> Archive:
    members: List[str] = []
    files: Dict[str, Union[bytes, Unreadable]] = {}
    unpacked = 0
    for member in archive.infolist():
        name = member.filename
        if name.startswith("/") or (".." in name and ".." in name.split("/")):
            raise Unreadable("a member leads out of it: {!r}".format(name[:80]))
        if not name.startswith(inner) or name == inner:
            continue
        name = name[len(inner) :]
        top, slash, rest = name.partition("/")
        members.append(name)
        is_init = rest == "__init__.py" and member.file_size <= MAX_INIT_BYTES
        is_of_info = is_info(top) or top.lower() == "egg-info"
        if not (is_init or (is_of_info and (rest in _METADATA or not slash))):
            continue
        if name in files:
            files[name] = Unreadable("it stands twice in the archive")
            continue
        try:
            content = _unpack(archive, member)
        except Unreadable as error:
            files[name] = error
        else:
            files[name] = content
            unpacked += len(content)
        if unpacked > MAX_UNPACKED_BYTES:
            raise Unreadable("its metadata is larger than {} bytes".format(MAX_UNPACKED_BYTES))
    return Archive(path, members, files)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The content of a member. What it says of its size is checked by ``zipfile``, which reads no further."""
    if member.flag_bits & 0x1:
        raise Unreadable("it is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("it is compressed in a way that no interpreter imports from")
    if member.file_size > MAX_MEMBER_BYTES:
        raise Unreadable("larger than {} bytes".format(MAX_MEMBER_BYTES))
    try:
        with archive.open(member) as content:
            return content.read(MAX_MEMBER_BYTES + 1)
    except _BROKEN as error:
        raise Unreadable("it is damaged") from error
