"""The end of a watched run: serve what it made, capture it, and forget the run when all is written."""

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lineage.capturing.capture import Captured, CaptureRequest
from lineage.capturing.of_run import capture_model, requests
from lineage.cli.emit import Progress, say
from lineage.cli.narration import narrate
from lineage.cli.targets import examinable, target_of
from lineage.cli.values import read_values
from lineage.code.ci_build import read_builds
from lineage.code.directory import CodeDirectory, describe_code, opened_code
from lineage.code.snapshots.take import Wish
from lineage.config import load_policy
from lineage.errors import InputError, ObservationError
from lineage.git.repository import GitRepository
from lineage.manifest.files import write_manifest
from lineage.model.manifest import EMPTY, StoredManifest, Table, freeze
from lineage.model.run import Run, Serving, StartedCode
from lineage.portable.policy import Policy
from lineage.retraining.renewing import renewed
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
from lineage.targets.spec import Target
from lineage.weights.formats.detect import read_contents
from lineage.weights.measure import size_of

_NOT_WEIGHTS = frozenset({"npy", "npz"})
"""Formats that hold data as often as weights: no reason to take a file for a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOptions:
    """What was typed that concerns the capture of a run."""

    models: tuple[Path, ...] = ()
    manifest: Path | None = None
    name: str | None = None
    entry: Path | None = None
    labels: Table = field(default_factory=lambda: EMPTY)
    metrics: Path | None = None
    params: Path | None = None
    serve: str | None = None
    policy: Path | None = None
    snapshot: bool = True
    target: Target | None = None
    """the environment where no process could be watched; ``None``: the default one"""
    variables: Mapping[str, str] | None = None
    """of the serving command; ``None``: those given to us"""

    def check(self) -> None:
        """Refuse before the training what could be refused after it. Raises ``InputError``."""
        if len(self.models) > 1 and (self.manifest or self.name):
            raise InputError("several models need a manifest each", hint="leave out -o and --name")
        serve_command(self.serve)
        load_policy(None if self.policy else _nearest(Path.cwd()), self.policy)

    def wish(self, root: Path) -> Wish | None:
        """The snapshot that is to be made of a dirty work tree. Raises ``InputError``."""
        rules, _ = load_policy(root, self.policy)
        places = [path.parent.resolve() / path.name for path in self.models]
        weights = [one.relative_to(root).as_posix() for one in places if one.is_relative_to(root)]
        return Wish(limit=rules.snapshot.limit, weights=tuple(weights)) if self.snapshot else None


def _nearest(start: Path) -> Path | None:
    from lineage.config import project_root

    return project_root(start, os.environ)


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


def commit_of(code: CodeDirectory) -> str:
    """The commit that is checked out."""
    return code.head().commit if isinstance(code, GitRepository) else code.commit


def runs_of(code: CodeDirectory) -> tuple[Callable[[], Path], ...]:
    """What tells where runs are kept: below git's own directory; else below the directory for temporary files.

    They raise ``StoreError`` where that is not ours alone.
    """
    root = code.root
    if not isinstance(code, GitRepository):
        return (lambda: own_runs_directory(root),)
    common = code.common_directory()
    return (lambda: runs_directory(common)), (lambda: own_runs_directory(root))


def tell_code(started: StartedCode | None, quiet: bool) -> None:
    """What a run begins with, where that is not HEAD."""
    if started is not None and started.commit not in (None, started.base):
        say(f"snapshot: {started.commit}", quiet)


Finished = tuple[Captured, StoredManifest, bool]
"""What was captured, as it stands now, and whether the file changed."""


def finish_new(place: Path, run: Run, options: FinishOptions, root: Path, quiet: bool) -> list[Finished]:
    """Capture the models of a run that has just succeeded; see ``finish``."""
    keep_run(place, run)
    return finish(place, run, options, root, quiet)


def finish_kept(run_id: str, options: FinishOptions, quiet: bool) -> list[Finished]:
    """Capture the models of a run whose capture failed; see ``finish``."""
    options.check()
    with opened_code(Path.cwd(), read_builds(os.environ)) as code:
        root, runs = code.root, runs_of(code)
    place = find_run([one() for one in runs], run_id)
    return finish(place, read_run(place), options, root, quiet)


def finish(place: Path, run: Run, options: FinishOptions, root: Path, quiet: bool) -> list[Finished]:
    """Capture the models of a run, all before the first manifest is written.

    Raises ``LineageError``: then the run is kept, and finishing it again writes what is missing.
    """
    rules, _ = load_policy(root, options.policy)
    wanted = _wanted(options, rules, started_code(place), root)
    with opened_code(root, wanted.builds) as code:
        state = describe_code(code, [])
    asked = asked_captures(place)
    renewals = () if options.models else kept_renewals(place)
    models = tuple(root / one.paths[0] for one in renewals) or options.models
    found, how = requests(run, wanted, models, asked, state, lambda path: _is_model(root / path))
    if renewals:
        found, how = renewed(found, renewals, asked, run, root, read_values), "retrained"
    for request in found:
        say(f"model: {', '.join(os.path.relpath(path) for path in request.paths)} ({how})", quiet)
    serving = serve(place, root, options.serve, quiet, options.variables)
    seen = processes(record_files(place))
    sizes = [path for request in found for path in request.paths if path.exists()]
    with Progress("reading weights", quiet, lambda: sum(map(size_of, sizes))) as advance:
        captured = [
            capture_model(
                request,
                run,
                seen,
                state,
                lambda: examinable(options.target or target_of(None, root)),
                serving,
                now=datetime.now(UTC),
                advance=advance,
            )
            for request in found
        ]
    finished: list[Finished] = []
    for one in captured:
        stored, changed = write_manifest(one.manifest, Path(os.path.relpath(one.path)))
        narrate(one, stored, changed, quiet)
        say(f"manifest: {stored.path}", quiet)
        finished.append((one, stored, changed))
    remove_run(place)
    return finished


def _wanted(options: FinishOptions, rules: Policy, started: StartedCode | None, root: Path) -> CaptureRequest:
    return CaptureRequest(
        paths=(),
        output=options.manifest,
        name=options.name,
        entry=options.entry,
        labels=options.labels,
        metrics=EMPTY if options.metrics is None else read_values(options.metrics, "metrics"),
        params=EMPTY if options.params is None else read_values(options.params, "parameters"),
        generated=() if options.metrics is None else (options.metrics,),
        models=rules.models,
        builds=read_builds(os.environ),
        snapshot_limit=rules.snapshot.limit,
        started=started,
        cached=True,
        run=_files(options, root),
    )


def _files(options: FinishOptions, root: Path) -> Table:
    """The files that metrics and parameters are read from, for a retraining to read them again."""
    named = {"metrics": options.metrics, "params": options.params}
    places = {key: path.parent.resolve() / path.name for key, path in named.items() if path is not None}
    inside = {key: path.relative_to(root).as_posix() for key, path in places.items() if path.is_relative_to(root)}
    table: Table = freeze(inside)
    return table


def _is_model(path: Path) -> bool:
    formats = read_contents(path, "").formats
    return bool(formats) and not _NOT_WEIGHTS.issuperset(formats)


def serve(
    place: Path, root: Path, text: str | None, quiet: bool, variables: Mapping[str, str] | None = None
) -> Serving | None:
    """Run the serving command, watched, with its records in ``place``. Raises ``ObservationError`` where it fails."""
    words = serve_command(text)
    if not words:
        return None
    say(f"serving: {text}", quiet)
    again = place / "serving"
    again.mkdir(exist_ok=True)
    watched = watch(words, root=root, place=again, variables=variables or given_environment(), head="", quiet=True)
    ended = watched.ended
    if ended.signal is not None or ended.status:
        how = f"signal {ended.signal}" if ended.signal is not None else f"status {ended.status}"
        message = f"could not be started: {ended.reason}" if not ended.started else f"ended with {how}"
        raise ObservationError(f"the serving command {message}", where=words[0])
    return Serving(command=watched.run.command, processes=watched.processes, unwatched=watched.run.unwatched)


def serve_alone(text: str, root: Path, quiet: bool) -> Serving | None:
    """Run a serving command for a model that was made before; see ``serve``."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lineage-", ignore_cleanup_errors=True) as place:
        return serve(Path(place), root, text, quiet)
