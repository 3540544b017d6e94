"""A command run and watched, and the models that it made captured: nothing of it is kept but where a capture failed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lineage.capturing.finish import Finished, RunRequest, finish_new, runs_of
from lineage.capturing.request import Listener
from lineage.code.directory import CodeDirectory, opened_code
from lineage.code.snapshots.run_code import begin
from lineage.git.repository import GitRepository
from lineage.model.inputs import is_within
from lineage.model.retraining import Renewal
from lineage.model.run import StartedCode
from lineage.running.foreground import Ended
from lineage.running.kept_runs import begun_run, keep_renewals, remove_run
from lineage.running.watch import Watched, lay_out, watch

Attempt = Callable[[Callable[[], object]], bool]
"""Does something, and tells what goes wrong with it: whether all went well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run, and how."""

    words: tuple[str, ...]
    variables: Mapping[str, str]
    shown: tuple[str, ...] | None = None
    """what is recorded of it, where that is not what is run"""
    renewals: tuple[Renewal, ...] = ()
    """of a retraining: what is to be captured"""
    quiet: bool = False
    let_go: bool = False
    """both as in ``running.watch.watch``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRun:
    """What came of a command."""

    id: str
    """of its run: what is kept where the capture failed goes by that"""
    ended: Ended
    written: frozenset[str]
    """POSIX from the repository root"""
    unwritten: tuple[str, ...] = ()
    """weights of the renewals that it did not write, though it ended well"""
    failure: str = ""
    """why nothing was captured"""
    captured: tuple[Finished, ...] | None = ()
    """``None``: the capture failed"""


def run_and_capture(command: Command, asked: RunRequest, listener: Listener, attempt: Attempt) -> CapturedRun:
    """Run a command in the working directory, and capture what it made, unless it failed.

    Raises ``LineageError`` where it cannot be begun.
    """
    with opened_code(Path.cwd(), asked.builds) as code:
        root, head, runs = code.root, _commit_of(code), runs_of(code)
        models = asked.models or [root / path for one in command.renewals for path in one.paths]
        started = begin(code, asked.wish(root, models))
    with begun_run(runs, datetime.now(UTC), lambda place: lay_out(place, root, started)) as place:
        _tell_code(started, listener)
        watched = watch(
            command.words,
            root=root,
            place=place,
            variables=command.variables,
            head=head,
            quiet=command.quiet,
            let_go=command.let_go,
        )
        made = _made(watched, command)
        if made.failure:
            remove_run(place)
            return made
        if command.renewals:
            keep_renewals(place, command.renewals)
        run = watched.run if command.shown is None else replace(watched.run, command=command.shown)
        found: list[Finished] = []
        is_captured = attempt(lambda: found.extend(finish_new(place, run, asked, root, listener)))
    return replace(made, captured=tuple(found) if is_captured else None)


def _made(watched: Watched, command: Command) -> CapturedRun:
    """What came of it before anything is captured."""
    ended, written = watched.ended, watched.run.written
    failure, unwritten = "", tuple[str, ...]()
    if not ended.started:
        failure = f"{command.words[0]}: {ended.reason}"
    elif ended.signal is not None:
        failure = f"the command was ended by signal {ended.signal}"
    elif ended.status:
        failure = f"the command ended with {ended.status}"
    else:
        wanted = [path for one in command.renewals for path in one.paths]
        unwritten = tuple(path for path in wanted if not any(is_within(one, [path]) for one in written))
        failure = f"it ended well, but did not write {', '.join(unwritten)}" if unwritten else ""
    made = CapturedRun(id=watched.run.id, ended=ended, written=frozenset(written))
    return replace(made, unwritten=unwritten, failure=failure)


def _commit_of(code: CodeDirectory) -> str:
    """The commit that is checked out."""
    return code.head().commit if isinstance(code, GitRepository) else code.commit


def _tell_code(started: StartedCode | None, listener: Listener) -> None:
    """What a run begins with, where that is not HEAD."""
    if started is not None and started.commit not in (None, started.base):
        listener.tell(f"snapshot: {started.commit}")
