"""``lineage check``."""

import contextlib
import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.checking.check import Judges, check
from lineage.checking.due.live import read_live, sort_live
from lineage.checking.revisions.likely import likely_read
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import Revision
from lineage.checking.uncommitted import with_uncommitted
from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of, summarise, tell_jobs
from lineage.cli.options import PATH, Answering, policy_option, report_options, trust_option
from lineage.cli.ranges import committed_sides, uncommitted_sides
from lineage.config import policies_of
from lineage.errors import InputError, NotFollowedError, RepositoryError
from lineage.git.fetch import Bringer, OriginRemote
from lineage.git.objects import GitObjects
from lineage.model.outside import LiveValue
from lineage.model.plan import Plan
from lineage.report.formats import render_plan
from lineage.system.files import read_document

if TYPE_CHECKING:
    from lineage.checking.resolver import Resolver


@dataclass(frozen=True, kw_only=True)
class CheckOptions(Answering):
    """What was typed."""

    revisions: str | None
    staged: bool
    worktree: bool
    fetch: bool
    trust_config: bool
    resolve: bool
    allow_empty: bool
    fail_on: str
    metrics: Path | None
    policy: Path | None


@click.command("check")
@click.argument("revisions", required=False, metavar="[BASE..HEAD]")
@click.option("--staged", is_flag=True, help="What is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="The work tree, against HEAD.")
@click.option("--fetch", is_flag=True, help="Ask origin for what a shallow or partial clone lacks.")
@trust_option
@click.option("--resolve", is_flag=True, help="Compile what is only a range with pip-tools, by your pip's index.")
@click.option("--allow-empty", is_flag=True, help="A repository without a manifest is fine.")
@click.option(
    "--fail-on",
    type=click.Choice(["retrain", "verify"]),
    default="retrain",
    show_default=True,
    help="End with 1 already where a model is to be verified.",
)
@click.option("--metrics", type=PATH, metavar="FILE", help="Judge also what metrics are where the models serve.")
@policy_option
@report_options
def command(**typed: Any) -> int:
    """Which edits make which models due for retraining?

    Without a range: every model that HEAD makes due. With one, models that it makes newly due end with 1. In CI the
    range of the pull request is found by itself. Only objects of git are read: no environment, nothing is run, and no
    network but for --fetch and --resolve.
    """
    asked = CheckOptions(**typed)
    if sum((asked.revisions is not None, asked.staged, asked.worktree)) > 1:
        raise click.UsageError("BASE..HEAD, --staged and --worktree exclude each other")
    if asked.trust_config and not asked.fetch:
        raise click.UsageError("--trust-config goes with --fetch")
    gc.set_threshold(100_000)  # nearly all that is read stays to the end: to look for garbage in it is in vain
    plan, refused = _plan(asked)
    style = style_of(asked.verbose, asked.output)
    answer(render_plan(plan, asked.form, style), asked.output)
    if asked.form == "github":
        summarise(render_plan(plan, "markdown", style))
    tell_jobs(plan)
    for one in refused:
        say(f"lineage: error: {asked.metrics}: {one}", quiet=False)
    return exits.UNUSABLE if refused else exits.of_verdict(plan.verdict)


def _plan(asked: CheckOptions) -> tuple[Plan, Sequence[str]]:
    """The answer, and which live metrics were given in error: the others are judged."""
    values = None if asked.metrics is None else _live_values(asked.metrics)
    with GitObjects(Path.cwd()) as objects:
        if objects.is_bare and (asked.staged or asked.worktree):
            hint = "a bare repository has commits only: BASE..HEAD"
            raise InputError("there is no index and no work tree here", where=str(objects.root), hint=hint)
        origin = OriginRemote(objects.root, asked.trust_config) if asked.fetch else None
        cache = kept_readings(objects)
        readings = Readings(objects.blob, cache)
        if origin is not None:
            objects.bring = Bringer(origin, lambda text: say(text, asked.quiet))
        if asked.staged or asked.worktree:
            base, head = uncommitted_sides(objects, readings, asked.staged)
        else:
            base, head = committed_sides(objects, readings, asked.revisions, origin, asked.quiet)
        if origin is not None:
            objects.get(blob for _, blob in likely_read(base, head))
            _fetch_recorded(objects, head, origin, asked.quiet)
        now, policies = datetime.now(UTC), policies_of(base, head, asked.policy, asked.quiet)
        live = None if values is None else sort_live(values, head, [one for one, _ in policies], now)
        judges = Judges(
            policies=policies,
            today=now.date(),
            fail_on=asked.fail_on,
            allows_empty=asked.allow_empty,
            resolver=_resolver(asked.quiet) if asked.resolve else None,
            live=live,
        )
        plan = with_uncommitted(check(base, head, judges), objects)
        cache.save()
    return (plan, ()) if live is None else (replace(plan, notes=(*plan.notes, *live.notes)), live.refused)


def _live_values(path: Path) -> Sequence[LiveValue]:
    return read_live(read_document(path, "file of live metrics"), str(path))


def _resolver(quiet: bool) -> "Resolver":
    from lineage.checking.resolver import Resolver

    return Resolver(lambda text: say(text, quiet))


def _fetch_recorded(objects: GitObjects, head: Revision, origin: OriginRemote, quiet: bool) -> None:
    """Ask for the commits that models were made from; one that the server does not give is told, and its model."""
    from lineage.checking.check import lacking

    commits = [one for one in lacking(head) if not objects.has(one)]
    if not commits:
        return
    say(f"fetching {len(commits)} {'commit' if len(commits) == 1 else 'commits'} that models were made from", quiet)
    try:
        origin.fetch_commits(commits)
    except RepositoryError as error:  # git fetches all or nothing
        if isinstance(error, NotFollowedError):
            say(error.message, quiet)
        for commit in commits if len(commits) > 1 else ():
            with contextlib.suppress(RepositoryError):
                origin.fetch_commits([commit])
        for commit in (one for one in commits if not objects.has(one)):
            say(f"origin does not give {commit}, so what depends on it stays undecided", quiet)
