"""``lineage run``."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lineage.cli.emit import say
from lineage.cli.finishing import FinishOptions, commit_of, finish_new, runs_of, tell_code
from lineage.cli.main import guarded
from lineage.cli.options import PATH, policy_option, quiet_option
from lineage.cli.values import labels_of
from lineage.code.ci_build import read_builds
from lineage.code.directory import opened_code
from lineage.running.kept_runs import begun_run, remove_run

if TYPE_CHECKING:
    from lineage.running.foreground import Ended

CAPTURE_FAILED = 125


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
@click.option("-o", "--manifest", type=PATH, metavar="FILE", help="The manifest.  [default: beside the weights]")
@click.option("--name", metavar="NAME", help="The model's name.  [default: the path without its suffix]")
@click.option("--entry", type=PATH, metavar="FILE", help="The training script.  [default: what ran]")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of your own; may be repeated.")
@click.option("--metrics", type=PATH, metavar="FILE", help="Metrics, read after the run: JSON, TOML or YAML.")
@click.option("--params", type=PATH, metavar="FILE", help="Parameters, read after the run: JSON, TOML or YAML.")
@click.option(
    "--serve", metavar="CMD", help="Then run this, which loads the model and predicts: what it loads is `served`."
)
@click.option("--no-snapshot", is_flag=True, help="Record no commit where files differ from HEAD.")
@policy_option
@quiet_option
def command(
    command: tuple[str, ...],
    models: tuple[Path, ...],
    manifest: Path | None,
    name: str | None,
    entry: Path | None,
    labels: tuple[str, ...],
    metrics: Path | None,
    params: Path | None,
    serve: str | None,
    no_snapshot: bool,
    policy: Path | None,
    quiet: bool,
) -> None:
    """Run COMMAND, watch it, and capture the models that it produced.

    It ends exactly as COMMAND does, with 125 when only the capture failed. Where COMMAND fails, nothing is captured.
    """
    from lineage.code.snapshots.run_code import begin
    from lineage.running.foreground import given_environment, replace_by
    from lineage.running.watch import is_first_rank, lay_out, watch, watched_run

    inside = watched_run() is not None  # that one sees what this one would, and captures it
    if inside or not is_first_rank(os.environ):
        where = "inside of another lineage run" if inside else "not the first rank of a distributed run"
        say(f"lineage: {where}: not captured here", quiet)
        _end(replace_by(command, given_environment()), command)
    options = FinishOptions(
        models=models,
        manifest=manifest,
        name=name,
        entry=entry,
        labels=labels_of(labels),
        metrics=metrics,
        params=params,
        serve=serve,
        policy=policy,
        snapshot=not no_snapshot,
    )
    options.check()
    with opened_code(Path.cwd(), read_builds(os.environ)) as code:
        root, head, runs = code.root, commit_of(code), runs_of(code)
        started = begin(code, options.wish(root))
    given = given_environment()
    with begun_run(runs, datetime.now(UTC), lambda place: lay_out(place, root, started)) as place:
        tell_code(started, quiet)
        watched = watch(command, root=root, place=place, variables=given, head=head, let_go=True)
        if watched.ended.signal is not None or watched.ended.status:
            remove_run(place)
            _end(watched.ended, command)
        failed = guarded(lambda: finish_new(place, watched.run, options, root, quiet))
    if failed:
        hint = f"lineage capture --run {place.name}"
        say(f"lineage: the command succeeded, its capture did not; what was seen is kept: {hint}", quiet=False)
        os._exit(CAPTURE_FAILED)
    _end(watched.ended, command)


def _end(ended: "Ended", command: tuple[str, ...]) -> NoReturn:
    from lineage.running.foreground import end_like

    if not ended.started:
        say(f"lineage: error: {command[0]}: {ended.reason}", quiet=False)
    end_like(ended)
