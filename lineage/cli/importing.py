"""``lineage import``."""

import os
from dataclasses import replace
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import Progress, answer, say
from lineage.cli.options import answer_options
from lineage.errors import InputError
from lineage.report.manifest import render_imported

_BUNDLE = "bundle:"


@click.command("import")
@click.argument("source", metavar="SOURCE")
@click.option("--force", is_flag=True, help="Replace a manifest and weights that differ.")
@answer_options
def command(source: str, force: bool, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """Bring home what another machine made: bundle:FILE, as capture --bundle and show --bundle write it.

    Its commit comes into this repository, its manifest and weights to their places. All or nothing: a bundle that is
    damaged, or a file that differs from one in the bundle, leaves everything as it was.
    """
    place = source.removeprefix(_BUNDLE)
    if place == source or not place:
        hint = "write it as bundle:FILE"
        raise InputError("is nothing that can be imported", where=source or "''", hint=hint)
    from lineage.git.repository import GitRepository
    from lineage.sharing.unbundle import unbundle

    path = Path(place)
    with (
        GitRepository.open(Path.cwd()) as repository,
        Progress("reading the bundle", quiet, lambda: path.stat().st_size) as advance,
    ):
        done = unbundle(path, repository, force=force, advance=advance)
        manifest = os.path.relpath(repository.root / done.stored.path.rpartition(":")[2])
    stored = replace(done.stored, path=manifest)
    say(f"commit: {done.commit}" if done.ref is None else f"commit: {done.commit}, kept at {done.ref}", quiet)
    for weights in done.weights:
        say(f"weights: {weights}", quiet)
    say(f"{'written' if done.changed else 'unchanged'}: {stored.id[:19]}", quiet)
    answer(render_imported(stored, done.changed, done.ref, done.weights, form), output)
    return exits.GOOD
