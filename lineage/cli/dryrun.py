"""What ``lineage retrain --dry-run`` prints: lines of shell that do the same, but for watching and capturing."""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lineage.cli.rerun import Ground
from lineage.model.retraining import Job
from lineage.report.text import printable

Line = tuple[Job, Sequence[str]]
"""A job, and the words that it would run: without secrets, as they may be told."""


def script_of(todo: Iterable[Line], ground: Ground, place: Path | None, commit: str) -> list[str]:
    """The lines, in order; with a ``place`` first the one that makes the work tree there, if there is none yet."""
    root = ground.root if place is None else Path(os.path.realpath(place))
    lines = [] if place is None or root.exists() else [f"git worktree add --detach {shlex.quote(str(root))} {commit}"]
    for job, words in todo:
        lines += _lines(job, words, ground, root)
    return lines


def _lines(job: Job, words: Sequence[str], ground: Ground, root: Path) -> Iterator[str]:
    for one in job.models:
        yield f"# {printable(one.stored.manifest.name)}: {printable('; '.join(one.reasons))}"
    before = ground.activation.as_shell(ground.given())
    command = " ".join([*([before] if before else []), shlex.join(words)])
    yield f"cd {shlex.quote(str(root / job.directory))} && {command}"
