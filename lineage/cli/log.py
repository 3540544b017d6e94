"""``lineage log``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.catalogue.listing import history, models, with_actions
from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of
from lineage.cli.options import answer_options
from lineage.cli.targets import manifest_of, manifests_in
from lineage.errors import LineageError
from lineage.git.repository import GitRepository
from lineage.manifest.files import NONE
from lineage.model.report import ModelRow
from lineage.report.listing import render_history, render_models


@click.command("log")
@click.argument("model", required=False)
@click.option("--no-check", is_flag=True, help="Do not ask what HEAD makes due.")
@answer_options
def command(model: str | None, no_check: bool, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """List all models with what HEAD asks for; or, of MODEL (name or manifest), what changed when, and why.

    Exits 2 when a manifest cannot be read; the others are still listed.
    """
    style = style_of(verbose, output)
    if model is not None:
        stored = manifest_of(model)
        with GitRepository.open(Path(stored.path)) as repository:
            changes = history(repository, Path(stored.path))
        answer(render_history(changes, stored.manifest.name, form, style), output)
        return exits.GOOD
    with GitRepository.open(Path.cwd()) as repository:
        rows = models(repository.root, manifests_in(repository.root))
    if not rows:
        say(NONE, quiet)
    is_checked, why = not no_check, ""
    if rows and is_checked:
        try:
            rows = _checked(rows, quiet)
        except LineageError as error:  # a broken policy: the list is no less true
            is_checked, why = False, f"{error.where}: {error.message}" if error.where else error.message
            say(f"lineage: error: what is due is not known: {why}", quiet=False)
    answer(render_models(rows, form, style, is_checked=is_checked, now=datetime.now(UTC)), output)
    return exits.UNUSABLE if why or any(row.error for row in rows) else exits.GOOD


def _checked(rows: Sequence[ModelRow], quiet: bool) -> tuple[ModelRow, ...]:
    """The same with what HEAD asks for, as ``lineage check`` without a range."""
    from lineage.checking.check import Judges, check
    from lineage.checking.revisions.readings import Readings, kept_readings
    from lineage.checking.revisions.revision import at_commit
    from lineage.config import policies_of
    from lineage.git.objects import GitObjects

    with GitObjects(Path.cwd()) as objects:
        cache = kept_readings(objects)
        head = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, cache))
        judges = Judges(
            policies=policies_of(None, head, None, quiet), today=datetime.now(UTC).date(), lists_changes=False
        )
        plan = check(None, head, judges)
        cache.save()
    return with_actions(rows, plan)
