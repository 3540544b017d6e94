"""Metrics as they are where models serve: a file that a monitor writes, judged by the bounds of the policy."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lineage.checking.gone import name_of
from lineage.checking.revisions.revision import Revision
from lineage.errors import InputError
from lineage.model.manifest import Manifest, flat, manifests_among
from lineage.model.outside import LiveValue
from lineage.model.plan import Due
from lineage.portable.bounds import is_within
from lineage.portable.policy import Policy
from lineage.portable.reading import Reader, kind_of
from lineage.system.valuefile import parse_json

_DIGEST = r"[a-z0-9-]{2,20}:[0-9a-f]{32,128}(?:\.dir)?"
_PRINTABLE = r"[^\x00-\x1f\x7f]+"
_FORM = (
    '[{"model": "models/fraud", "metric": "auc", "value": 0.85, "data": "sha256:…", "time": "2026-11-30T20:00:00Z"}]'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The values of a file, sorted."""

    values: Mapping[str, Sequence[LiveValue]]
    """by the path of the manifest"""
    refused: tuple[str, ...]
    """what is judged by nobody, and why: it was given in error"""
    notes: tuple[str, ...]
    """what is not judged, though nothing is wrong with it"""


def read_live(content: bytes, where: str) -> tuple[LiveValue, ...]:
    """The values of a file, in their order. Raises ``InputError`` with every failure of its form."""
    document = parse_json(content, where)
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        raise InputError("is no list of values", where=where, hint=_FORM)
    reader = Reader({})
    found = tuple(_value(Reader(_timed(one), f"[{index}]", parent=reader)) for index, one in enumerate(document))
    reader.finish(where, _FORM)
    return found


def _timed(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no times."""
    try:
        return {**row, "time": datetime.fromisoformat(row["time"])}
    except (KeyError, TypeError, ValueError):
        return dict(row)


def _value(row: Reader) -> LiveValue:
    found = LiveValue(
        model=row.matching("model", _PRINTABLE, "printable"),
        metric=row.matching("metric", _PRINTABLE, "printable"),
        value=_number(row),
        data=row.matching("data", _DIGEST, "a digest of the data, as sha256:…"),
        time=row.moment("time"),
    )
    row.done()
    return found


def _number(row: Reader) -> Decimal:
    value = row.take("value")
    if isinstance(value, int | float) and not isinstance(value, bool) and Decimal(str(value)).is_finite():
        return Decimal(str(value))
    row.fail("value", "is missing" if value is None else f"must be a finite number, not {kind_of(value)}")
    return Decimal(0)


def sort_live(values: Sequence[LiveValue], head: Revision, policies: Sequence[Policy], now: datetime) -> Live:
    """Whose values they are at a revision, and which can be judged."""
    names, bounded = _names(head), {metric for policy in policies for metric, _ in policy.retrain.metrics}
    sorted_in: dict[str, list[LiveValue]] = {}
    refused = []
    for index, one in enumerate(values):
        paths = names.get(one.model, [])
        if len(paths) != 1:
            told = f"the name of {len(paths)} models: name a manifest" if paths else "no model that git has here"
            refused.append(f"[{index}].model: {one.model} is {told}")
        elif one.time > now:
            refused.append(f"[{index}].time: {_day(one)} is in the future")
        elif not _has_metric(_manifest(head, paths[0]), one.metric, bounded):
            told = f"{one.metric} is no metric of {one.model}, and no bound of the policy"
            refused.append(f"[{index}].metric: {told}")
        else:
            sorted_in.setdefault(paths[0], []).append(one)
    readable = [(found, mine) for path, mine in sorted_in.items() if (found := _manifest(head, path)) is not None]
    notes = (note for manifest, mine in readable for note in _unjudged(manifest, mine, bounded))
    return Live(values=sorted_in, refused=tuple(refused), notes=tuple(notes))


def _has_metric(manifest: Manifest | None, metric: str, bounded: Collection[str]) -> bool:
    """Of a manifest that cannot be read nothing is asked: it is undecided by itself."""
    return metric in bounded or manifest is None or metric in dict(flat(manifest.metrics))


def _unjudged(manifest: Manifest, values: Sequence[LiveValue], bounded: Collection[str]) -> Iterator[str]:
    for metric in dict.fromkeys(one.metric for one in values):
        latest = max((one for one in values if one.metric == metric), key=lambda one: one.time)
        told = f"{metric} of {latest.model} is not judged"
        if metric not in bounded:
            yield f"{told}: [tool.lineage.retrain.metrics] has no bound of it"
        elif latest.time < manifest.created:
            yield f"{told}: {_day(latest)} is before the model was made"


def _names(head: Revision) -> Mapping[str, list[str]]:
    """Name, weights and manifest of every model → its manifests."""
    found: dict[str, list[str]] = {}
    for path in manifests_among(head.files):
        manifest = _manifest(head, path)
        own = [name_of(path)] if manifest is None else [manifest.name, *(one.path for one in manifest.weights)]
        for name in {path, *own}:
            found.setdefault(name, []).append(path)
    return found


def _manifest(head: Revision, path: str) -> Manifest | None:
    try:
        return head.manifest(path).manifest
    except InputError:
        return None


def due_live(manifest: Manifest, policy: Policy, values: Sequence[LiveValue] | None) -> list[Due]:
    """What the latest live values ask for; ``None``: nobody gave any, and nothing is asked."""
    if values is None:
        return []
    recorded = dict(flat(manifest.metrics))
    found = []
    for metric, bound in policy.retrain.metrics:
        given = [one for one in values if one.metric == metric]
        since = [one for one in given if one.time >= manifest.created]
        newest = max((one.time for one in since), default=None)
        latest = [one for one in since if one.time == newest]
        found += [_beyond(one, bound, recorded.get(metric)) for one in latest if not is_within(bound, one.value)]
        if not given and metric in recorded:
            message = f"{metric}: no live value is given, and {bound} is asked for"
            found.append(
                Due(subject=f"metric:{metric}", action="undecided", message=message, recorded=recorded[metric])
            )
    return found


def _beyond(one: LiveValue, bound: str, recorded: str | None) -> Due:
    return Due(
        subject=f"metric:{one.metric}",
        action="retrain",
        message=f"{one.metric} is {one.value} live ({_day(one)}, data {one.data[:19]}), and {bound} is asked for",
        recorded=recorded,
        observed=str(one.value),
    )


def _day(one: LiveValue) -> str:
    return one.time.date().isoformat()
