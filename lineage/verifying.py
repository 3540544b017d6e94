"""May this model be served there? Manifest + target + policy → report. Nothing is written, nothing installed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lineage.errors import InputError, WeightsError
from lineage.model.manifest import Manifest, StoredManifest
from lineage.model.report import Checked, Report, Side
from lineage.model.weights import Weights
from lineage.portable.compare import IDENTITIES, Change, Comparison, combine, compare
from lineage.portable.environment import Observation, Unknown
from lineage.portable.judge import judge
from lineage.portable.policy import Policy, verify_tolerance
from lineage.sources.base import Source

Advance = Callable[[int], None]
"""Told how many bytes were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPlace:
    """Where the weights are looked for, in this order; ``None`` where there is no such place."""

    named: Path | None = None
    """``--weights``: the file itself, or a directory that holds it"""
    beside: Path | None = None
    """the manifest's directory"""
    root: Path | None = None
    """the repository root"""
    skip: bool = False
    """``--no-weights``: they are not looked at, and the report says so"""


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
    files, looked = _compare_weights(manifest, policy, weights, advance)
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


def _compare_weights(
    manifest: Manifest, policy: Policy, place: WeightsPlace, advance: Advance | None
) -> tuple[Comparison, str]:
    """(what differs, how deep it looked)."""
    if place.skip:
        return Comparison(), "skipped"
    from lineage.weights.measure import sha256_of

    changes, unknown, missing = [], [], 0
    for one in manifest.weights:
        subject = f"weights:{one.path}"
        location = _locate(one, place, single=len(manifest.weights) == 1)
        if location is None:
            missing += 1
            unknown.append(Unknown(subject, "not found: name the place with --weights, or skip them with --no-weights"))
            continue
        try:
            found = sha256_of(location, advance=advance)
        except WeightsError as error:
            unknown.append(Unknown(subject, f"cannot be read: {error.message}"))
            continue
        if (found.sha256, found.size, found.is_directory) != (one.sha256, one.size, one.is_directory):
            recorded, observed = f"sha256:{one.sha256[:12]}", f"sha256:{found.sha256[:12]}"
            detail = f"{one.size} → {found.size} bytes" if one.size != found.size else "of the same size"
            changes.append(Change(subject, "weights-bytes", recorded, observed, "build", None, detail))
    looked = "missing" if missing == len(manifest.weights) else "bytes"
    return Comparison(tuple(changes), tuple(unknown)), looked


def _locate(weights: Weights, place: WeightsPlace, *, single: bool) -> Path | None:
    """The first place where the weights lie; the place that the user named must hold them."""
    name = weights.path.rpartition("/")[2]
    if place.named is not None:
        if not place.named.exists():
            raise InputError(
                "there are no weights", where=str(place.named), hint="name a file or directory that exists"
            )
        candidates = [place.named / weights.path, place.named / name]
        if single and (weights.is_directory or not place.named.is_dir()):
            candidates.append(place.named)
        return next((path for path in candidates if path.exists()), None)
    candidates = [] if place.beside is None else [place.beside / name]
    if place.root is not None:
        candidates.append(place.root / weights.path)
    return next((path for path in candidates if path.exists()), None)
