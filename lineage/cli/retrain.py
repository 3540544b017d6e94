"""``lineage retrain``."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import Revision
from lineage.cli import exits, options
from lineage.cli.emit import Narration, answer, say, style_of
from lineage.cli.main import attempted
from lineage.cli.options import PATH
from lineage.cli.ranges import trained_sides
from lineage.cli.targets import examinable, model_of, policy_of, target_of, written_of
from lineage.config import find_root, policies_of
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.report.retraining import render_retraining
from lineage.retraining.metrics import parse_tolerances
from lineage.retraining.plan import RetrainChoice, choose
from lineage.retraining.rerun import RetrainRequest
from lineage.retraining.retrain import retrain
from lineage.running.foreground import given_environment
from lineage.running.watch import watched_run

_COMMAND = "lineage.retrain.command"


@dataclass(frozen=True, kw_only=True)
class RetrainOptions(options.Answering):
    """What was typed."""

    models: tuple[str, ...]
    revisions: str | None
    dry_run: bool
    keep_going: bool
    tolerances: tuple[str, ...]
    target: str | None
    place: Path | None
    trust_config: bool
    metrics: Path | None
    params: Path | None
    serve: str | None
    no_snapshot: bool
    track: bool
    policy: Path | None


class _WithCommand(click.Command):
    """Keeps what stands behind ``--`` apart from the models before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta[_COMMAND] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)


@click.command("retrain", cls=_WithCommand, options_metavar="[OPTIONS]")
@click.argument("models", nargs=-1, metavar="[MODEL]... [-- COMMAND...]")
@click.option("--range", "revisions", metavar="BASE..HEAD", help="Only what these edits make newly due.")
@click.option("--dry-run", is_flag=True, help="Print the commands; run and write nothing.")
@click.option("--keep-going", is_flag=True, help="After a failure go on with what does not depend on it.")
@click.option(
    "--tolerance",
    "tolerances",
    multiple=True,
    metavar="NAME=LIMIT",
    help="How far a metric may move: 0.01, 1% of the old value, -0.01 only down, +0.01 only up; may be repeated.",
)
@click.option(
    "--in-env",
    "target",
    metavar="TARGET",
    help="The environment to train in, python:PATH or dir:PATH.  "
    "[default: the active one, the project's .venv, python on PATH]",
)
@click.option("--in", "place", type=PATH, metavar="DIR", help="Train HEAD in a linked work tree, made if absent.")
@options.trust_option
@click.option("--metrics", type=PATH, metavar="FILE", help="Metrics, read after the run.  [default: as recorded]")
@click.option("--params", type=PATH, metavar="FILE", help="Parameters, read after the run.  [default: as recorded]")
@click.option("--serve", metavar="CMD", help="Then run this, which loads the model.  [default: as recorded]")
@options.no_snapshot_option
@click.option("--track", is_flag=True, help="Also let DVC track the new weights that it tracked before: dvc add.")
@options.policy_option
@options.answer_options
@click.pass_context
def command(ctx: click.Context, /, **typed: Any) -> int:
    """Carry the plan out: make the models anew that are due, each by its recorded command or its stage of DVC.

    Each command is watched as lineage run does, and leaves the new manifest. Without MODEL: all that check finds due.
    """
    asked = RetrainOptions(**typed)
    if watched_run() is not None:
        raise InputError("is itself watched by lineage run", "lineage retrain", "call it without lineage run")
    words: tuple[str, ...] | None = ctx.meta.get(_COMMAND)
    if words is not None and (len(asked.models) != 1 or not words):
        raise click.UsageError("behind -- stands the command of one model: lineage retrain MODEL -- COMMAND")
    if asked.trust_config and asked.place is None:
        raise click.UsageError("--trust-config goes with --in")
    root = find_root(Path.cwd())
    if root is None:
        raise InputError("not in a git repository", where=str(Path.cwd()), hint="name models of a repository")
    with GitObjects(Path.cwd()) as objects:
        how = _asked(asked, words, root.resolve(), objects.commit("HEAD"))
        choice, head = _chosen(asked, objects, how.root)
        done = retrain(choice, head, target_of(asked.target, how.root, is_run=True) if choice.wanted else None, how)
    answer(render_retraining(done.told, asked.form, style_of(asked.verbose, asked.output)), asked.output)
    if done.late is not None:
        raise done.late
    return exits.INTERRUPTED if done.is_interrupted else exits.of_verdict(done.told.verdict)


def _asked(asked: RetrainOptions, words: tuple[str, ...] | None, root: Path, commit: str) -> RetrainRequest:
    return RetrainRequest(
        root=root,
        commit=commit,
        words=words,
        dry_run=asked.dry_run,
        keep_going=asked.keep_going,
        tolerances=parse_tolerances(asked.tolerances),
        place=asked.place,
        trusts_config=asked.trust_config,
        metrics=written_of(asked.metrics, root),
        params=written_of(asked.params, root),
        serve=asked.serve,
        snapshot=not asked.no_snapshot,
        track=asked.track,
        given=given_environment(),
        policy=policy_of(asked.policy),
        source=examinable,
        listener=Narration(asked.quiet),
        attempt=attempted,
    )


def _chosen(asked: RetrainOptions, objects: GitObjects, root: Path) -> tuple[RetrainChoice, Revision]:
    """Who is made anew, and of which state of the repository."""
    cache = kept_readings(objects)
    readings, is_elsewhere = Readings(objects.blob, cache), asked.place is not None
    base, head = trained_sides(objects, readings, asked.revisions, is_elsewhere, asked.quiet)
    policies, today = policies_of(base, head, asked.policy, asked.quiet), datetime.now(UTC).date()
    plan = check(base, head, Judges(policies=policies, today=today, allows_empty=True, lists_changes=False))
    cache.save()
    choice = choose(plan, head, [model_of(one, root) for one in asked.models])
    for name in choice.not_due:
        say(f"{name} is not due: it is retrained as it was named", asked.quiet)
    if not choice.has_models:
        say("no manifest is tracked here: no model can be retrained", asked.quiet)
    return choice, head
