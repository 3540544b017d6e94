"""``lineage diff``."""

from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import publish, style_of
from lineage.cli.options import report_options
from lineage.cli.targets import manifest_of, side_of
from lineage.diffing import diff
from lineage.model.manifest import StoredManifest
from lineage.sources.base import Source
from lineage.sources.spec import KINDS, parse_target


@click.command("diff")
@click.argument("a")
@click.argument("b")
@report_options
def command(a: str, b: str, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """Show what differs from A to B, each a manifest (also by name, REV:PATH or sha256:PREFIX) or a target.

    Exits 0 when nothing differs, 1 when something does, 3 when something could not be compared.
    """
    report = diff(_side(a), _side(b))
    publish(report, form, style_of(verbose, output), output)
    return exits.of_verdict(report.verdict)


def _side(text: str) -> Source | StoredManifest:
    """A target where the text has the form of one or is a path; else a manifest by name, revision or id."""
    prefix, colon, _ = text.partition(":")
    if (colon and prefix in KINDS) or Path(text).exists():
        return side_of(parse_target(text))
    return manifest_of(text)
