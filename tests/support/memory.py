"""Targets in memory: other implementations of ``FileTree``."""

from collections.abc import Mapping
from pathlib import Path

from lineage.portable.tree import FileTree, Unreadable, follow_links

BROKEN = object()
"""Stands where a file or directory is that cannot be read."""


class MemoryTree(FileTree):
    """Files by their absolute POSIX path."""

    def __init__(self, files: Mapping[str, bytes | object]) -> None:
        self._files = files

    def names(self, path: str) -> list[str]:
        there = self._files.get(path)
        if there is BROKEN:
            raise Unreadable("Permission denied")
        if there is not None:
            raise NotADirectoryError(path)
        below = [file[len(path) + 1 :] for file in self._files if file.startswith(path + "/")]
        if not below:
            raise FileNotFoundError(path)
        return sorted({file.partition("/")[0] for file in below})

    def read(self, path: str) -> bytes | None:
        content = self._files.get(path)
        if content is BROKEN:
            raise Unreadable("Permission denied")
        if isinstance(content, bytes):
            return content
        if any(file.startswith(path + "/") for file in self._files):
            raise Unreadable("not a regular file")
        return None


class MemorySystem(FileTree):
    """A whole file system by absolute paths: bytes of a file, text of a link, ``None`` for a directory."""

    root = "memory:"

    def __init__(self, entries: Mapping[str, bytes | str | None]) -> None:
        self.entries = {"": None, **entries}

    @classmethod
    def of(cls, directory: Path) -> "MemorySystem":
        """All that lies below a directory of the disk, read now."""
        entries: dict[str, bytes | str | None] = {}
        for path in sorted(directory.rglob("*")):
            name = "/" + path.relative_to(directory).as_posix()
            if path.is_symlink():
                entries[name] = str(path.readlink())
            else:
                entries[name] = None if path.is_dir() else path.read_bytes()
        return cls(entries)

    def names(self, path: str) -> list[str]:
        real = self.resolve(path)
        if self._at(real) is not None:
            raise NotADirectoryError(path)
        return sorted({name[len(real) + 1 :] for name in self.entries if name.rpartition("/")[0] == real} - {""})

    def read(self, path: str) -> bytes | None:
        try:
            content = self._at(self.resolve(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not isinstance(content, bytes):
            raise Unreadable("not a regular file")
        return content

    def read_start(self, path: str, size: int) -> bytes:
        self._at(self.resolve(path))
        return (self.read(path) or b"")[:size]

    def kind(self, path: str) -> str:
        try:
            return "directory" if self._at(self.resolve(path)) is None else "file"
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def resolve(self, path: str) -> str:
        return follow_links(path, self._link, is_bounded=True)

    def _link(self, path: str, last: bool) -> str | None:
        if path not in self.entries and last:
            return None
        content = self._at(path)
        if isinstance(content, bytes) and not last:
            raise NotADirectoryError(path)
        return content if isinstance(content, str) else None

    def _at(self, path: str) -> bytes | str | None:
        if path not in self.entries:
            raise FileNotFoundError(path)
        return self.entries[path]


def dist_info(site: str, name: str, version: str, **files: bytes) -> dict[str, bytes | object]:
    """A ``.dist-info`` directory with METADATA and a RECORD of one module; further files by their name."""
    info = f"{site}/{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    given = {"METADATA": metadata, "RECORD": f"{name}.py,sha256=x,1\n".encode(), **files}
    return {f"{info}/{key}": content for key, content in given.items()}
