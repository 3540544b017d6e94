"""``lineage capture``: of weights that are there, or of a run whose capture failed."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lineage.capturing.capture import capture
from lineage.capturing.request import CaptureRequest, read_values
from lineage.capturing.write import track, write
from lineage.cli import exits, options
from lineage.cli.bundled import bundle_options, check_bundled, write_bundle
from lineage.cli.emit import Narration, answer
from lineage.cli.run import ModelOptions, labels_of
from lineage.cli.targets import UNEXECUTED, examinable, target_of
from lineage.code.ci_build import read_builds
from lineage.config import load_policy, project_root
from lineage.model.manifest import EMPTY
from lineage.report.manifest import render_captured
from lineage.targets.spec import parse_target
from lineage.weights.measure import size_of


@dataclass(frozen=True, kw_only=True)
class CaptureOptions(options.Answering, ModelOptions):
    """What was typed."""

    paths: tuple[Path, ...]
    target: str | None
    interpreter: str | None
    run_id: str | None
    no_cache: bool
    no_snapshot: bool
    force: bool
    track: bool
    bundle: Path | None
    with_weights: bool


@click.command("capture")
@click.argument("paths", nargs=-1, type=options.PATH, metavar="PATH...")
@click.option(
    "--from",
    "target",
    metavar="TARGET",
    help="The training environment, python:PATH or dir:PATH.  "
    "[default: the active one, the project's .venv, python on PATH]",
)
@options.interpreter_option
@options.naming_options
@click.option(
    "--entry",
    type=options.PATH,
    metavar="FILE",
    help="The training script.  [default: of the DVC stage, else train.py]",
)
@options.label_option
@click.option("--metrics", type=options.PATH, metavar="FILE", help="Metrics of the run: JSON, TOML or YAML.")
@click.option("--params", type=options.PATH, metavar="FILE", help="Parameters of the run: JSON, TOML or YAML.")
@click.option(
    "--serve", metavar="CMD", help="First run this, which loads the model and predicts: what it loads is `served`."
)
@click.option("--run", "run_id", metavar="ID", help="Finish the capture of a run of lineage run that succeeded.")
@click.option("--no-cache", is_flag=True, help="Read weights again that did not change since an earlier capture.")
@options.no_snapshot_option
@click.option(
    "--force",
    is_flag=True,
    help="Record weights of the committed manifest as made of other packages, code or inputs; a problem tells it.",
)
@click.option("--track", is_flag=True, help="Also let DVC track the weights: dvc add.")
@bundle_options
@options.policy_option
@options.answer_options
def command(**typed: Any) -> int:
    """After training: write the manifest of the weights at PATH, files or directories of one model.

    It records the commit, the hash of the weights and the exact environment of the target, and stands beside the
    weights as PATH.lineage.toml, for you to commit. The environment is only read: nothing is installed in it.
    """
    asked = CaptureOptions(**typed)
    check_bundled(asked.bundle, asked.with_weights)
    if asked.run_id is not None:
        return _finish(asked, asked.run_id)
    if not asked.paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    return _capture(asked)


def _finish(asked: CaptureOptions, run_id: str) -> int:
    """``lineage capture --run ID``"""
    if asked.bundle is not None:
        raise click.UsageError("--run may finish several models: lineage show MANIFEST --bundle afterwards")
    if asked.no_snapshot:
        raise click.UsageError("--run has the code of the run: leave --no-snapshot out")
    from lineage.capturing.finish import finish_kept

    narration = Narration(asked.quiet)
    named = None if asked.target is None else examinable(parse_target(asked.target), asked.interpreter)
    request = replace(asked.request(asked.paths), force=asked.force)
    if named is not None:
        request = replace(request, source=lambda _: named, is_named=True)
    finished = finish_kept(run_id, request, narration)
    for one, _, _ in finished if asked.track else ():
        track(one, project_root(Path.cwd(), os.environ) or Path.cwd(), narration)
    found = [(stored, changed, one.entry) for one, stored, changed in finished]
    answer(render_captured(found, asked.form), asked.output)
    return exits.GOOD


def _capture(asked: CaptureOptions) -> int:
    """``lineage capture PATH…``"""
    root = project_root(asked.paths[0].parent, os.environ)
    rules, _ = load_policy(root, asked.policy)
    narration = Narration(asked.quiet)
    request = CaptureRequest(
        paths=asked.paths,
        output=asked.manifest,
        name=asked.name,
        entry=asked.entry,
        labels=labels_of(asked.labels),
        metrics=EMPTY if asked.metrics is None else read_values(asked.metrics, "metrics"),
        params=EMPTY if asked.params is None else read_values(asked.params, "parameters"),
        generated=tuple(path for path in (asked.metrics, asked.bundle) if path is not None),
        models=rules.models,
        snapshot_limit=None if asked.no_snapshot else rules.snapshot.limit,
        builds=read_builds(os.environ),
        force=asked.force,
        cached=not asked.no_cache,
    )
    chosen = target_of(asked.target, root)
    narration.tell(f"environment: {chosen}")
    if asked.target is None and chosen.kind == "dir":
        narration.tell(f"{chosen} {UNEXECUTED}")
    if asked.serve is not None:
        from lineage.capturing.finish import serve_alone

        request = replace(request, serving=serve_alone(asked.serve, root or Path.cwd(), narration))
    with narration.reading("reading weights", lambda: sum(map(size_of, asked.paths))) as advance:
        captured = capture(request, examinable(chosen, asked.interpreter), now=datetime.now(UTC), advance=advance)
    if asked.track:
        track(captured, root or Path.cwd(), narration)
    stored, changed = write(captured, Path(os.path.relpath(captured.path)), narration)
    if asked.bundle is not None:
        write_bundle(stored, asked.bundle, asked.with_weights, asked.quiet)
    answer(render_captured([(stored, changed, captured.entry)], asked.form), asked.output)
    return exits.GOOD
