"""All models of a repository, what they need now, and the history of one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lineage.errors import InputError
from lineage.git.repository import GitRepository
from lineage.manifest.files import parse_manifest, read_manifest
from lineage.model.manifest import StoredManifest
from lineage.model.plan import ModelPlan, Plan
from lineage.model.report import HistoryRow, ModelRow
from lineage.verifying.diff import diff


def models(root: Path, paths: Sequence[str]) -> tuple[ModelRow, ...]:
    """The manifests at these paths, POSIX from the root; one that cannot be read is a row with its error."""
    rows = []
    for path in paths:
        try:
            rows.append(ModelRow(path=path, stored=read_manifest(root / path)))
        except InputError as error:
            rows.append(ModelRow(path=path, error=error.message))
    return tuple(rows)


def with_actions(rows: Sequence[ModelRow], plan: Plan) -> tuple[ModelRow, ...]:
    """The same with what a plan asks for."""
    plans = {one.manifest: one for one in plan.models}
    return tuple(_with_action(row, plans[row.path]) if row.path in plans else row for row in rows)


def _with_action(row: ModelRow, plan: ModelPlan) -> ModelRow:
    reasons = tuple(one.message for one in plan.reasons if one.action == plan.action)
    return replace(row, action=plan.action, reasons=reasons)


def history(repository: GitRepository, path: Path) -> tuple[HistoryRow, ...]:
    """The commits that changed a manifest, newest first, each with what changed since the one before it."""
    relative = (path.absolute().parent.resolve() / path.name).relative_to(repository.root).as_posix()
    rows: list[HistoryRow] = []
    before: StoredManifest | None = None
    for revision in reversed(repository.history(relative)):
        stored, error = _at(repository, revision.commit, relative)
        changes = () if before is None or stored is None else _changes(before, stored)
        rows.append(
            HistoryRow(
                commit=revision.commit,
                when=revision.when,
                summary=revision.summary,
                stored=stored,
                error=error,
                changes=changes,
            )
        )
        before = stored or before
    return tuple(reversed(rows))


def _at(repository: GitRepository, commit: str, path: str) -> tuple[StoredManifest | None, str]:
    content = repository.read_at(commit, path)
    if content is None:
        return None, "removed"
    try:
        return parse_manifest(content, f"{commit[:12]}:{path}"), ""
    except InputError as error:
        return None, error.message


def _changes(before: StoredManifest, after: StoredManifest) -> tuple[str, ...]:
    return tuple(finding.message for finding in diff(before, after).findings)
