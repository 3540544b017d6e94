"""``lineage capture``."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from lineage.capturing.capture import Captured, CaptureRequest, capture
from lineage.cli import exits
from lineage.cli.bundled import bundle_options, check_bundled, write_bundle
from lineage.cli.emit import Progress, answer, say
from lineage.cli.narration import narrate
from lineage.cli.options import PATH, answer_options, interpreter_option, policy_option
from lineage.cli.targets import examinable, target_of
from lineage.cli.values import labels_of, read_values
from lineage.code.ci_build import read_builds
from lineage.config import load_policy, project_root
from lineage.manifest.files import write_manifest
from lineage.model.manifest import EMPTY
from lineage.report.manifest import render_captured
from lineage.weights.measure import size_of


@click.command("capture")
@click.argument("paths", nargs=-1, type=PATH, metavar="PATH...")
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
@click.option(
    "--serve", metavar="CMD", help="First run this, which loads the model and predicts: what it loads is `served`."
)
@click.option("--run", "run_id", metavar="ID", help="Finish the capture of a run of lineage run that succeeded.")
@click.option("--no-cache", is_flag=True, help="Read weights again that did not change since an earlier capture.")
@click.option("--no-snapshot", is_flag=True, help="Record no commit where files differ from HEAD.")
@click.option("--track", is_flag=True, help="Also let DVC track the weights: dvc add.")
@bundle_options
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
    serve: str | None,
    run_id: str | None,
    no_cache: bool,
    no_snapshot: bool,
    track: bool,
    bundle: Path | None,
    with_weights: bool,
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
    check_bundled(bundle, with_weights)
    if run_id is not None:
        if bundle is not None:
            raise click.UsageError("--run may finish several models: lineage show MANIFEST --bundle afterwards")
        if no_snapshot:
            raise click.UsageError("--run has the code of the run: leave --no-snapshot out")
        if target is not None or interpreter is not None:
            raise click.UsageError("--run has the environment of the run: leave --from and --interpreter out")
        from lineage.cli.finishing import FinishOptions, finish_kept

        options = FinishOptions(
            models=paths,
            manifest=manifest,
            name=name,
            entry=entry,
            labels=labels_of(labels),
            metrics=metrics,
            params=params,
            serve=serve,
            policy=policy,
        )
        finished = finish_kept(run_id, options, quiet)
        if track:
            for one, _, _ in finished:
                _track(one, project_root(Path.cwd(), os.environ), quiet)
        answer("".join(render_captured(stored, changed, one.entry, form) for one, stored, changed in finished), output)
        return exits.GOOD
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    root = project_root(paths[0].parent, os.environ)
    rules, _ = load_policy(root, policy)
    request = CaptureRequest(
        paths=paths,
        output=manifest,
        name=name,
        entry=entry,
        labels=labels_of(labels),
        metrics=EMPTY if metrics is None else read_values(metrics, "metrics"),
        params=EMPTY if params is None else read_values(params, "parameters"),
        generated=tuple(path for path in (metrics, bundle) if path is not None),
        models=rules.models,
        snapshot_limit=None if no_snapshot else rules.snapshot.limit,
        builds=read_builds(os.environ),
        cached=not no_cache,
    )
    chosen = target_of(target, root)
    say(f"environment: {chosen}", quiet)
    if serve is not None:
        from lineage.cli.finishing import serve_alone

        request = replace(request, serving=serve_alone(serve, root or Path.cwd(), quiet))
    with Progress("reading weights", quiet, lambda: sum(map(size_of, paths))) as advance:
        captured = capture(request, examinable(chosen, interpreter), now=datetime.now(UTC), advance=advance)
    if track:
        _track(captured, root, quiet)
    stored, changed = write_manifest(captured.manifest, Path(os.path.relpath(captured.path)))
    narrate(captured, stored, changed, quiet)
    if bundle is not None:
        write_bundle(stored, bundle, with_weights, quiet)
    answer(render_captured(stored, changed, captured.entry, form), output)
    return exits.GOOD


def _track(captured: Captured, root: Path | None, quiet: bool) -> None:
    from lineage.dvc.repro import track as dvc_add

    for one in captured.manifest.weights:
        say(f"tracking: dvc add {one.path}", quiet)
        dvc_add(root or Path.cwd(), one.path)
