"""A target in memory: the second implementation of ``FileTree``."""

from collections.abc import Mapping

from lineage.portable.tree import FileTree, Unreadable

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


def dist_info(site: str, name: str, version: str, **files: bytes) -> dict[str, bytes | object]:
    """A ``.dist-info`` directory with METADATA and a RECORD of one module; further files by their name."""
    info = f"{site}/{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    given = {"METADATA": metadata, "RECORD": f"{name}.py,sha256=x,1\n".encode(), **files}
    return {f"{info}/{key}": content for key, content in given.items()}
