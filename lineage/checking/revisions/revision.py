"""One state of a repository to be judged: a commit, the index, or the work tree. Nothing is written."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lineage.checking.revisions.elsewhere import Places
from lineage.checking.revisions.readings import Readings
from lineage.dependencies.forms import home_of, is_dependency_file
from lineage.dvc.pointers import Output, declared_stages, enclosing_output, is_pointer, tracked_outputs
from lineage.dvc.unread_stages import UnreadStage, unread_stages
from lineage.errors import InputError, LackingError
from lineage.git.blob import blob_id
from lineage.git.objects import CONFLICT, MAX_BLOB_BYTES, GitObjects
from lineage.git.partial import LACKING
from lineage.model.declarations import Declarations
from lineage.model.inputs import Stage
from lineage.model.manifest import StoredManifest

_UNCOMMITTED = ("index", "worktree")


def _no_link(path: str) -> str | None:
    return None


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
    link_at: Callable[[str], str | None] = _no_link
    """where the symbolic link at a path leads, as it is written; ``None`` for what is none"""
    _declared: dict[str, Declarations | InputError | None] = field(default_factory=dict)
    _outputs: dict[str, Output] | None = None
    _homes: dict[str, list[str]] | None = None
    _stood: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    _stages: tuple[Stage, ...] | None = None
    _pipelines: tuple[str, ...] = ()
    _unread_stages: tuple[UnreadStage, ...] | None = None

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; ``None`` where there is none.

        Raises ``InputError`` for one that is in conflict, or too large, ``LackingError`` for one that is not here.
        """
        blob = self.files.get(path)
        if blob == CONFLICT:
            raise InputError("is in conflict", path, "resolve it, then git add it")
        if blob is None:
            return None
        try:
            content = self.read_blob(path, blob)
        except InputError as error:
            raise InputError(error.message, path, error.hint) from error
        if content is None:
            raise LackingError("its object is not in this clone", path, LACKING)
        return content

    @property
    def is_commit(self) -> bool:
        return self.history is not None and self.name not in _UNCOMMITTED

    def behind_link(self, path: str) -> str | None:
        """Where a path leads that is a symbolic link, or lies behind one; ``None`` for any other."""
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            link = "/".join(parts[:count])
            target = self.link_at(link)
            if target is not None:
                return posixpath.normpath(posixpath.join(posixpath.dirname(link), target, *parts[count:]))
        return None

    def manifest(self, path: str) -> StoredManifest:
        """The manifest at a path. Raises ``InputError``."""
        return self.readings.manifest(path, self.files.get(path, ""), lambda: self._there(path))

    def declarations(self, path: str) -> Declarations | None:
        """What a dependency file asks for; ``None`` for a file of no known form. Raises ``InputError``."""
        if path not in self._declared:
            try:
                blob, places = self.files.get(path, ""), self._places()
                found = self.readings.declared(path, blob, lambda: self._there(path), places.include)
                self._declared[path] = found and places.with_objects(found)
            except InputError as error:
                self._declared[path] = error
        known = self._declared[path]
        if isinstance(known, InputError):
            raise known
        return known

    def _places(self) -> Places:
        name = "" if self.name in ("index", "worktree") else self.name
        history = self.history
        return Places(
            files=lambda: self.files,
            others=lambda: {} if history is None else history.others(name),
            read=self.read,
            blob=self.readings.blob,
        )

    def dependency_files(self, home: str) -> Sequence[str]:
        """The dependency files of a directory, sorted (``home_of``)."""
        if self._homes is None:
            self._homes = {}
            for path in sorted(filter(is_dependency_file, self.files)):
                self._homes.setdefault(home_of(path), []).append(path)
        return self._homes.get(home, ())

    def stood(self, path: str, commit: str) -> bool | None:
        """Whether a commit has a file; ``None`` where that commit is not here."""
        if (path, commit) not in self._stood:
            self._stood[path, commit] = self._has(path, commit)
        return self._stood[path, commit]

    def _has(self, path: str, commit: str) -> bool | None:
        if self.history is None or not self.history.has(commit):
            return None
        try:
            return self.history.blob(f"{commit}:{path}", limit=0) is not None
        except InputError:  # it holds more than nothing
            return True

    def tracked(self, path: str) -> str | None:
        """The MD5 of what DVC tracks at a path; ``None`` where it tracks nothing there. Raises ``InputError``."""
        found = self._by_path().get(path)
        return None if found is None else found.md5

    def output_around(self, path: str) -> Output | None:
        """What DVC tracks at a path, else the nearest directory around it that it tracks. Raises ``InputError``."""
        return enclosing_output(path, self._by_path().values())

    def _by_path(self) -> Mapping[str, Output]:
        if self._outputs is None:
            outputs = tracked_outputs(sorted(filter(is_pointer, self.files)), self.read)
            self._outputs = {one.path: one for one in outputs}
        return self._outputs

    def stages(self) -> tuple[Stage, ...]:
        """The stages of every ``dvc.yaml``. Raises ``InputError``."""
        if self._stages is None:
            self._pipelines = tuple(sorted(one for one in self.files if posixpath.basename(one) == "dvc.yaml"))
            self._stages = declared_stages(self._pipelines, self.read)
        return self._stages

    def unread_stages(self) -> tuple[UnreadStage, ...]:
        """The stages that only DVC can fill in. Raises ``InputError``."""
        if self._unread_stages is None:
            self.stages()
            self._unread_stages = tuple(one for path in self._pipelines for one in unread_stages(path, self.read))
        return self._unread_stages

    def _there(self, path: str) -> bytes:
        content = self.read(path)
        if content is None:
            raise InputError("is not there", where=path)
        return content


def at_commit(objects: GitObjects, commit: str, readings: Readings) -> Revision:
    """The state of a commit."""
    files = objects.tree(commit)

    def link_at(path: str) -> str | None:
        # What a commit has as a blob and not as a file is a link.
        return None if path in files or "\n" in path else _written(objects.blob(f"{commit}:{path}"))

    return _of_objects(objects, commit, files, readings, link_at)


def at_index(objects: GitObjects, readings: Readings) -> Revision:
    """What is staged."""
    return _of_objects(objects, "index", objects.staged(), readings, lambda path: _written(objects.staged_link(path)))


def _written(link: bytes | None) -> str | None:
    return None if link is None else link.decode("utf-8", "surrogateescape")


def _of_objects(
    objects: GitObjects,
    name: str,
    files: Mapping[str, str],
    readings: Readings,
    link_at: Callable[[str], str | None],
) -> Revision:
    return Revision(
        name=name,
        files=files,
        read_blob=lambda _, blob: objects.blob(blob),
        readings=readings,
        history=objects,
        link_at=link_at,
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

    def link_at(path: str) -> str | None:
        place = objects.root / path
        return str(place.readlink()) if place.is_symlink() else None

    return Revision(name="worktree", files=found, read_blob=read, readings=readings, history=objects, link_at=link_at)
