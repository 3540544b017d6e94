"""The id of a manifest: one number for one state, on any path and for any user."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from lineage.portable.reading import key_path

NOT_IN_ID = frozenset({"id", "created", "tool", "parent", "labels"})
"""Left out of the id: the id itself, what differs between two captures of one state, and what is the user's own."""

_NOT_OF_RUN = frozenset({"started", "seconds"})


def manifest_id(document: Mapping[str, Any]) -> str:
    """``sha256:<hex>`` over the canonical JSON of a parsed document, without the keys of ``NOT_IN_ID``."""
    kept = {key: value for key, value in document.items() if key not in NOT_IN_ID}
    if isinstance(kept.get("run"), Mapping):
        kept["run"] = {key: value for key, value in kept["run"].items() if key not in _NOT_OF_RUN}
    return "sha256:" + hashlib.sha256(canonical_json(kept)).hexdigest()


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The document as JSON: sorted keys, compact, UTF-8, times as ISO 8601 texts. Equal bytes mean equal content."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_time_text)
    return text.encode("utf-8", "surrogatepass")


def differing_key(one: object, other: object, path: str = "") -> str:
    """The path of the first key whose values differ in content, as deep as it can be told; ``""`` at the top."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        below = [(key_path(path, str(key)), one.get(key), other.get(key)) for key in (*one, *(other.keys() - one))]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        below = [(f"{path}[{index}]", *pair) for index, pair in enumerate(zip(one, other, strict=True))]
    else:
        return path
    for inner, left, right in below:
        if canonical_json({"": left}) != canonical_json({"": right}):
            return differing_key(left, right, inner)
    return path


def _time_text(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(f"not a value of TOML: {value!r}")
