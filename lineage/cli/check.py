"""``lineage check``."""

import contextlib
import gc
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import Revision, at_commit, at_index, at_worktree
from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of, summarise
from lineage.cli.options import policy_option, report_options
from lineage.cli.ranges import range_of
from lineage.config import policies_of
from lineage.errors import InputError, RepositoryError, StoreError
from lineage.git.objects import GitObjects
from lineage.model.plan import Plan
from lineage.report.formats import render_plan

if TYPE_CHECKING:
    from lineage.checking.resolver import Resolver


@click.command("check")
@click.argument("revisions", required=False, metavar="[BASE..HEAD]")
@click.option("--staged", is_flag=True, help="What is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="The work tree, against HEAD.")
@click.option("--fetch", is_flag=True, help="Ask origin for what a shallow clone lacks.")
@click.option("--resolve", is_flag=True, help="Compile what is only a range with pip-tools, by your pip's index.")
@click.option("--allow-empty", is_flag=True, help="A repository without a manifest is fine.")
@click.option(
    "--fail-on",
    type=click.Choice(["retrain", "verify"]),
    default="retrain",
    show_default=True,
    help="End with 1 already where a model is to be verified.",
)
@policy_option
@report_options
def command(
    revisions: str | None,
    staged: bool,
    worktree: bool,
    fetch: bool,
    resolve: bool,
    allow_empty: bool,
    fail_on: str,
    policy: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Which edits make which models due for retraining?

    Without a range: every model that HEAD makes due. With one, models that it makes newly due end with 1. In CI the
    range of the pull request is found by itself. Only objects of git are read: no environment, nothing is run, and no
    network but for --fetch and --resolve.
    """
    if sum((revisions is not None, staged, worktree)) > 1:
        raise click.UsageError("BASE..HEAD, --staged and --worktree exclude each other")
    gc.set_threshold(100_000)  # nearly all that is read stays to the end: to look for garbage in it is in vain
    with GitObjects(Path.cwd()) as objects:
        if objects.is_bare and (staged or worktree):
            hint = "a bare repository has commits only: BASE..HEAD"
            raise InputError("there is no index and no work tree here", where=str(objects.root), hint=hint)
        cache = kept_readings(objects)
        readings = Readings(objects.blob, cache)
        if staged or worktree:
            base: Revision | None = _committed(objects, readings)
            head = at_index(objects, readings) if staged else at_worktree(objects, readings)
        else:
            start, end = range_of(objects, revisions, fetch, quiet)
            base = None if start is None else at_commit(objects, start, readings)
            head = at_commit(objects, end, readings)
        if fetch:
            _fetch_recorded(objects, head, quiet)
        judges = Judges(
            policies=policies_of(base, head, policy, quiet),
            today=datetime.now(UTC).date(),
            fail_on=fail_on,
            allows_empty=allow_empty,
            resolver=_resolver(quiet) if resolve else None,
        )
        plan = check(base, head, judges)
        cache.save()
    answer(render_plan(plan, form, style_of(verbose, output)), output)
    if form == "github":
        summarise(render_plan(plan, "markdown", style_of(verbose, output)))
    tell_jobs(plan)
    return exits.of_verdict(plan.verdict)


def _resolver(quiet: bool) -> "Resolver":
    from lineage.checking.resolver import Resolver

    return Resolver(lambda text: say(text, quiet))


def _committed(objects: GitObjects, readings: Readings) -> Revision | None:
    """HEAD; ``None`` before the first commit."""
    head = objects.known("HEAD")
    return None if head is None else at_commit(objects, head, readings)


def _fetch_recorded(objects: GitObjects, head: Revision, quiet: bool) -> None:
    """Ask for the commits that models were made from; one that the server does not give is told, and its model."""
    from lineage.checking.check import lacking
    from lineage.git.fetch import fetch_commits

    commits = lacking(head)
    if not commits:
        return
    say(f"fetching {len(commits)} {'commit' if len(commits) == 1 else 'commits'} that models were made from", quiet)
    try:
        fetch_commits(objects.root, commits)
    except RepositoryError:  # git fetches all or nothing
        for commit in commits if len(commits) > 1 else ():
            with contextlib.suppress(RepositoryError):
                fetch_commits(objects.root, [commit])
        for commit in (one for one in commits if not objects.has(one)):
            say(f"origin does not give {commit}, so what depends on it stays undecided", quiet)


GITHUB_OUTPUT = "GITHUB_OUTPUT"
DOTENV = "LINEAGE_DOTENV"
CODE_QUALITY = "LINEAGE_CODE_QUALITY"


def tell_jobs(plan: Plan, variables: Mapping[str, str] = os.environ) -> None:
    """Append the outputs of GitHub's step, and write GitLab's reports. ``StoreError`` names the variable."""
    asked = {name: Path(variables[name]) for name in (GITHUB_OUTPUT, DOTENV, CODE_QUALITY) if variables.get(name)}
    if not asked:
        return
    from lineage.report.plan import code_quality, dotenv, github_outputs

    if GITHUB_OUTPUT in asked:  # what other commands of the step wrote stays
        _write(GITHUB_OUTPUT, asked[GITHUB_OUTPUT], github_outputs(plan), "a")
    if DOTENV in asked:
        _write(DOTENV, asked[DOTENV], dotenv(plan), "w")
    if CODE_QUALITY in asked:
        _write(CODE_QUALITY, asked[CODE_QUALITY], code_quality(plan), "w")


def _write(name: str, path: Path, text: str, mode: str) -> None:
    try:
        with path.open(mode, encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        hint = "name a file that can be written, or unset the variable"
        raise StoreError(f"the file that it names cannot be written: {error.strerror}", f"${name}", hint) from error
