"""What differs between two manifests beyond their environments: weights, code, parameters, metrics."""

import re
from collections.abc import Iterator, Mapping

from lineage.model.manifest import Manifest, flat
from lineage.portable.compare import Change

_ID = re.compile(r"(sha256:)?[0-9a-f]{64}|[0-9a-f]{40}|md5(-dos2unix)?:[0-9a-f]{32}(\.dir)?")
_SHOWN_DIGITS = 12


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
