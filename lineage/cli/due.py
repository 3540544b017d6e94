"""``lineage due``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import say
from lineage.cli.options import quiet_option
from lineage.cli.targets import manifest_of
from lineage.errors import InputError
from lineage.manifest.log import append_call
from lineage.model.manifest import log_path
from lineage.model.outside import Called
from lineage.report.printable import printable


@click.command("due")
@click.argument("model", metavar="MODEL")
@click.option("--because", required=True, metavar="TEXT", help="What is known of it, as: drift: psi 0.31")
@quiet_option
def command(model: str, because: str, quiet: bool) -> int:
    """Say that MODEL must be retrained, for a reason that no file of the repository tells.

    It is written beside the manifest, for you to commit, and bound to this manifest: `check` finds the model due until
    there is a new one.
    """
    if not because.strip():
        raise InputError("is empty", where="--because", hint="say what is known of the model")
    stored = manifest_of(model)
    if not Path(stored.path).is_file():
        hint = "name the model, or its manifest in the work tree"
        raise InputError("is no manifest of this work tree", where=model, hint=hint)
    path = log_path(Path(stored.path))
    called = Called(manifest=stored.id, because=" ".join(because.split()), made=datetime.now(UTC).date())
    word = "called due" if append_call(path, called) else "already called due"
    say(f"{word}: {stored.manifest.name}: {called.because}", quiet)
    click.echo(printable(str(path)))
    return exits.GOOD
