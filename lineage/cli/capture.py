"""``lineage capture``."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.capturing import Captured, CaptureRequest, capture
from lineage.cli import exits
from lineage.cli.emit import Progress, answer, say
from lineage.cli.options import PATH, answer_options, policy_option
from lineage.cli.targets import examinable, interpreter_option, target_of
from lineage.cli.values import labels_of, read_values
from lineage.config import find_root, load_policy
from lineage.model.manifest import EMPTY, StoredManifest
from lineage.report.captured import render_captured
from lineage.store.files import write_manifest
from lineage.weights.measure import size_of


@click.command("capture")
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")
@click.option(
    "--from",
    "target",
    metavar="TARGET",
    help="The training environment, python:PATH or dir:PATH.  "
    "[default: the active one, the project's .venv, python on PATH]",
)
@interpreter_option
@click.option(
    "-o", "--manifest", "manifest", type=PATH, metavar="FILE", help="The manifest.  [default: beside the weights]"
)
@click.option("--name", metavar="NAME", help="The model's name.  [default: the path without its suffix]")
@click.option(
    "--entry", type=PATH, metavar="FILE", help="The training script.  [default: of the DVC stage, else train.py]"
)
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of your own; may be repeated.")
@click.option("--metrics", type=PATH, metavar="FILE", help="Metrics of the run: JSON, TOML or YAML.")
@click.option("--params", type=PATH, metavar="FILE", help="Parameters of the run: JSON, TOML or YAML.")
@click.option("--no-cache", is_flag=True, help="Read weights again that did not change since an earlier capture.")
@click.option("--track", is_flag=True, help="Also let DVC track the weights: dvc add.")
@policy_option
@answer_options
def command(
    paths: tuple[Path, ...],
    target: str | None,
    interpreter: str | None,
    manifest: Path | None,
    name: str | None,
    entry: Path | None,
    labels: tuple[str, ...],
    metrics: Path | None,
    params: Path | None,
    no_cache: bool,
    track: bool,
    policy: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """After training: write the manifest of the weights at PATH, files or directories of one model.

    It records the commit, the hash of the weights and the exact environment of the target, and stands beside the
    weights as PATH.lineage.toml, for you to commit. The environment is only read: nothing is installed in it.
    """
    root = find_root(paths[0].parent)
    rules, _ = load_policy(root, policy)
    request = CaptureRequest(
        paths=paths,
        output=manifest,
        name=name,
        entry=entry,
        labels=labels_of(labels),
        metrics=EMPTY if metrics is None else read_values(metrics, "metrics"),
        params=EMPTY if params is None else read_values(params, "parameters"),
        generated=() if metrics is None else (metrics,),
        models=rules.models,
        cached=not no_cache,
    )
    chosen = target_of(target, root)
    say(f"environment: {chosen}", quiet)
    with Progress("reading weights", quiet, lambda: sum(map(size_of, paths))) as advance:
        captured = capture(request, examinable(chosen, interpreter), now=datetime.now(UTC), advance=advance)
    if track:
        _track(captured, root, quiet)
    stored, changed = write_manifest(captured.manifest, Path(os.path.relpath(captured.path)))
    _narrate(captured, stored, changed, quiet)
    answer(render_captured(stored, changed, captured.entry, form), output)
    return exits.GOOD


def _track(captured: Captured, root: Path | None, quiet: bool) -> None:
    from lineage.weights.remote import track as dvc_add

    for one in captured.manifest.weights:
        say(f"tracking: dvc add {one.path}", quiet)
        dvc_add(root or Path.cwd(), one.path)


def _narrate(captured: Captured, stored: StoredManifest, changed: bool, quiet: bool) -> None:
    say(f"entry: {captured.entry}", quiet)
    say(f"packages: {len(stored.manifest.environment.packages)} ({_uses(stored)})", quiet)
    for problem in stored.manifest.problems:
        say(f"problem: {problem.code}: {problem.subject}: {problem.detail}", quiet)
    say(f"{'written' if changed else 'unchanged'}: {stored.id[:19]}", quiet)


def _uses(stored: StoredManifest) -> str:
    counted: dict[str, int] = {}
    for package in stored.manifest.environment.packages:
        counted[package.use] = counted.get(package.use, 0) + 1
    return ", ".join(f"{number} {use}" for use, number in sorted(counted.items())) or "none"
