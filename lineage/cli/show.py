"""``lineage show``."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import Progress, answer, style_of
from lineage.cli.options import answer_options
from lineage.cli.targets import manifest_of
from lineage.errors import InputError
from lineage.model.listing import Shown
from lineage.report.manifest import render_manifest


@click.command("show")
@click.argument("manifest", required=False)
@click.option("--problems", is_flag=True, help="Look up what is not reproducible about it, as of now.")
@click.option("--remote", is_flag=True, help="With --problems: also ask DVC's default remote for the weights.")
@answer_options
def command(
    manifest: str | None, problems: bool, remote: bool, form: str, output: Path | None, quiet: bool, verbose: bool
) -> int:
    """Read MANIFEST: a path, a model's unique name, REV:PATH or sha256:PREFIX; left out, the only one there is.

    With --problems: is its commit published, are its weights there, whole and tracked? Exits 1 when there is any
    problem, one of the capture itself included.
    """
    if remote and not problems:
        raise InputError("--remote goes with --problems")
    stored = manifest_of(manifest)
    shown = Shown(stored=stored)
    if problems:
        from lineage.config import project_root
        from lineage.showing import problems_now

        root = project_root(Path(stored.path).absolute().parent, os.environ)
        with Progress("reading weights", quiet, lambda: sum(one.size for one in stored.manifest.weights)) as advance:
            shown = problems_now(stored, root=root, remote=remote, today=datetime.now(UTC).date(), advance=advance)
    answer(render_manifest(shown, form, style_of(verbose, output)), output)
    found = shown.now or stored.manifest.problems
    return exits.NOT_GOOD if problems and found else exits.GOOD
