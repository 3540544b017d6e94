"""The end of a watched run: serve what it made, capture it, and forget the run when all is written."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from lineage.capturing.of_run import capture_model, requests
from lineage.capturing.refusals import require_fit
from lineage.capturing.request import Captured, CaptureRequest, Listener, read_values
from lineage.capturing.write import write
from lineage.code.ci_build import Build
from lineage.code.directory import CodeDirectory, describe_code, opened_code
from lineage.code.snapshots.take import Wish
from lineage.errors import InputError, ObservationError
from lineage.git.repository import GitRepository
from lineage.model.manifest import EMPTY, StoredManifest, Table, freeze
from lineage.model.retraining import Renewal
from lineage.model.run import AskedCapture, Run, Serving, StartedCode
from lineage.portable.environment import Problem
from lineage.portable.policy import Policy
from lineage.redaction.secrets import without_secrets
from lineage.running.foreground import given_environment
from lineage.running.kept_runs import (
    asked_captures,
    find_run,
    keep_run,
    kept_renewals,
    own_runs_directory,
    read_run,
    remove_run,
    runs_directory,
    started_code,
)
from lineage.running.records import processes
from lineage.running.watch import watch
from lineage.running.watcher import record_files
from lineage.targets.source import ExaminableSource
from lineage.weights.formats.detect import read_contents
from lineage.weights.measure import size_of

_NOT_WEIGHTS = frozenset({"npy", "npz"})
"""Formats that hold data as often as weights: no reason to take a file for a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What is asked of the capture of a run. Paths as typed, from the working directory."""

    policy: Callable[[Path], Policy]
    """of the repository with this root"""
    source: Callable[[Path], ExaminableSource] | None = None
    """of the project with this root: the environment where no process could be watched, if somebody names one"""
    is_named: bool = False
    """whether whoever types the command named ``source``"""
    builds: tuple[Build, ...] = ()
    models: tuple[Path, ...] = ()
    manifest: Path | None = None
    name: str | None = None
    entry: Path | None = None
    labels: Table = field(default_factory=lambda: EMPTY)
    metrics: Path | None = None
    params: Path | None = None
    serve: str | None = None
    snapshot: bool = True
    force: bool = False
    """as of ``CaptureRequest``"""
    variables: Mapping[str, str] | None = None
    """of the serving command; ``None``: those given to us"""

    def check(self) -> None:
        """Refuse before the training what could be refused after it. Raises ``InputError``."""
        if len(self.models) > 1 and (self.manifest or self.name):
            raise InputError("several models need a manifest each", hint="leave out -o and --name")
        require_fit(self.name, self.labels)
        serve_command(self.serve)

    def wish(self, root: Path, models: Sequence[Path]) -> Wish | None:
        """The snapshot that is to be made of a dirty work tree. Raises ``InputError``."""
        limit = self.policy(root).snapshot.limit
        return Wish(limit=limit, weights=tuple(_inside(root, models).values())) if self.snapshot else None


def _inside(root: Path, paths: Sequence[Path]) -> dict[Path, str]:
    """Those below the root, POSIX from there; links in their last part are kept."""
    places = {path: path.parent.resolve() / path.name for path in paths}
    return {path: real.relative_to(root).as_posix() for path, real in places.items() if real.is_relative_to(root)}


def serve_command(text: str | None) -> tuple[str, ...]:
    """The words of ``--serve``. Raises ``InputError``."""
    if text is None:
        return ()
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InputError(f"is not a command line: {error}", where="--serve") from error
    if not words:
        raise InputError("is empty", where="--serve", hint="name the command that loads the model and predicts")
    return words


def runs_of(code: CodeDirectory) -> tuple[Callable[[], Path], ...]:
    """What tells where runs are kept: below git's own directory; else below the directory for temporary files.

    They raise ``StoreError`` where that is not ours alone.
    """
    root = code.root
    if not isinstance(code, GitRepository):
        return (lambda: own_runs_directory(root),)
    common = code.common_directory()
    return (lambda: runs_directory(common)), (lambda: own_runs_directory(root))


Finished = tuple[Captured, StoredManifest, bool]
"""What was captured, as it stands now, and whether the file changed."""


def finish_new(place: Path, run: Run, asked: RunRequest, root: Path, listener: Listener) -> list[Finished]:
    """Capture the models of a run that has just succeeded; see ``finish``."""
    keep_run(place, run)
    return finish(place, run, asked, root, listener)


def finish_kept(run_id: str, asked: RunRequest, listener: Listener) -> list[Finished]:
    """Capture the models of a run whose capture failed; see ``finish``."""
    with opened_code(Path.cwd(), asked.builds) as code:
        root, runs = code.root, runs_of(code)
    place = find_run([one() for one in runs], run_id)
    return finish(place, read_run(place), asked, root, listener)


def finish(place: Path, run: Run, asked: RunRequest, root: Path, listener: Listener) -> list[Finished]:
    """Capture the models of a run, all before the first manifest is written.

    Raises ``LineageError``: then the run is kept, and finishing it again writes what is missing.
    """
    wanted = _wanted(asked, started_code(place), root)
    with opened_code(root, wanted.builds) as code:
        state = describe_code(code, [])
    told = asked_captures(place)
    renewals = () if asked.models else kept_renewals(place)
    models = tuple(root / one.paths[0] for one in renewals) or asked.models
    found, how = requests(run, wanted, models, told, state, lambda path: _is_model(root / path))
    if renewals:
        pairs = zip(found, renewals, strict=True)
        found, how = tuple(_renewed(request, one, told, run, root) for request, one in pairs), "retrained"
    for request in found:
        listener.tell(f"model: {', '.join(os.path.relpath(path) for path in request.paths)} ({how})")
    serving = serve(place, root, asked.serve, listener, asked.variables)
    seen = processes(record_files(place))
    sizes = [path for request in found for path in request.paths if path.exists()]
    with listener.reading("reading weights", lambda: sum(map(size_of, sizes))) as advance:
        captured = [
            capture_model(
                one,
                run,
                seen,
                state,
                lambda: _unwatched(asked, run, root),
                serving,
                now=datetime.now(UTC),
                advance=advance,
            )
            for one in found
        ]
    if asked.is_named and any(one.manifest.evidence == "observed" for one in captured):
        raise InputError(
            "the run was watched, and tells its own environment", hint="leave --from and --interpreter out"
        )
    finished: list[Finished] = []
    for one in captured:
        stored, changed = write(one, Path(os.path.relpath(one.path)), listener)
        listener.tell(f"manifest: {stored.path}")
        finished.append((one, stored, changed))
    remove_run(place)
    return finished


def _unwatched(asked: RunRequest, run: Run, root: Path) -> ExaminableSource:
    """The environment of what could not be watched: never one that merely stands first on PATH."""
    if asked.source is not None:
        return asked.source(root)
    left = ", ".join(sorted({one.program for one in run.unwatched}))
    message = "no Python process that ran code of the repository could be watched, so the environment is not known"
    hint = f"name the one that trained: lineage capture --run {run.id} --from TARGET"
    raise ObservationError(f"{message}: {left}" if left else message, hint=hint)


def _wanted(asked: RunRequest, started: StartedCode | None, root: Path) -> CaptureRequest:
    rules = asked.policy(root)
    named = {"metrics": asked.metrics, "params": asked.params}
    paths = {key: path for key, path in named.items() if path is not None}
    inside = _inside(root, tuple(paths.values()))
    return CaptureRequest(
        paths=(),
        output=asked.manifest,
        name=asked.name,
        entry=asked.entry,
        labels=asked.labels,
        metrics=EMPTY if asked.metrics is None else read_values(asked.metrics, "metrics"),
        params=EMPTY if asked.params is None else read_values(asked.params, "parameters"),
        generated=() if asked.metrics is None else (asked.metrics,),
        models=rules.models,
        builds=asked.builds,
        snapshot_limit=rules.snapshot.limit,
        started=started,
        force=asked.force,
        cached=True,
        # A retraining reads them again.
        run=freeze({key: inside[path] for key, path in paths.items() if path in inside}),
    )


def _renewed(
    request: CaptureRequest, renewal: Renewal, asked: Sequence[AskedCapture], run: Run, root: Path
) -> CaptureRequest:
    """A request as the manifest of before wants it: metrics of a file win over those that a process asked for."""
    paths = tuple(root / path for path in renewal.paths)
    real = {os.path.realpath(path) for path in paths}
    told = [one for one in asked if real & {os.path.realpath(path) for path in one.paths}]
    named = {"metrics": renewal.metrics, "params": renewal.params}
    files = {key: root / path for key, path in named.items() if path is not None}
    is_old = renewal.metrics is not None and renewal.metrics not in run.written
    values = {} if renewal.metrics is None or is_old else {"metrics": read_values(files["metrics"], "metrics")}
    values |= {} if renewal.params is None else {"params": read_values(files["params"], "parameters")}
    last = told[-1] if told else None
    table: dict[str, object] = {key: getattr(renewal, key) for key in files}
    table |= {"reasons": renewal.reasons} if renewal.reasons else {}
    # What an earlier run measured would pass for what this one did.
    detail = "the run did not write it: not recorded"
    old = (Problem("metrics.other-run", renewal.metrics, detail),) if renewal.metrics and is_old else ()
    return replace(
        request,
        paths=paths,
        output=root / renewal.manifest,
        name=renewal.name,
        entry=request.entry or (None if last is None or last.entry is None else Path(last.entry)),
        labels=request.labels if last is None else freeze({**last.labels, **request.labels}),
        metrics=freeze({**({} if last is None else last.metrics), **values.get("metrics", EMPTY), **request.metrics}),
        params=freeze({**({} if last is None else last.params), **values.get("params", EMPTY), **request.params}),
        generated=(*request.generated, *files.values()),
        run=freeze({**request.run, **table}),
        problems=(*request.problems, *old),
    )


def _is_model(path: Path) -> bool:
    formats = read_contents(path, "").formats
    return bool(formats) and not _NOT_WEIGHTS.issuperset(formats)


def serve(
    place: Path, root: Path, text: str | None, listener: Listener, variables: Mapping[str, str] | None = None
) -> Serving | None:
    """Run the serving command, watched, with its records in ``place``. Raises ``ObservationError`` where it fails."""
    words = serve_command(text)
    if not words:
        return None
    listener.tell(f"serving: {without_secrets(shlex.join(words))}")
    again = place / "serving"
    again.mkdir(exist_ok=True)
    watched = watch(words, root=root, place=again, variables=variables or given_environment(), head="", quiet=True)
    ended = watched.ended
    if ended.signal is not None or ended.status:
        how = f"signal {ended.signal}" if ended.signal is not None else f"status {ended.status}"
        message = f"could not be started: {ended.reason}" if not ended.started else f"ended with {how}"
        raise ObservationError(f"the serving command {message}", where=words[0])
    return Serving(command=watched.run.command, processes=watched.processes, unwatched=watched.run.unwatched)


def serve_alone(text: str, root: Path, listener: Listener) -> Serving | None:
    """Run a serving command for a model that was made before; see ``serve``."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lineage-", ignore_cleanup_errors=True) as place:
        return serve(Path(place), root, text, listener)
