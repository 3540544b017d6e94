"""What ``lineage verify`` does once its words are read: values from what was typed, the verdict, the answer."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from lineage.cli import exits
from lineage.cli.emit import Progress, publish, say, style_of
from lineage.cli.targets import UNEXECUTED, manifest_of, observable, target_of
from lineage.config import load_policy, project_root
from lineage.errors import LineageError
from lineage.model.manifest import StoredManifest, log_path
from lineage.model.report import Report
from lineage.portable.policy import Accept
from lineage.targets.source import Source
from lineage.verifying.packages import Packages
from lineage.verifying.verify import Comparator, verify
from lineage.verifying.weights import WeightsPlace


class Asked(NamedTuple):
    """The options of ``lineage verify`` that bear on its verdict, as typed."""

    manifest: str | None
    target: str | None
    interpreter: str | None
    weights: Path | None
    no_weights: bool
    cached: bool
    code: Path | None
    deep: bool
    policy: Path | None


def answer(asked: Asked, source: Source | None, form: str, output: Path | None, quiet: bool, verbose: bool) -> int:
    """Verify and answer; the exit code. ``source``: the target, where it was begun to be observed already."""
    stored = manifest_of(asked.manifest)
    root = project_root(_directory(stored), os.environ)
    rules, policy_name = load_policy(root, asked.policy)
    if source is None:
        target = target_of(asked.target, root)
        if asked.target is None and target.kind == "dir":
            say(f"{target} {UNEXECUTED}", quiet)
        source = observable(target, stored.manifest.environment, asked.interpreter)
    accepts = _accepts(stored)
    is_own_installed = stored.manifest.has_own_packages
    comparators = _comparators(asked, _directory(stored), root, is_own_installed=is_own_installed)
    total = None if asked.deep else sum(one.size for one in stored.manifest.weights)
    with Progress("reading files" if asked.deep else "reading weights", quiet, lambda: total) as advance:
        report = verify(
            stored,
            source,
            comparators,
            rules,
            today=datetime.now(UTC).date(),
            policy_name=policy_name,
            advance=advance,
            accepts=accepts,
        )
    report = _uncommitted(report, accepts, stored, root)
    publish(report, form, style_of(verbose, output), output)
    return exits.of_verdict(report.verdict)


def _comparators(asked: Asked, beside: Path, root: Path | None, *, is_own_installed: bool) -> tuple[Comparator, ...]:
    """What is compared; only what was asked for is imported."""
    weights = WeightsPlace(named=asked.weights, beside=beside, root=root, skip=asked.no_weights)
    if asked.cached:
        from lineage.weights.cache import known_digests

        weights = replace(weights, known=known_digests(root))
    chosen: list[Comparator] = [Packages(), weights]
    if asked.deep:
        from lineage.verifying.installed_files import InstalledFiles

        chosen.insert(1, InstalledFiles())  # before the weights, which may be large
    if asked.code is not None or is_own_installed:
        from lineage.verifying.code import CodePlace

        chosen.append(CodePlace(directory=asked.code, repository=root))
    return tuple(chosen)


def _accepts(stored: StoredManifest) -> tuple[Accept, ...]:
    """What stands in the log beside the manifest; one read from a revision has none here."""
    path = log_path(Path(stored.path))
    if not path.is_file():
        return ()
    from lineage.manifest.log import read_log

    return read_log(path.read_bytes(), str(path))


def _uncommitted(report: Report, accepts: Sequence[Accept], stored: StoredManifest, root: Path | None) -> Report:
    """The report, saying of each accept that was honoured whether others can see it."""
    let = {(one.subject, one.recorded, one.observed, one.reason) for one in report.accepted}
    honoured = [one for one in accepts if (one.subject, one.recorded, one.observed, one.because) in let]
    if not honoured or root is None:
        return report
    known = _committed(log_path(Path(stored.path)), root)
    notes = [f"the accept of {one.subject} is not committed" for one in honoured if one not in known]
    return replace(report, notes=(*report.notes, *dict.fromkeys(notes)))


def _committed(path: Path, root: Path) -> tuple[Accept, ...]:
    """What the log has at HEAD; nothing where git does not tell."""
    from lineage.git.files import file_at
    from lineage.manifest.log import read_log

    try:
        place = (path.absolute().parent.resolve() / path.name).relative_to(root.resolve()).as_posix()
        content = file_at(root, "HEAD", place)
        return () if content is None else read_log(content, place)
    except (LineageError, ValueError):
        return ()


def _directory(stored: StoredManifest) -> Path:
    """Where the manifest lies; one read from a revision lies nowhere, so the working directory stands for it."""
    path = Path(stored.path)
    return path.parent if path.is_file() else Path.cwd()
