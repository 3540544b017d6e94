"""``lineage retrain``."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import Revision, at_commit, at_worktree
from lineage.cli.carryout import Asked, carry_out
from lineage.cli.emit import say
from lineage.cli.options import PATH, answer_options, policy_option
from lineage.cli.ranges import range_of
from lineage.cli.targets import manifest_of
from lineage.config import find_root, policies_of
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.model.plan import Plan
from lineage.portable.policy import Policy
from lineage.retraining.metrics import parse_tolerances
from lineage.retraining.plan import choose
from lineage.running.watch import watched_run

_COMMAND = "lineage.retrain.command"
Policies = tuple[tuple[Policy, str], ...]


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
@click.option("--metrics", type=PATH, metavar="FILE", help="Metrics, read after the run.  [default: as recorded]")
@click.option("--params", type=PATH, metavar="FILE", help="Parameters, read after the run.  [default: as recorded]")
@click.option("--serve", metavar="CMD", help="Then run this, which loads the model.  [default: as recorded]")
@click.option("--no-snapshot", is_flag=True, help="Record no commit where files differ from HEAD.")
@click.option("--track", is_flag=True, help="Also let DVC track the new weights that it tracked before: dvc add.")
@policy_option
@answer_options
@click.pass_context
def command(
    ctx: click.Context,
    models: tuple[str, ...],
    revisions: str | None,
    dry_run: bool,
    keep_going: bool,
    tolerances: tuple[str, ...],
    target: str | None,
    place: Path | None,
    metrics: Path | None,
    params: Path | None,
    serve: str | None,
    no_snapshot: bool,
    track: bool,
    policy: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Carry the plan out: make the models anew that are due, each by its recorded command or its stage of DVC.

    Each command is watched as lineage run does, and leaves the new manifest. Without MODEL: all that check finds due.
    """
    if watched_run() is not None:
        raise InputError(
            "is itself watched by lineage run", where="lineage retrain", hint="call it without lineage run"
        )
    words: tuple[str, ...] | None = ctx.meta.get(_COMMAND)
    if words is not None and (len(models) != 1 or not words):
        raise click.UsageError("behind -- stands the command of one model: lineage retrain MODEL -- COMMAND")
    root = find_root(Path.cwd())
    if root is None:
        raise InputError("not in a git repository", where=str(Path.cwd()), hint="name models of a repository")
    asked = Asked(
        root=root.resolve(),
        words=words,
        dry_run=dry_run,
        keep_going=keep_going,
        tolerances=parse_tolerances(tolerances),
        target=target,
        place=place,
        metrics=_inside(metrics, root.resolve()),
        params=_inside(params, root.resolve()),
        serve=serve,
        snapshot=not no_snapshot,
        track=track,
        policy=policy,
        quiet=quiet,
    )
    with GitObjects(Path.cwd()) as objects:
        cache = kept_readings(objects)
        readings = Readings(objects.blob, cache)
        base, head = _sides(objects, readings, revisions, place is not None, quiet)
        policies = policies_of(base, head, policy, quiet)
        plan = _judged(base, head, policies)
        cache.save()
        choice = choose(plan, head, [_path_of(one, root.resolve()) for one in models])
        for name in choice.not_due:
            say(f"{name} is not due: it is retrained as it was named", quiet)
        commit = objects.commit("HEAD")
        return carry_out(asked, choice, head, commit, bool(plan.models), form, verbose, output)


def _sides(
    objects: GitObjects, readings: Readings, revisions: str | None, is_elsewhere: bool, quiet: bool
) -> tuple[Revision | None, Revision]:
    """The base of a range, and what is trained: the work tree as it lies there, or HEAD where that is trained."""
    base: Revision | None = None
    commit = objects.commit("HEAD")
    if revisions is not None:
        start, end = range_of(objects, revisions, False, quiet)
        if end != commit:
            hint = "check that commit out, or end the range with HEAD"
            raise InputError(f"ends at {end[:12]}, but HEAD, which is trained, is {commit[:12]}", revisions, hint)
        base = None if start is None else at_commit(objects, start, readings)
    return base, at_commit(objects, commit, readings) if is_elsewhere else at_worktree(objects, readings)


def _judged(base: Revision | None, head: Revision, policies: Policies) -> Plan:
    today = datetime.now(UTC).date()
    return check(base, head, Judges(policies=policies, today=today, allows_empty=True, lists_changes=False))


def _path_of(text: str, root: Path) -> str:
    """The manifest that MODEL means, POSIX from the root."""
    path = Path(manifest_of(text).path)
    real = path.absolute().parent.resolve() / path.name
    if not path.is_file() or not real.is_relative_to(root):
        hint = "name the model, or its manifest in the work tree"
        raise InputError("is no manifest of this work tree", where=text, hint=hint)
    return real.relative_to(root).as_posix()


def _inside(path: Path | None, root: Path) -> str | None:
    """A file that training writes, POSIX from the root: with --in it is that of the other work tree."""
    if path is None:
        return None
    real = Path(os.path.normpath(path.absolute()))
    real = real.parent.resolve() / real.name
    if not real.is_relative_to(root):
        raise InputError("is not inside the repository", where=str(path), hint="name a file that the training writes")
    return real.relative_to(root).as_posix()
