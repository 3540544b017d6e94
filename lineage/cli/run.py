"""``lineage run``."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lineage.capturing.finish import RunRequest
from lineage.capturing.run import Command, run_and_capture
from lineage.cli import exits, options
from lineage.cli.emit import Narration, say
from lineage.cli.main import complain, guarded
from lineage.cli.options import PATH
from lineage.cli.targets import policy_of
from lineage.code.ci_build import read_builds
from lineage.config import load_policy, project_root
from lineage.errors import InputError, RepositoryError
from lineage.manifest.values import plain_table
from lineage.model.manifest import Table
from lineage.redaction.secrets import without_secrets

if TYPE_CHECKING:
    from lineage.running.foreground import Ended

CAPTURE_FAILED = 125
_IDLE_S = 1.0


def labels_of(texts: Sequence[str]) -> Table:
    """Labels as typed, ``KEY=VALUE``. Raises ``InputError``."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError("a label is KEY=VALUE", where=f"--label {without_secrets(text)}")
        found[key.strip()] = value.strip()
    return plain_table(found, "--label")


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """What is typed of the models of a run, whichever the command."""

    manifest: Path | None
    name: str | None
    entry: Path | None
    labels: tuple[str, ...]
    metrics: Path | None
    params: Path | None
    serve: str | None
    policy: Path | None

    def request(self, models: tuple[Path, ...], snapshot: bool = True) -> RunRequest:
        """The same as values. Raises ``InputError``, before any training, for what could be refused after it."""
        load_policy(None if self.policy else project_root(Path.cwd(), os.environ), self.policy)
        request = RunRequest(
            policy=policy_of(self.policy),
            builds=read_builds(os.environ),
            models=models,
            manifest=self.manifest,
            name=self.name,
            entry=self.entry,
            labels=labels_of(self.labels),
            metrics=self.metrics,
            params=self.params,
            serve=self.serve,
            snapshot=snapshot,
        )
        request.check()
        return request


@dataclass(frozen=True, kw_only=True)
class RunOptions(ModelOptions):
    """What was typed."""

    command: tuple[str, ...]
    models: tuple[Path, ...]
    no_snapshot: bool
    quiet: bool


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] COMMAND...")
@click.option(
    "--model",
    "models",
    multiple=True,
    type=PATH,
    metavar="PATH",
    help="Weights that it makes; may be repeated.  [default: what it wrote and looks like a model]",
)
@options.naming_options
@click.option("--entry", type=PATH, metavar="FILE", help="The training script.  [default: what ran]")
@options.label_option
@click.option("--metrics", type=PATH, metavar="FILE", help="Metrics, read after the run: JSON, TOML or YAML.")
@click.option("--params", type=PATH, metavar="FILE", help="Parameters, read after the run: JSON, TOML or YAML.")
@click.option(
    "--serve", metavar="CMD", help="Then run this, which loads the model and predicts: what it loads is `served`."
)
@options.no_snapshot_option
@options.policy_option
@options.quiet_option
def command(**typed: Any) -> None:
    """Run COMMAND, watch it, and capture the models that it produced.

    It ends exactly as COMMAND does, with 125 when only the capture failed. Where COMMAND fails, nothing is captured.
    Without a commit to name COMMAND runs all the same, and nothing can be captured.
    """
    from lineage.running.foreground import given_environment, replace_by
    from lineage.running.watch import is_first_rank, watched_run

    asked = RunOptions(**typed)
    inside = watched_run() is not None  # that one sees what this one would, and captures it
    if inside or not is_first_rank(os.environ):
        where = "inside of another lineage run" if inside else "not the first rank of a distributed run"
        say(f"lineage: {where}: not captured here", asked.quiet)
        _end(replace_by(asked.command, given_environment()), asked.command)
    request = asked.request(asked.models, snapshot=not asked.no_snapshot)
    run = Command(words=asked.command, variables=given_environment(), let_go=True)
    try:
        made = run_and_capture(run, request, Narration(asked.quiet), lambda action: guarded(action) == exits.GOOD)
    except RepositoryError as error:  # only before the command begins
        _run_alone(run, error)
    if made.captured is None:
        hint = f"lineage capture --run {made.id}"
        say(f"lineage: the command succeeded, its capture did not; what was seen is kept: {hint}", quiet=False)
        os._exit(CAPTURE_FAILED)
    _end(made.ended, asked.command)


def _run_alone(run: Command, error: RepositoryError) -> NoReturn:
    """Where no commit can be named the training is worth more than its record."""
    from lineage.running.foreground import run_foreground

    ended = run_foreground(run.words, env=run.variables, tick=lambda _: _IDLE_S, let_go=True)
    if ended.status or ended.signal is not None or not ended.started:
        _end(ended, run.words)
    complain(error)
    say(
        "lineage: the command succeeded, its capture did not: afterwards lineage capture PATH --from TARGET",
        quiet=False,
    )
    os._exit(CAPTURE_FAILED)


def _end(ended: "Ended", command: tuple[str, ...]) -> NoReturn:
    from lineage.running.foreground import end_like

    if not ended.started:
        say(f"lineage: error: {command[0]}: {ended.reason}", quiet=False)
    end_like(ended)
