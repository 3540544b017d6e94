"""``lineage show``."""

import os
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.bundled import bundle_options, check_bundled, write_bundle
from lineage.cli.emit import Progress, answer, style_of
from lineage.cli.options import answer_options, trust_option
from lineage.cli.targets import manifest_of
from lineage.errors import InputError, RepositoryError
from lineage.manifest.log import Difference
from lineage.model.manifest import StoredManifest, log_path
from lineage.model.report import Shown
from lineage.report.manifest import render_manifest


@click.command("show")
@click.argument("manifest", required=False)
@click.option("--problems", is_flag=True, help="Look up what is not reproducible about it, as of now.")
@click.option(
    "--remote",
    is_flag=True,
    help="With --problems: also ask git's remotes for the commit, DVC's default one for the weights.",
)
@trust_option
@bundle_options
@answer_options
def command(
    manifest: str | None,
    problems: bool,
    remote: bool,
    trust_config: bool,
    bundle: Path | None,
    with_weights: bool,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Read MANIFEST: a path, a model's unique name, REV:PATH or sha256:PREFIX; left out, the only one there is.

    With --problems: is its commit published, are its weights there, whole and tracked? Exits 1 when there is any
    problem, one of the capture itself included; 3 when a remote could not be asked without --trust-config.
    """
    if remote and not problems:
        raise InputError("--remote goes with --problems")
    if trust_config and not remote:
        raise InputError("--trust-config goes with --remote")
    check_bundled(bundle, with_weights)
    stored = manifest_of(manifest)
    shown = Shown(stored=stored)
    if problems:
        from lineage.catalogue.problems import problems_now
        from lineage.config import project_root

        root, today = project_root(Path(stored.path).absolute().parent, os.environ), datetime.now(UTC).date()
        differing = _differing(stored, today)
        with Progress("reading weights", quiet, lambda: sum(one.size for one in stored.manifest.weights)) as advance:
            shown = problems_now(
                stored,
                root=root,
                remote=remote,
                trusts_config=trust_config,
                today=today,
                differing=differing,
                advance=advance,
            )
    if bundle is not None:
        write_bundle(stored, bundle, with_weights, quiet)
    answer(render_manifest(shown, form, style_of(verbose, output)), output)
    if any(one.code == "code.remote-unreached" for one in shown.now):
        return exits.UNDECIDED
    found = shown.now or stored.manifest.problems
    return exits.NOT_GOOD if problems and found else exits.GOOD


def _differing(stored: StoredManifest, today: date) -> Collection[Difference] | None:
    """What the work tree makes due of the model, by the policy there; ``None`` where nothing is accepted or known."""
    if not log_path(Path(stored.path)).is_file():
        return None
    from lineage.checking.assess import assess
    from lineage.checking.revisions.readings import Readings, kept_readings
    from lineage.checking.revisions.revision import at_worktree
    from lineage.config import load_policy, project_root
    from lineage.git.objects import GitObjects
    from lineage.manifest.log import read_calls
    from lineage.model.outside import Outside
    from lineage.system.files import read_document

    path = log_path(Path(stored.path))
    rules, _ = load_policy(project_root(Path(stored.path).absolute().parent, os.environ))
    try:
        with GitObjects(Path(stored.path).absolute().parent) as objects:
            head = at_worktree(objects, Readings(objects.blob, kept_readings(objects)))
            calls = (one for one in read_calls(read_document(path, "log"), str(path)) if one.manifest == stored.id)
            found = assess(stored.manifest, head, rules, today, outside=Outside(called=tuple(calls)))
    except (InputError, RepositoryError):  # told by what looks these up for themselves
        return None
    due = {(one.subject, one.recorded, one.observed) for one in found.due}
    return due | {(one.subject, one.recorded, one.observed) for one in found.accepted}
