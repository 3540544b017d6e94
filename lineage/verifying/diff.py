"""Two manifests or targets, side by side: every difference, judged by nothing."""

from lineage.model.manifest import StoredManifest
from lineage.model.report import Checked, Report, Side
from lineage.portable.compare import IDENTITIES, Change, Comparison, combine, compare
from lineage.portable.environment import Observation
from lineage.portable.judge import REASONS, by_subject, found
from lineage.targets.manifest_source import RecordedSource
from lineage.targets.source import Source
from lineage.verifying.manifests import compare_manifests
from lineage.verifying.verify import manifest_side, observed_side


def diff(left: Source | StoredManifest, right: Source | StoredManifest) -> Report:
    """What differs from ``left`` (recorded) to ``right`` (observed).

    Of two manifests also weights, code, parameters and metrics. ``fail`` when something differs, ``undecided`` when
    something could not be compared, else ``pass``. Raises ``InputError`` and ``ObservationError``.
    """
    recorded, recorded_side = _observe(left)
    observed, side = _observe(right)
    compared = compare(recorded.environment, observed)
    if isinstance(left, StoredManifest) and isinstance(right, StoredManifest):
        compared = combine(compared, Comparison(compare_manifests(left.manifest, right.manifest)))
    changes = sorted(compared.changes, key=lambda one: (one.subject, one.code))
    unknown = by_subject((*compared.unknown, *recorded.unknown))
    counted = dict(compared.counted)
    return Report(
        command="diff",
        verdict="fail" if changes else "undecided" if unknown else "pass",
        recorded=recorded_side,
        observed=side,
        policy="",
        checked=Checked(packages=sum(counted.values()), by=tuple((key, counted.get(key, 0)) for key in IDENTITIES)),
        findings=tuple(found(change, "note", _reason(change)) for change in changes),
        unknown=unknown,
    )


def _observe(side: Source | StoredManifest) -> tuple[Observation, Side]:
    if isinstance(side, StoredManifest):
        return RecordedSource(side).observe(), manifest_side(side)
    observation = side.observe()
    return observation, observed_side(observation)


def _reason(change: Change) -> str:
    """The use that a manifest records; an interpreter records none."""
    return REASONS[change.use] if change.use not in (None, "unknown") else ""
