"""What differs between two manifests beyond their environments: weights, code, parameters, metrics."""

from collections.abc import Iterator, Mapping

from lineage.model.manifest import Manifest, flat
from lineage.portable.compare import Change


def compare_manifests(left: Manifest, right: Manifest) -> tuple[Change, ...]:
    """The differences from ``left`` to ``right``, in the order weights, code, inputs, parameters, metrics."""
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
    return {"commit": manifest.commit_text}


def _texts(kind: str, code: str, left: Mapping[str, str], right: Mapping[str, str]) -> Iterator[Change]:
    for key in sorted(left.keys() | right.keys()):
        recorded, observed = left.get(key), right.get(key)
        if recorded != observed:
            step = "added" if recorded is None else "removed" if observed is None else "unknown"
            yield Change(f"{kind}:{key}", code, _short(recorded), _short(observed), step)


def _short(text: str | None) -> str | None:
    """A commit or blob id as people know it."""
    is_id = text is not None and len(text) in (40, 64) and set(text) <= set("0123456789abcdef")
    return text[:12] if is_id and text is not None else text
