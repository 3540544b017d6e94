"""May this model be served there? Manifest + target + policy → report. Nothing is written, nothing installed."""

from collections.abc import Callable
from datetime import date

from lineage.comparing_weights import Advance, WeightsPlace, compare_weights
from lineage.model.manifest import Manifest, StoredManifest
from lineage.model.report import Checked, Report, Side
from lineage.portable.compare import IDENTITIES, combine, compare
from lineage.portable.environment import Observation
from lineage.portable.judge import judge
from lineage.portable.policy import Policy, verify_tolerance
from lineage.sources.base import Source


def verify(
    stored: StoredManifest,
    source: Source,
    policy: Policy,
    *,
    today: date,
    weights: WeightsPlace,
    policy_name: str = "defaults",
    advance: Advance | None = None,
) -> Report:
    """The verdict on serving a recorded model in a target. Raises ``InputError`` and ``ObservationError``."""
    manifest = stored.manifest
    judged = _judged_names(manifest, policy)
    observation = source.observe(judged)
    compared = compare(manifest.environment, observation, judged)
    files, looked = compare_weights(manifest.weights, policy.verify.files, weights, advance)
    verdict = judge(combine(compared, files), policy, manifest.name, today)
    counted = dict(compared.counted)
    return Report(
        command="verify",
        verdict=verdict.outcome,
        recorded=manifest_side(stored),
        observed=observed_side(observation),
        policy=policy_name,
        checked=Checked(
            packages=sum(counted.values()),
            by=tuple((key, counted.get(key, 0)) for key in IDENTITIES),
            files=0 if looked in ("skipped", "missing") else len(manifest.weights),
            weights=looked,
        ),
        findings=verdict.findings,
        unknown=verdict.unknown,
        accepted=verdict.accepted,
        notes=stored.notes,
    )


def manifest_side(stored: StoredManifest) -> Side:
    """A manifest as one side of a report."""
    environment = stored.manifest.environment
    return Side(
        kind="manifest",
        location=stored.path,
        python=environment.python,
        implementation=environment.implementation,
        id=stored.id,
        name=stored.manifest.name,
    )


def observed_side(observation: Observation) -> Side:
    """An observed target as one side of a report."""
    return Side(
        kind=observation.kind,
        location=observation.location,
        python=observation.environment.python,
        implementation=observation.environment.implementation,
        executed=observation.executed,
    )


def _judged_names(manifest: Manifest, policy: Policy) -> Callable[[str], bool]:
    """Identities are read only for packages whose difference could matter."""
    judged = {
        package.name for package in manifest.environment.packages if verify_tolerance(policy.verify, package) != "any"
    }
    return judged.__contains__
