"""Two manifests or targets, side by side: every difference, judged by nothing."""

import re
from collections.abc import Iterator, Mapping

from lineage.model.manifest import Manifest, StoredManifest, flat
from lineage.model.report import Report, Side
from lineage.portable.compare import Change, Comparison, combine, compare
from lineage.portable.environment import Observation, Unknown
from lineage.portable.judge import REASONS, by_subject, found
from lineage.targets.source import ManifestSource, Source
from lineage.verifying.verify import checked_of, manifest_side, observed_side

_ID = re.compile(r"(sha256:)?[0-9a-f]{64}|[0-9a-f]{40}|md5(-dos2unix)?:[0-9a-f]{32}(\.dir)?")
_SHOWN_DIGITS = 12


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
    # Of what neither side tells, the comparison also knows the use.
    told = {(one.subject, one.reason): one for one in (*recorded.unknown, *compared.unknown, *_empty(recorded))}
    unknown = by_subject(told.values())
    return Report(
        command="diff",
        verdict="fail" if changes else "undecided" if unknown else "pass",
        recorded=recorded_side,
        observed=side,
        policy="",
        checked=checked_of(compared),
        findings=tuple(found(change, "note", _reason(change)) for change in changes),
        unknown=unknown,
    )


def _observe(side: Source | StoredManifest) -> tuple[Observation, Side]:
    if isinstance(side, StoredManifest):
        return ManifestSource(side).observe(), manifest_side(side)
    observation = side.observe()
    return observation, observed_side(observation)


def _empty(recorded: Observation) -> tuple[Unknown, ...]:
    return () if recorded.environment.packages else (Unknown("packages", "the manifest records no package"),)


def _reason(change: Change) -> str:
    """The use that a manifest records; an interpreter records none."""
    return REASONS[change.use] if change.use not in (None, "unknown") else ""


def compare_manifests(left: Manifest, right: Manifest) -> tuple[Change, ...]:
    """What differs beyond their environments, in the order weights, code, inputs, parameters, metrics."""
    return tuple(
        change
        for table in (
            _texts("weights", "weights-bytes", _weights(left), _weights(right)),
            _texts("code", "code-commit", _code(left), _code(right)),
            _texts("code", "code-file", dict(left.code.files), dict(right.code.files)),
            _texts("declared", "declared-file", dict(left.declared), dict(right.declared)),
            _texts("data", "data", dict(flat(left.inputs)), dict(flat(right.inputs))),
            _texts("params", "params", dict(flat(left.params)), dict(flat(right.params))),
            _texts("metrics", "metrics", dict(flat(left.metrics)), dict(flat(right.metrics))),
        )
        for change in table
    )


def _weights(manifest: Manifest) -> dict[str, str]:
    return {one.path: f"sha256:{one.sha256[:12]}" for one in manifest.weights}


def _code(manifest: Manifest) -> dict[str, str]:
    code = manifest.code
    return {"commit": f"snapshot {code.commit}" if code.is_snapshot else manifest.commit_text}  # it tells its base


def _texts(kind: str, code: str, left: Mapping[str, str], right: Mapping[str, str]) -> Iterator[Change]:
    for key in sorted(left.keys() | right.keys()):
        recorded, observed = left.get(key), right.get(key)
        if recorded != observed:
            step = "added" if recorded is None else "removed" if observed is None else "unknown"
            yield Change(f"{kind}:{key}", code, _short(recorded), _short(observed), step)


def _short(text: str | None) -> str | None:
    """A commit, blob id or digest as people know it."""
    if text is None or _ID.fullmatch(text) is None:
        return text
    kind, colon, digits = text.rpartition(":")
    return f"{kind}{colon}{digits[:_SHOWN_DIGITS]}"
