"""``lineage log``."""

from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import answer, say, style_of
from lineage.cli.options import answer_options
from lineage.cli.targets import manifest_of
from lineage.listing import history, models
from lineage.report.listing import render_history, render_models
from lineage.system.gitrepo import GitRepository


@click.command("log")
@click.argument("model", required=False)
@answer_options
def command(model: str | None, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """List all models of the repository; or, of MODEL (its unique name, or its manifest), what changed when.

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
        rows = models(repository)
    if not rows:
        say("no manifest is tracked or staged here: capture a model, then git add its manifest", quiet)
    answer(render_models(rows, form, style), output)
    return exits.UNUSABLE if any(row.error for row in rows) else exits.GOOD
