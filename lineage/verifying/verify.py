"""May this model be served there? Manifest + target + comparators + policy → report.

Nothing is written, nothing installed. A comparison is one file beside this one, and a rule of ``judge.RULES``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from lineage.errors import InputError
from lineage.model.manifest import Manifest, StoredManifest
from lineage.model.report import NOT_LOOKED_AT, Checked, Report, Side
from lineage.portable.compare import IDENTITIES, Comparison, combine, knows_variables
from lineage.portable.environment import Observation
from lineage.portable.judge import judge
from lineage.portable.policy import Accept, Policy, verify_tolerance
from lineage.portable.recorded_unknowns import recorded_unknowns, silent_record, with_told_uses
from lineage.targets.source import ExaminableSource, Examination, Source

if TYPE_CHECKING:
    from lineage.system.hashing import Advance


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What every comparison is asked."""

    manifest: Manifest
    """as it matters where it is served"""
    policy: Policy
    source: Source
    """the target"""
    observation: Observation
    """what was seen of it; the identities of those packages only that ``is_judged`` names"""
    is_judged: Callable[[str], bool]
    examination: Examination | None = None
    """where its files lie, if it has any; of all its packages the identity for a comparator that ``examines``"""
    advance: "Advance | None" = None


class Comparator(Protocol):
    """One comparison of a manifest with what is served; what it finds is judged by ``judge.RULES``."""

    examines: bool = False
    """whether it needs an examination of the target, and not only what can be observed"""

    def compare(self, asked: Inquiry) -> Comparison:
        """What differs, what cannot be told, and how deep it looked. Raises ``LineageError``."""
        ...


def verify(
    stored: StoredManifest,
    source: Source,
    comparators: Sequence[Comparator],
    policy: Policy,
    *,
    today: date,
    policy_name: str = "defaults",
    advance: "Advance | None" = None,
    accepts: Sequence[Accept] = (),
) -> Report:
    """The verdict on serving a recorded model in a target: all that the comparators find, judged.

    ``accepts``: what stands in the log beside the manifest; those of other manifests do not count. Raises
    ``InputError`` and ``ObservationError``.
    """
    manifest = _as_served(stored.manifest)
    is_judged = _judged_names(manifest, policy)
    if any(one.examines for one in comparators):
        examination: Examination | None = _examine(source)
    else:
        examination = source.examine(is_judged) if isinstance(source, ExaminableSource) else None
    observation = source.observe(is_judged) if examination is None else examination.observation
    asked = Inquiry(
        manifest=manifest,
        policy=policy,
        source=source,
        observation=observation,
        is_judged=is_judged,
        examination=examination,
        advance=advance,
    )
    packages = manifest.environment.packages
    unseen = recorded_unknowns(manifest.problems, packages) + silent_record(packages, policy.verify, manifest.name)
    found = combine(*(one.compare(asked) for one in comparators), Comparison(unknown=unseen))
    own = [one for one in accepts if one.manifest == stored.id]
    verdict = judge(found, policy, manifest.name, today, own)
    return Report(
        command="verify",
        verdict=verdict.outcome,
        recorded=manifest_side(stored),
        observed=observed_side(observation),
        policy=policy_name,
        checked=checked_of(found),
        findings=verdict.findings,
        unknown=verdict.unknown,
        accepted=verdict.accepted,
        notes=stored.notes,
        not_looked_at=_not_looked_at(manifest, observation, found),
    )


def _not_looked_at(manifest: Manifest, observation: Observation, found: Comparison) -> tuple[str, ...]:
    """What the verdict says nothing of; caches of bytecode and the standard library are read by no comparison."""
    checked = checked_of(found)
    looked = {
        "code": checked.code != "skipped" and checked.code_files >= len(manifest.own_code),
        "start-up code": observation.kind in ("python", "dir"),
        "variables": knows_variables(observation),
    }
    return tuple(one for one in NOT_LOOKED_AT if not looked.get(one, False))


def checked_of(found: Comparison) -> Checked:
    """How deep comparisons looked."""
    counted = dict(found.counted)
    by = tuple((key, counted.get(key, 0)) for key in IDENTITIES)
    return replace(Checked(packages=sum(counted.values()), by=by), **dict(found.checked))


def _as_served(manifest: Manifest) -> Manifest:
    """Where a serving command was watched, what it did not load matters no more, unless the weights name it.

    One that loaded no package tells of none.
    """
    environment = manifest.environment
    packages = environment.packages
    if "serve" in manifest.run and any(one.use in ("weights", "served") for one in packages):
        packages = tuple(one if one.use in ("weights", "served") else one._replace(use="present") for one in packages)
    return replace(manifest, environment=environment._replace(packages=with_told_uses(packages)))


def _examine(source: Source) -> Examination:
    if not isinstance(source, ExaminableSource):
        observation = source.observe(lambda name: False)
        raise InputError(
            "has no installed files to look at",
            where=f"{observation.kind}:{observation.location}",
            hint="leave --deep out, or name an environment: python:PATH",
        )
    return source.examine()


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
