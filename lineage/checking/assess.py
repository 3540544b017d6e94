"""What one model needs at one revision, by one policy: its manifest against what the files of the revision say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import md5, sha256
from typing import TYPE_CHECKING

from lineage.checking.declared_paths import declared_paths
from lineage.checking.due.code import due_code, due_data
from lineage.checking.due.newcomers import due_newcomers, new_files, says_more
from lineage.checking.due.outside import due_outside
from lineage.checking.due.packages import due_packages, due_python, due_system, unread
from lineage.checking.due.stage import due_stage
from lineage.checking.due.unread_stage import due_unread_stage
from lineage.checking.revisions.elsewhere import Places
from lineage.checking.revisions.renames import standing
from lineage.checking.revisions.revision import Revision
from lineage.dependencies.markers import marker_environment
from lineage.errors import InputError
from lineage.model.code import Code
from lineage.model.declarations import Declarations, Locks
from lineage.model.manifest import SUFFIX, Manifest
from lineage.model.outside import NOTHING, Outside
from lineage.model.plan import Due
from lineage.portable.judge import Accepted
from lineage.portable.policy import Accept, Policy, accepting, covering, declared_for

if TYPE_CHECKING:
    from lineage.checking.resolver import Resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What is due of one model at one revision, by one policy."""

    due: tuple[Due, ...]
    notes: tuple[str, ...]
    accepted: tuple[Accepted, ...]
    """what would be due, but for an accept or a waiver"""


def assess(
    manifest: Manifest,
    revision: Revision,
    policy: Policy,
    today: date,
    accepts: Sequence[Accept] = (),
    resolver: "Resolver | None" = None,
    since: Revision | None = None,
    answered: Collection[str] = (),
    outside: Outside = NOTHING,
) -> Assessed:
    """What is due of a model; ``accepts`` are those of its manifest, ``resolver`` makes locks where there are none.

    ``since`` tells which files are new where the capture's commit is not here, ``answered`` are no new ones. Raises
    ``InputError`` for a malformed pointer.
    """
    ruled = declared_for(policy.models, manifest.name, [one.path for one in manifest.weights])
    paths, notes = declared_paths(manifest, revision, ruled, since)
    files = _Files(manifest, revision, since)
    for path, recorded in paths:
        files.look_at(path, recorded, dict(paths))
    due = [*files.unreadable]
    if ruled is None:
        known = {*files.places, *answered}
        due += due_newcomers(manifest, [one for one, _ in manifest.declared], known, revision, since, policy)
    if files.head:
        markers = marker_environment(manifest.environment)
        readings = revision.readings
        locks = files.locks(resolver)
        promised = readings.promises([*files.head, *files.unedited, *locks.head], markers)
        earlier = None
        if files.knows_then:
            earlier = readings.promises([*files.then, *files.unedited, *locks.then], markers)
        then = files.then if files.knows_then else None
        due += locks.due
        notes += locks.notes
        due += [*due_packages(manifest, promised, earlier, policy), *unread(promised, earlier, policy)]
        due += [*due_python(manifest, _pythons(files.head, then), policy), *due_system(files.head, then, policy)]
    due += due_code(manifest, revision.files, revision.read, revision.readings.blob, policy)
    due += due_data(manifest, lambda path: _digest(revision, path, str(manifest.inputs[path])), policy)
    due += [*due_stage(manifest, revision, policy), *due_unread_stage(manifest, revision, policy)]
    due += due_outside(manifest, policy, today, outside)
    left, accepted = let_through(due, manifest.name, policy, today, accepts)
    return Assessed(due=tuple(left), notes=notes, accepted=tuple(accepted))


def _commit_here(code: Code, revision: Revision) -> str:
    """The commit of a capture; the base of a snapshot that is not in this clone."""
    if code.commit is None or (code.is_snapshot and not (revision.history and revision.history.has(code.commit))):
        return code.base
    return code.commit


class _Files:
    """The dependency files of one model: as they stand at the revision, and as they were at the capture."""

    def __init__(self, manifest: Manifest, revision: Revision, since: Revision | None) -> None:
        self._since = since
        self._environment = manifest.environment
        self._recorded: Mapping[str, str] = dict(manifest.declared)
        self._commit = _commit_here(manifest.code, revision)
        self._revision = revision
        self.head: list[Declarations] = []
        """edited since"""
        self.then: list[Declarations] = []
        """the same at the capture"""
        self.unedited: list[Declarations] = []
        self.knows_then = True
        self.unreadable: list[Due] = []
        self.places: set[str] = set()
        """the files that stand for recorded ones, or may"""

    def locks(self, resolver: "Resolver | None") -> Locks:
        """What a resolver makes of the files, once all are sorted in."""
        if resolver is None:
            return Locks()
        then = [*self.then, *self.unedited] if self.knows_then else None
        return resolver.locks(self._environment, [*self.head, *self.unedited], then)

    def look_at(self, path: str, recorded: str | None, concerned: Mapping[str, str | None]) -> None:
        """Sort one file in; ``recorded`` is its blob id at the capture, where the manifest tells."""
        files = self._revision.files
        places = self._places(path, recorded, {one: blob or "" for one, blob in concerned.items()})
        self.places.update(places)
        is_same = recorded is not None and [files.get(one) for one in places] == [recorded]
        if is_same and places == (path,) and not self._includes_edited(path):
            self.unedited += self._silently(path)
            return
        if is_same and places != (path,):
            self.unedited += self._silently(places[0])  # renamed
            self.unreadable += [] if self._revision.behind_link(path) else self._rivals(path, places[0])
            return
        before = None if recorded is None else self._then(path, recorded)
        if not places and before is not None and _says_nothing(before):
            return  # a setup.cfg for linters that is gone took nothing with it
        now = [one for place in places or (path,) for one in self._read(place)]
        self.knows_then = self.knows_then and before is not None
        self.head += now
        self.then += [before] if before is not None and now else []

    def _places(self, path: str, recorded: str | None, concerned: Mapping[str, str]) -> tuple[str, ...]:
        """What stands for a file; for one that became a link what it leads to, where that is what was recorded."""
        revision = self._revision
        target = None if path in revision.files else revision.behind_link(path)
        if target is not None:
            return (target,) if recorded is not None and revision.files.get(target) == recorded else ()
        return standing(path, recorded, revision.files, concerned, lambda one: revision.stood(one, self._commit))

    def _rivals(self, path: str, moved: str) -> list[Due]:
        """Nothing was only renamed where something new, that asks for more, stands beside the old place."""
        kept = self._silently(moved)
        new = new_files(path, {*self._recorded, moved}, self._revision, self._commit, self._since)
        rivals = [one for one in new if says_more(one, self._revision, kept)]
        self.places.update(rivals)
        named = ", ".join(rivals)
        message = f"{path}: is not there any more: it became {moved}, or {named}, which is new in its place"
        return [Due(subject=f"file:{path}", action="undecided", message=message, where=named)] if rivals else []

    def _includes_edited(self, path: str) -> bool:
        """Whether a file that stands as it did includes one that does not, or of which nobody knows."""
        now, files = self._silently(path), self._revision.files
        if not any(one.parts for one in now) and all(
            other == path or (other in files and files[other] == self._recorded.get(other))
            for one in now
            for other in one.files
        ):
            return False
        then = self._then(path, self._recorded[path])
        return then is None or [(then, then.marks, then.parts)] != [(one, one.marks, one.parts) for one in now]

    def _read(self, path: str) -> list[Declarations]:
        try:
            found = self._revision.declarations(path)
        except InputError as error:
            message = error.message if path in self._revision.files else self._gone(path)
            due = Due(
                subject=f"file:{path}",
                action="undecided",
                message=f"{path}: {message}",
                mark=self._revision.files.get(path, ""),
                where=error.where if error.where and error.where.startswith(path) else path,
            )
            self.unreadable.append(due)
            return []
        return [] if found is None else [found]

    def _gone(self, path: str) -> str:
        if self._revision.behind_link(path) is not None:
            return "is a symbolic link: a [[tool.lineage.model]] can name the file that it leads to"
        return "is not there any more: which file takes its place is not known"

    def _silently(self, path: str) -> list[Declarations]:
        try:
            found = self._revision.declarations(path)
        except InputError:
            return []
        return [] if found is None else [found]

    def _then(self, path: str, recorded: str) -> Declarations | None:
        """What a file said at the capture; ``None`` where that is not here or could not be read."""
        readings = self._revision.readings
        places = self._places_then()
        lacks = []

        def include(other: str) -> bytes | None:
            if places is not None and other not in self._revision.files and places.elsewhere(other):
                return places.include(other)
            content = readings.blob(self._recorded.get(other, f"{self._commit}:{other}"))
            if content is None and (other in self._recorded or readings.blob(f"{self._commit}:{path}") is None):
                lacks.append(other)  # else the commit is here, and had no such file
            return content

        try:
            found = readings.declared(path, recorded, lambda: self._captured(recorded), include)
            found = found if found is None or places is None else places.with_objects(found)
        except InputError:
            return None
        return None if lacks else found

    def _places_then(self) -> Places | None:
        """The state of the capture; ``None`` where its commit is not here."""
        history, commit = self._revision.history, self._commit
        if history is None or not commit or not history.has(commit):
            return None
        blob = self._revision.readings.blob
        return Places(
            files=lambda: history.tree(commit),
            others=lambda: history.others(commit),
            read=lambda path: blob(f"{commit}:{path}"),
            blob=blob,
        )

    def _captured(self, blob: str) -> bytes:
        content = self._revision.readings.blob(blob)
        if content is None:
            raise InputError("its object is not in this clone")
        return content


def _says_nothing(declared: Declarations) -> bool:
    return not (declared.dependencies or declared.python or declared.system or declared.unknown)


def _pythons(head: Sequence[Declarations], then: Sequence[Declarations] | None) -> list[tuple[str, str]]:
    before = {one.path: one.python for one in then or ()}
    return [
        (one.python, f"{one.path}:{one.python_line}" if one.python_line else one.path)
        for one in head
        if one.python is not None and before.get(one.path) != one.python
    ]


def _digest(revision: Revision, path: str, recorded: str) -> str | None:
    """The digest of an input at a revision, in the form in which manifests record it.

    Of a file that git keeps, in the form that was recorded: a dependency of a DVC stage has DVC's.
    """
    if path.endswith(SUFFIX):
        try:
            return revision.manifest(path).id
        except InputError:
            return None
    tracked = revision.tracked(path)
    if tracked is not None:
        return f"md5:{tracked}"
    content = revision.read(path)
    if content is None:
        return None
    if recorded.startswith("md5"):
        return _as_dvc_has_it(content, recorded)
    return f"sha256:{sha256(content).hexdigest()}"


def _as_dvc_has_it(content: bytes, recorded: str) -> str:
    """DVC's digest of a file: that of DVC 2 is of text with CRLF as LF, and which file was text nobody knows now."""
    algorithm = recorded.partition(":")[0]
    forms = [content, content.replace(b"\r\n", b"\n")] if algorithm == "md5-dos2unix" else [content]
    found = [f"{algorithm}:{md5(one, usedforsecurity=False).hexdigest()}" for one in forms]
    return recorded if recorded in found else found[-1]


def let_through(
    due: Sequence[Due], model: str, policy: Policy, today: date, accepts: Sequence[Accept]
) -> tuple[list[Due], list[Accepted]]:
    """(what is left, what an accept or a waiver lets through)."""
    left, accepted = [], []
    for one in due:
        accept = accepting(accepts, one.subject, one.recorded, one.observed, today)
        waiver = next((w for w in covering(policy.waivers, one.subject, model) if today <= w.until), None)
        if accept is not None:
            until = None if accept.until is None else accept.until.isoformat()
            accepted.append(Accepted(one.subject, one.recorded, one.observed, accept.because, until))
        elif waiver is not None:
            until = waiver.until.isoformat()
            accepted.append(Accepted(one.subject, one.recorded, one.observed, waiver.reason, until))
        else:
            left.append(one)
    return left, accepted
