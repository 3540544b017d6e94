"""``lineage check``."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.checking import Judges, check
from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of
from lineage.cli.options import policy_option, report_options
from lineage.config import load_policy, policy_at
from lineage.errors import InputError
from lineage.portable.policy import Policy
from lineage.report.planforms import render_plan
from lineage.revisions import Revision, at_commit, at_index, at_worktree
from lineage.system.gitobjects import GitObjects


@click.command("check")
@click.argument("revisions", required=False, metavar="[BASE..HEAD]")
@click.option("--staged", is_flag=True, help="What is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="The work tree, against HEAD.")
@click.option("--allow-empty", is_flag=True, help="A repository without a manifest is fine.")
@click.option("--fail-on", type=click.Choice(["retrain", "verify"]), default="retrain", show_default=True)
@policy_option
@report_options
def command(
    revisions: str | None,
    staged: bool,
    worktree: bool,
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
    range of the pull request is found by itself. Only objects of git are read: no environment, no network, nothing is
    run.
    """
    if sum((revisions is not None, staged, worktree)) > 1:
        raise click.UsageError("BASE..HEAD, --staged and --worktree exclude each other")
    with GitObjects(Path.cwd()) as objects:
        base, head = _sides(objects, revisions, staged, worktree, quiet)
        judges = Judges(policies=_policies(base, head, policy), today=datetime.now(UTC).date())
        plan = check(base, head, objects.blob, judges)
    answer(render_plan(plan, form, style_of(verbose, output)), output)
    if not plan.models:
        return exits.GOOD if allow_empty else exits.UNDECIDED
    if fail_on == "verify" and any(one.action == "verify" and (one.is_new or base is None) for one in plan.models):
        return exits.NOT_GOOD
    return exits.of_verdict(plan.verdict)


def _sides(
    objects: GitObjects, revisions: str | None, staged: bool, worktree: bool, quiet: bool
) -> tuple[Revision | None, Revision]:
    if staged:
        return at_commit(objects, objects.commit("HEAD")), at_index(objects)
    if worktree:
        return at_commit(objects, objects.commit("HEAD")), at_worktree(objects)
    if revisions is None:
        from lineage.core.provider import pull_request_of

        revisions = pull_request_of(os.environ)
        if revisions is None:
            return None, at_commit(objects, objects.commit("HEAD"))
        say(f"range: {revisions}, from the variables of the CI provider", quiet)
    left, dots, right = revisions.partition("...") if "..." in revisions else revisions.partition("..")
    if not dots:
        raise InputError("is not a range", where=revisions, hint="BASE..HEAD, as main..HEAD")
    base, head = objects.commit(left or "HEAD"), objects.commit(right or "HEAD")
    if dots == "...":
        common = objects.merge_base(base, head)
        if common is None:
            hint = "--fetch gets the history that is missing" if objects.is_shallow() else "name BASE..HEAD instead"
            raise InputError("the two have no common commit that is known here", where=revisions, hint=hint)
        base = common
    return at_commit(objects, base), at_commit(objects, head)


def _policies(base: Revision | None, head: Revision, named: Path | None) -> tuple[tuple[Policy, str], ...]:
    if named is not None:
        return (load_policy(None, named),)
    found = [policy_at(head.read, head.name[:12])]
    if base is not None:
        other = policy_at(base.read, base.name[:12])
        if other[0] != found[0][0]:
            found.append((other[0], f"{other[1]} of {base.name[:12]}"))
    return tuple(found)
