"""What a dependency file names in the repository and nothing here reads, told by the object that lies there.

Submodules, what is behind a symbolic link, and archives: as long as it is the same object, nothing was edited.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from lineage.checking.revisions.dependency_edits import place_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency, Unread, mark_of
from lineage.model.inputs import above

_PATH = "path:"
_MOST_LINKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One state of a repository, as far as rows may name it."""

    files: Callable[[], Mapping[str, str]]
    """path → blob id"""
    others: Callable[[], Mapping[str, tuple[bool, str]]]
    """path → (whether it is a submodule, and no link; id)"""
    read: Callable[[str], bytes | None]
    """path → bytes of a file"""
    blob: Callable[[str], bytes | None]
    asked: set[str] = field(default_factory=set)
    """what an included path led to and is no file"""

    def include(self, path: str) -> bytes | None:
        """The bytes of a file; ``None`` where there is none. Raises ``InputError`` for one that lies elsewhere."""
        content = None if path in self.others() else self.read(path)
        reason = self.elsewhere(path) if content is None else None
        if reason is not None:
            self.asked.add(path)
            raise InputError(reason)
        return content

    def elsewhere(self, path: str, depth: int = 0) -> str | None:
        """Why what lies at a path is not read, with what tells it from others; ``None`` where nothing lies there."""
        for place in (*above(path), path):
            is_submodule, name = self.others().get(place, (False, ""))
            if is_submodule:
                return f"lies in the submodule {place}, at {name[:12]}"
            if name:
                target = (self.blob(name) or b"").decode("utf-8", "replace")
                led = posixpath.join(posixpath.dirname(place), target) + path[len(place) :]
                told = f"{name[:12]}{self._behind(posixpath.normpath(led), depth)}"
                return f"lies behind the symbolic link {place}, which is not followed ({told})"
        return None

    def _behind(self, path: str, depth: int) -> str:
        """What tells the file that a link leads to from others; empty where there is none."""
        content = self.read(path)
        if content is not None:
            return f", {sha256(content).hexdigest()[:12]}"
        reason = self.elsewhere(path, depth + 1) if depth < _MOST_LINKS else None
        return "" if reason is None else f", {mark_of(reason)}"

    def with_objects(self, declared: Declarations) -> Declarations:
        """A dependency file with what it names in the repository, and nobody reads."""
        parts = tuple(sorted({*declared.parts, *self._installed(declared)}))
        files = tuple(sorted({*declared.files, *self.asked}))
        is_same = (parts, files) == (declared.parts, declared.files)
        return declared if is_same else replace(declared, parts=parts, files=files)

    def _installed(self, declared: Declarations) -> Iterator[Unread]:
        for row in declared.dependencies:
            if row.origin is None or not row.origin.startswith(_PATH):
                continue
            path = _path_of(row, declared)
            reason = self.elsewhere(path)
            subject = f"code:{path}" if row.is_own else f"package:{row.name}" if row.name else "packages"
            where = f"{place_of(row, declared.path)} installs {path}, which"
            if reason is not None:
                yield Unread(subject, f"{where} {reason}", mark_of(reason))
            elif path in self.files():
                yield Unread(subject, f"{where} is not read", mark_of(self.files()[path]))


def _path_of(row: Dependency, declared: Declarations) -> str:
    beside = posixpath.dirname(row.file or declared.path)
    return posixpath.normpath(posixpath.join(beside, (row.origin or "").removeprefix(_PATH)))
