"""What a model was made from: the files that its run read, and what the DVC stage that made it depends on.

An upstream model stands there by the id of its manifest, where its weights are what that manifest records. An output
of DVC stands there by the digest of its pointer, where its content is that; what is too large to be read is recorded
as the pointer says, and a problem. Everything else is hashed, within limits.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lineage.capturing.input_choice import (
    MOST_BYTES,
    MOST_ENTRIES,
    Choice,
    choose,
    declared_inputs,
    files_read,
    left_out_problem,
    recorded_by,
    whole_directories,
    within_limits,
)
from lineage.capturing.use.evidence import is_dvc
from lineage.code.state import RepositoryState
from lineage.dvc.lock import tracked
from lineage.errors import InputError, WeightsError
from lineage.manifest.files import read_manifest
from lineage.model.inputs import LockedStage, RunFiles, Tracked, Upstream, is_within
from lineage.model.manifest import manifests_among
from lineage.model.run import Process, Run
from lineage.portable.environment import Problem
from lineage.system.plainfiles import is_environment
from lineage.weights.cache import DigestCache
from lineage.weights.files import Walk
from lineage.weights.measure import content_of, dos2unix_md5s, size_of

_LATE_S = 1.0
"""The start of a run is known to the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The manifest's ``[inputs]``: path → digest, or path of a manifest → its id."""

    table: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What of a repository is in the manifest already, so that it is no input. Paths POSIX from the root."""

    manifest: str
    """where the manifest itself will stand"""
    code: Collection[str]
    others: Collection[str]
    """weights, dependency files, files of parameters and metrics, and what the run made"""


def files_of_run(root: Path, run: Run, processes: Sequence[Process]) -> RunFiles:
    """What the watched processes of a run read and wrote below ``root``, which is absolute, links resolved.

    DVC itself reads whatever it tracks, of all stages: that makes nothing an input.
    """
    place = _placer(root)
    reading = [process for process in processes if not is_dvc(process)]
    read = {path for process in reading for one in process.read if (path := place(one)) is not None}
    read = {path for path in read if (root / path).is_file()}
    written = {path for process in processes for one in process.written if (path := place(one)) is not None}
    end_ns = int((run.started.timestamp() + run.seconds + _LATE_S) * 1e9)
    return RunFiles(
        read=frozenset(read),
        written=frozenset(written),
        changed=frozenset(run.written),
        late=frozenset(path for path in read if (root / path).lstat().st_ctime_ns > end_ns),
        unseeing=sum(not process.sees_files for process in processes),
    )


def _placer(root: Path) -> Callable[[str], str | None]:
    top = str(root) + os.sep

    @cache
    def directory(path: str) -> str:
        return os.path.realpath(path)

    def place(path: str) -> str | None:
        """The path from the root, a link in its last part kept; ``None`` outside of it."""
        if not path.startswith(top):
            path = str(Path(directory(os.path.dirname(path)), os.path.basename(path)))  # noqa: PTH119, PTH120
        return path[len(top) :].replace(os.sep, "/") if path.startswith(top) else None

    return place


def describe_inputs(
    state: RepositoryState,
    recorded: Recorded,
    stage: LockedStage | None,
    files: RunFiles | None,
    *,
    known: DigestCache | None = None,
    most_entries: int = MOST_ENTRIES,
    most_bytes: int = MOST_BYTES,
) -> Inputs:
    """What a model was made from.

    ``stage`` is the run of a DVC stage that gave these weights, ``files`` are those of the watched run; either may be
    ``None``. Raises nothing for what cannot be read: that is a problem.
    """
    outputs = tuple(tracked(one) for one in state.outputs)
    besides = {*recorded.others, *recorded.code}
    read: tuple[str, ...] = ()
    problems: list[Problem] = []
    if files is not None:
        read, found = files_read(
            files,
            besides=besides,
            committed=state.blobs.keys(),
            tracked=state.paths,
            outputs=outputs,
            is_environment=lambda path: is_environment(state.root / path),
        )
        problems += found
    deps: tuple[Tracked, ...] = ()
    if stage is not None:
        deps = declared_inputs(stage.deps, besides, recorded.code)
        problems += _outside(stage)
    if not read and not deps:
        return Inputs(table={}, problems=tuple(problems))
    reader = _Reader(state, known, most_entries, most_bytes)
    reader.problems += problems
    upstream = reader.upstream(recorded.manifest, read, deps)
    table = {one.path: one.id for one in upstream.values()}
    table |= reader.digests(choose(read, deps, outputs, upstream.keys()))
    table = {path: table[path] for path in sorted(table) if reader.has_a_name(path)}
    return Inputs(table=table, problems=tuple(reader.problems))


def _outside(stage: LockedStage) -> list[Problem]:
    detail = f"{stage.outside} dependencies of the stage {stage.name} lie outside of the repository: not recorded"
    return [Problem("inputs.outside", stage.file, detail)] if stage.outside else []


class _Reader:
    """Reads contents within limits, and keeps what was wrong with them."""

    def __init__(self, state: RepositoryState, known: DigestCache | None, most_entries: int, most_bytes: int) -> None:
        self.problems: list[Problem] = []
        self._state, self._root = state, state.root
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._content = cache(lambda path: content_of(state.root / path, path, known=known))

    def upstream(self, own: str, read: Sequence[str], deps: Sequence[Tracked]) -> dict[str, Upstream]:
        """Path of weights → the manifest that records them as they are, of what was read or depended on."""
        manifests = self._manifests(own)
        declared = {one.path: one.digest for one in deps}
        found: dict[str, Upstream] = {}
        others: dict[str, str] = {}
        for path in sorted({*read, *declared}):
            for one, weights in recorded_by(path, manifests):
                digest = declared.get(weights.path)
                if weights.path in found:
                    break
                if (
                    self._sha256(weights.path) == f"sha256:{weights.sha256}"
                    if digest is None
                    else digest == f"md5:{weights.md5}"
                ):
                    found[weights.path] = one
                else:
                    others.setdefault(weights.path, one.path)
        for path in sorted(others.keys() - found.keys()):
            detail = f"is not what {others[path]} records: recorded as it stands"
            self.problems.append(Problem("inputs.other-weights", path, detail))
        return found

    def _manifests(self, own: str) -> list[Upstream]:
        found = []
        for path in manifests_among(self._state.paths):
            if path != own:
                try:
                    stored = read_manifest(self._root / path)
                except InputError:  # what is wrong with it, `lineage log` tells
                    self.problems.append(Problem("inputs.manifest-unreadable", path, "cannot be read as a manifest"))
                else:
                    found.append(Upstream(path=path, id=stored.id, weights=stored.manifest.weights))
        return found

    def digests(self, choice: Choice) -> dict[str, str]:
        table = {one.path: one.digest for one in choice.declared if one.digest is not None}
        whole = whole_directories(choice.files, self._below)
        files = [path for path in choice.files if not is_within(path, whole)]
        sizes = {path: size_of(self._root / path) for path in (*files, *whole)}
        outputs = {one.path: one for one in choice.outputs}
        sizes |= {path: size_of(self._root / path) for path in outputs}
        taken, left_out = within_limits(sizes.items(), self._most_entries, self._most_bytes)
        for path in taken:
            digest = self._output(outputs[path]) if path in outputs else self._sha256(path)
            table |= {} if digest is None else {path: digest}
        for path, size in left_out:
            pointer = outputs.get(path)
            if pointer is not None and pointer.digest is not None:
                table[path] = pointer.digest
                detail = f"{size} bytes are too many to be read: recorded as {pointer.pointer} has it"
                self.problems.append(Problem("inputs.not-compared", path, detail))
        self.problems += left_out_problem([row for row in left_out if row[0] not in table])
        return table

    def has_a_name(self, path: str) -> bool:
        """Whether a manifest can hold the path."""
        shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
        if shown == path and "\\" not in path:
            return True
        self.problems.append(Problem("inputs.unreadable", shown, "a name that a manifest cannot hold: not recorded"))
        return False

    def _below(self, directory: str) -> Collection[str] | None:
        try:
            return [f"{directory}/{entry.path}" for entry in Walk(self._root / directory, directory, None)]
        except WeightsError:
            return None

    def _sha256(self, path: str) -> str | None:
        try:
            return f"sha256:{self._content(path).sha256}"
        except WeightsError as error:
            self.problems.append(Problem("inputs.unreadable", path, f"{error.message}: not recorded"))
            return None

    def _output(self, output: Tracked) -> str | None:
        """The digest of the pointer, where it is that of the content; else that of the content."""
        if output.digest is None:
            return self._sha256(output.path)
        if self._is_as_tracked(output):
            return output.digest
        detail = f"is not what {output.pointer} has: recorded as it stands"
        self.problems.append(Problem("inputs.not-as-tracked", output.path, detail))
        return self._sha256(output.path)

    def _is_as_tracked(self, output: Tracked) -> bool:
        algorithm, _, recorded = (output.digest or "").partition(":")
        try:
            if algorithm == "md5":
                return self._content(output.path).md5 == recorded
            return recorded in dos2unix_md5s(self._root / output.path)
        except WeightsError:
            return False
