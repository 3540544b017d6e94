"""Weights: the files a model is loaded from, by content."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One weights file or directory, whole."""

    path: str
    """POSIX, relative to the repository root"""
    size: int
    """bytes; of a directory, the sum over its files"""
    sha256: str
    """64 hex; of a directory: over DVC's list form with ``sha256`` in place of ``md5``"""
    md5: str
    """DVC's address: 32 hex, with ``.dir`` behind it for a directory"""

    @property
    def is_directory(self) -> bool:
        return self.md5.endswith(".dir")
