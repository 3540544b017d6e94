"""``--bundle FILE``: the model in one file, beside the answer of a command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lineage.cli.emit import Progress, say
from lineage.cli.options import PATH, checked_place
from lineage.code.snapshots.rules import megabytes
from lineage.model.manifest import StoredManifest

Command = TypeVar("Command", bound=Callable[..., Any])


def bundle_options(command: Command) -> Command:
    """``--bundle``, ``--with-weights``."""
    for option in (_with_weights, _bundle):
        command = option(command)
    return command


def _checked(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """Found out before any work, as for an answer."""
    path = checked_place(ctx, param, path)
    if path is not None and path.exists():
        from lineage.sharing.bundle import check_replaceable

        check_replaceable(path)
    return path


_bundle = click.option(
    "--bundle",
    type=PATH,
    callback=_checked,
    metavar="FILE",
    help="Also write FILE, manifest and commit for lineage import where nothing can be pushed.",
)
_with_weights = click.option("--with-weights", is_flag=True, help="With --bundle: the weights too.")


def check_bundled(path: Path | None, with_weights: bool) -> None:
    """Refuse what goes with --bundle only. Raises ``click.UsageError``."""
    if with_weights and path is None:
        raise click.UsageError("--with-weights goes with --bundle")


def write_bundle(stored: StoredManifest, path: Path, with_weights: bool, quiet: bool) -> None:
    """The bundle of a manifest, and what whoever imports it has to know."""
    from lineage.sharing.bundle import bundle

    total = sum(one.size for one in stored.manifest.weights) * 2 if with_weights else 0  # hashed, then copied
    with Progress("bundling", quiet, lambda: total) as advance:
        done = bundle(stored, path, with_weights=with_weights, advance=advance)
    files = f"{len(done.index.members)} files" if len(done.index.members) > 1 else "the manifest"
    say(f"bundle: {path} ({files}, {megabytes(path.stat().st_size)})", quiet)
    if done.index.member("code.bundle") is None:
        say(f"bundle: leaves out {done.index.commit}, which a remote has", quiet)
    if done.lacks:
        say(f"bundle: this clone is shallow: importing needs {', '.join(done.lacks)}", quiet)
    for one in done.submodules:
        say(
            f"bundle: the commit of the submodule {one} is not in it: lineage show --problems tells how to push it",
            quiet,
        )
