"""``lineage verify``."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import Progress, publish, style_of
from lineage.cli.options import PATH, policy_option, report_options
from lineage.cli.targets import against_option, interpreter_option, manifest_of, observable, target_of
from lineage.comparing_weights import WeightsPlace
from lineage.config import find_root, load_policy
from lineage.errors import InputError
from lineage.model.manifest import StoredManifest
from lineage.verifying import verify


@click.command("verify")
@click.argument("manifest", required=False)
@against_option
@interpreter_option
@click.option("--weights", type=PATH, metavar="PATH", help="Where the weights lie.  [default: beside the manifest]")
@click.option("--no-weights", is_flag=True, help="Do not look at the weights; the report says so.")
@click.option("--cached", is_flag=True, help="Do not read weights again that did not change since their capture.")
@click.option("--deep", is_flag=True, help="Compare every installed file with its RECORD too.")
@policy_option
@report_options
def command(
    manifest: str | None,
    target: str | None,
    interpreter: str | None,
    weights: Path | None,
    no_weights: bool,
    cached: bool,
    deep: bool,
    policy: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """May the model of MANIFEST be served in the target?

    MANIFEST is a path, a model's unique name, REV:PATH or sha256:PREFIX; left out, the only one of the repository.

    Exits 0 when the target fits, 1 when it does not, 3 when it could not be decided.
    """
    if weights is not None and no_weights:
        raise InputError("--weights and --no-weights exclude each other")
    stored = manifest_of(manifest)
    root = find_root(_directory(stored))
    rules, policy_name = load_policy(root, policy)
    source = observable(target_of(target, root), stored.manifest.environment, interpreter)
    place = WeightsPlace(named=weights, beside=_directory(stored), root=root, skip=no_weights)
    if cached:
        from lineage.weights.cache import known_digests

        place = replace(place, known=known_digests(root))
    total = None if deep else sum(one.size for one in stored.manifest.weights)
    with Progress("reading files" if deep else "reading weights", quiet, lambda: total) as advance:
        report = verify(
            stored,
            source,
            rules,
            today=datetime.now(UTC).date(),
            weights=place,
            policy_name=policy_name,
            advance=advance,
            deep=deep,
        )
    publish(report, form, style_of(verbose, output), output)
    return exits.of_verdict(report.verdict)


def _directory(stored: StoredManifest) -> Path:
    """Where the manifest lies; one read from a revision lies nowhere, so the working directory stands for it."""
    path = Path(stored.path)
    return path.parent if path.is_file() else Path.cwd()
