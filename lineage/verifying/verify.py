"""May this model be served there? Manifest + target + policy → report. Nothing is written, nothing installed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from lineage.errors import InputError
from lineage.model.manifest import Manifest, StoredManifest
from lineage.model.report import Checked, Report, Side
from lineage.portable.compare import IDENTITIES, Comparison, combine, compare
from lineage.portable.environment import REPOSITORY, Observation
from lineage.portable.judge import judge
from lineage.portable.policy import Accept, Policy, verify_tolerance
from lineage.targets.source import ExaminableSource, Examination, Source
from lineage.verifying.weights import Advance, WeightsPlace, compare_weights

if TYPE_CHECKING:
    from lineage.verifying.code import CodePlace


def verify(
    stored: StoredManifest,
    source: Source,
    policy: Policy,
    *,
    today: date,
    weights: WeightsPlace,
    code: "CodePlace | None" = None,
    policy_name: str = "defaults",
    advance: Advance | None = None,
    deep: bool = False,
    accepts: Sequence[Accept] = (),
) -> Report:
    """The verdict on serving a recorded model in a target. Raises ``InputError`` and ``ObservationError``.

    ``code``: where the served code lies; ``None``: it is not compared. ``deep``: every installed file of the target is
    compared with its RECORD too. ``accepts``: what stands in the log beside the manifest; those of other manifests do
    not count.
    """
    manifest = _as_served(stored.manifest)
    judged = _judged_names(manifest, policy)
    examination = _examine(source) if deep else None
    observation = source.observe(judged) if examination is None else examination.observation
    compared = compare(manifest.environment, observation, judged)
    if any(change.code == "package-absent" for change in compared.changes):
        from lineage.verifying.packages import name_other_providers

        compared = name_other_providers(compared, manifest.environment, observation, source)
    installed = None
    if examination is not None:
        by_file, installed = _compare_files(manifest, judged, examination, advance)
        compared = combine(compared, by_file)
    own = [one for one in accepts if one.manifest == stored.id]
    files, looked = compare_weights(manifest.weights, policy.verify.files, weights, advance)
    own_code, code_files = _compare_code(manifest, policy, code)
    verdict = judge(combine(compared, files, own_code), policy, manifest.name, today, own)
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
            installed=installed,
            code="skipped" if code is None else policy.verify.code,
            code_files=code_files,
        ),
        findings=verdict.findings,
        unknown=verdict.unknown,
        accepted=verdict.accepted,
        notes=stored.notes,
    )


def _compare_code(manifest: Manifest, policy: Policy, place: "CodePlace | None") -> tuple[Comparison, int]:
    if place is None:
        return Comparison(), 0
    from lineage.verifying.code import compare_code  # dear to import, and hardly any gate asks

    return compare_code(manifest.code, policy.verify.code, place)


def _as_served(manifest: Manifest) -> Manifest:
    """Where a serving command was watched, what it did not load matters no more, unless the weights name it."""
    if "serve" not in manifest.run:
        return manifest
    environment = manifest.environment
    packages = tuple(
        one if one.use in ("weights", "served") else one._replace(use="present") for one in environment.packages
    )
    return replace(manifest, environment=environment._replace(packages=packages))


def _examine(source: Source) -> Examination:
    if not isinstance(source, ExaminableSource):
        observation = source.observe(lambda name: False)
        raise InputError(
            "has no installed files to look at",
            where=f"{observation.kind}:{observation.location}",
            hint="leave --deep out, or name an environment: python:PATH",
        )
    return source.examine()


def _compare_files(
    manifest: Manifest, judged: Callable[[str], bool], examination: Examination, advance: Advance | None
) -> tuple[Comparison, int]:
    """What the model's own repository provides is code, and judged as files of its own."""
    from lineage.verifying.installed_files import compare_files

    packages = manifest.environment.packages
    own = {package.name for package in packages if (package.origin or "").startswith(REPOSITORY)}
    uses = {package.name: package.use for package in packages}
    return compare_files(examination, uses, lambda name: judged(name) and name not in own, advance)


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
