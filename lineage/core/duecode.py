"""Which first-party files, data and parameters make a model due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lineage.core.samecode import is_same_code
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.policy import Policy

Blob = Callable[[str], bytes | None]
"""blob id → bytes, ``None`` where the object is not here"""


def due_code(
    manifest: Manifest, files: Mapping[str, str], read: Callable[[str], bytes | None], blob: Blob, policy: Policy
) -> list[Due]:
    """The recorded files of code that HEAD has otherwise.

    ``files`` is its path → blob id, ``read`` gives the bytes of a path there, ``blob`` those of what was recorded.
    """
    if policy.retrain.code == "any":
        return []
    found = []
    for path, recorded in manifest.code.files:
        observed = files.get(path)
        if observed == recorded:
            continue
        one = _due_file(path, recorded, observed, (blob, read), policy.retrain.code)
        if one is not None:
            found.append(one)
    return found


def _due_file(path: str, recorded: str, observed: str | None, sides: tuple[Blob, Blob], judged: str) -> Due | None:
    due = Due(
        subject=f"code:{path}",
        action="retrain",
        message=f"{path} {'is gone' if observed is None else 'changed'}, the model's code",
        recorded=recorded[:12],
        observed=None if observed is None else observed[:12],
        step="removed" if observed is None else "unknown",
        where=path,
    )
    if observed is None or judged == "bytes":
        return due
    before, after = sides[0](recorded), sides[1](path)
    if before is None or after is None:
        message = f"{path} changed, and what it was is not in this clone: nothing tells whether only its layout did"
        return replace(due, action="undecided", message=message)
    return None if is_same_code(path, before, after) else due


def due_data(manifest: Manifest, digests: Callable[[str], str | None], policy: Policy) -> list[Due]:
    """The recorded inputs that HEAD has otherwise; ``digests`` tells the digest of a path at HEAD, as recorded."""
    if policy.retrain.data == "any":
        return []
    found = []
    for path, recorded in manifest.inputs.items():
        observed = digests(path)
        if observed == recorded:
            continue
        message = f"{path} changed, data that the training read"
        due = Due(subject=f"data:{path}", action="retrain", message=message, recorded=recorded, observed=observed)
        if observed is None:
            message = f"{path} is not tracked any more, so nothing tells whether it is what was read"
            due = replace(due, action="undecided", message=message)
        found.append(replace(due, where=path))
    return found


def due_params(manifest: Manifest, values: Mapping[str, object] | None, policy: Policy, where: str) -> list[Due]:
    """The recorded parameters that HEAD's files give otherwise; ``values`` are those of HEAD, dotted key → value."""
    if policy.retrain.params == "any" or values is None:
        return []
    found = []
    for key, recorded in _flat(manifest.params):
        if key in values and values[key] != recorded:
            message = f"{key} {recorded} → {values[key]}, a parameter of the training"
            due = Due(subject=f"params:{key}", action="retrain", message=message, recorded=str(recorded))
            found.append(replace(due, observed=str(values[key]), where=where))
    return found


def _flat(table: Mapping[str, object], prefix: str = "") -> Sequence[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
