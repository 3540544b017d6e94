"""One state of a repository to be judged: a commit, the index, or the work tree. Nothing is written."""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lineage.checking.revisions.readings import Readings
from lineage.dvc.pointers import declared_stages, is_pointer, tracked_outputs
from lineage.errors import InputError
from lineage.git.blob import blob_id
from lineage.git.objects import CONFLICT, MAX_BLOB_BYTES, GitObjects
from lineage.model.declarations import Declarations
from lineage.model.inputs import Stage
from lineage.model.manifest import StoredManifest


@dataclass(slots=True, kw_only=True)
class Revision:
    """A state of a repository; what is read once is kept."""

    name: str
    """the commit's id, ``index`` or ``worktree``"""
    files: Mapping[str, str]
    """POSIX path from the root → git blob id, or ``CONFLICT``"""
    read_blob: Callable[[str, str], bytes | None]
    """(path, blob id) → bytes"""
    readings: Readings
    history: GitObjects | None = None
    """the repository, where the commits of captures are asked for"""
    _declared: dict[str, Declarations | InputError | None] = field(default_factory=dict)
    _tracked: dict[str, str | None] | None = None
    _stages: tuple[Stage, ...] | None = None

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; ``None`` where there is none, or its object is not here.

        Raises ``InputError`` for one that is in conflict, or too large.
        """
        blob = self.files.get(path)
        if blob == CONFLICT:
            raise InputError("is in conflict", path, "resolve it, then git add it")
        try:
            return None if blob is None else self.read_blob(path, blob)
        except InputError as error:
            raise InputError(error.message, path, error.hint) from error

    def is_link(self, path: str) -> bool:
        """Whether a commit has something at a path that is no file of it: a symbolic link, which is not followed."""
        is_commit = self.history is not None and self.name not in ("index", "worktree")
        return is_commit and path not in self.files and self._has(f"{self.name}:{path}")

    def _has(self, name: str) -> bool:
        return self.history is not None and self.history.below(name) is not None

    def manifest(self, path: str) -> StoredManifest:
        """The manifest at a path. Raises ``InputError``."""
        return self.readings.manifest(path, self.files.get(path, ""), lambda: self._there(path))

    def declarations(self, path: str) -> Declarations | None:
        """What a dependency file asks for; ``None`` for a file of no known form. Raises ``InputError``."""
        if path not in self._declared:
            try:
                blob = self.files.get(path, "")
                self._declared[path] = self.readings.declared(path, blob, lambda: self._there(path), self.read)
            except InputError as error:
                self._declared[path] = error
        found = self._declared[path]
        if isinstance(found, InputError):
            raise found
        return found

    def tracked(self, path: str) -> str | None:
        """The MD5 of what DVC tracks at a path; ``None`` where it tracks nothing there. Raises ``InputError``."""
        if self._tracked is None:
            outputs = tracked_outputs(sorted(filter(is_pointer, self.files)), self.read)
            self._tracked = {one.path: one.md5 for one in outputs}
        return self._tracked.get(path)

    def stages(self) -> tuple[Stage, ...]:
        """The stages of every ``dvc.yaml``. Raises ``InputError``."""
        if self._stages is None:
            pipelines = sorted(one for one in self.files if posixpath.basename(one) == "dvc.yaml")
            self._stages = declared_stages(pipelines, self.read)
        return self._stages

    def _there(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError("is not there", where=path)
        content = self.read(path)
        if content is None:
            hint = "--fetch gets what is missing, or git fetch --unshallow"
            raise InputError("its object is not in this clone", path, hint)
        return content


def at_commit(objects: GitObjects, commit: str, readings: Readings) -> Revision:
    """The state of a commit."""
    return _of_objects(objects, commit, objects.tree(commit), readings)


def at_index(objects: GitObjects, readings: Readings) -> Revision:
    """What is staged."""
    return _of_objects(objects, "index", objects.staged(), readings)


def _of_objects(objects: GitObjects, name: str, files: Mapping[str, str], readings: Readings) -> Revision:
    return Revision(
        name=name,
        files=files,
        read_blob=lambda _, blob: objects.blob(blob),
        readings=readings,
        history=objects,
    )


def at_worktree(objects: GitObjects, readings: Readings) -> Revision:
    """The tracked files as they stand in the work tree; those that a sparse checkout leaves out, as they are staged.

    Filters of git are not run: raw bytes are compared.
    """
    staged, left_out = objects.staged(), objects.left_out()
    found: dict[str, str] = {}
    for path, blob in staged.items():
        file = objects.root / path
        if file.is_file() and not file.is_symlink():
            found[path] = blob_id(file, "sha256" if len(blob) == 64 else "sha1")
        elif path in left_out:
            found[path] = blob

    def read(path: str, blob: str) -> bytes | None:
        if staged.get(path) == blob:
            return objects.blob(blob)
        with (objects.root / path).open("rb") as file:
            content = file.read(MAX_BLOB_BYTES + 1)
        if len(content) > MAX_BLOB_BYTES:
            raise InputError(f"is larger than {MAX_BLOB_BYTES // 2**20} MiB: it is not read", where=path)
        return content

    return Revision(name="worktree", files=found, read_blob=read, readings=readings, history=objects)
