"""A bundle: one model's manifest, the commit of its code and its weights in one file, for machines that cannot push."""

from dataclasses import dataclass

SCHEMA = "1.0"
INDEX = "lineage-bundle.json"
MANIFEST = "manifest.lineage.toml"
CODE = "code.bundle"
WEIGHTS = "weights/"
"""The names of the members, in their order; below the last one stand the paths of the files of weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a bundle."""

    name: str
    size: int
    """bytes"""
    sha256: str
    """64 hex"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What a bundle says it holds, in its first member."""

    manifest: str
    """where the manifest belongs, POSIX from the repository root"""
    id: str
    """of the manifest"""
    commit: str
    """40 or 64 hex"""
    members: tuple[Member, ...]
    """all but the index, in their order"""

    def member(self, name: str) -> Member | None:
        return next((one for one in self.members if one.name == name), None)

    @property
    def weights(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.name.startswith(WEIGHTS))
