"""``lineage diff``."""

from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import publish, style_of
from lineage.cli.options import report_options
from lineage.cli.targets import manifest_of, side_of
from lineage.model.manifest import StoredManifest
from lineage.targets.source import Source
from lineage.targets.spec import KINDS, parse_target
from lineage.verifying.diff import diff


@click.command("diff")
@click.argument("a")
@click.argument("b")
@report_options
def command(a: str, b: str, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """Show what differs from A to B, each a manifest (also by name, REV:PATH or sha256:PREFIX) or a target.

    Exits 0 when nothing differs, 1 when something does, 3 when something could not be compared.
    """
    right = _side(b)
    left = _side(a, right)
    if not isinstance(right, StoredManifest):
        right = _side(b, left)
    report = diff(left, right)
    publish(report, form, style_of(verbose, output), output)
    return exits.of_verdict(report.verdict)


def _side(text: str, other: Source | StoredManifest | None = None) -> Source | StoredManifest:
    """A target where the text has the form of one or is a path; else a manifest by name, revision or id.

    What ``other`` records decides which rows of a lock count.
    """
    recorded = other.manifest.environment if isinstance(other, StoredManifest) else None
    prefix, colon, _ = text.partition(":")
    if (colon and prefix in KINDS) or Path(text).exists():
        return side_of(parse_target(text), recorded)
    return manifest_of(text)
