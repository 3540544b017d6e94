"""Which first-party files, data and parameters make a model due."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from lineage.code.same_code import is_same_code
from lineage.model.manifest import Manifest, thaw
from lineage.model.plan import Due
from lineage.portable.policy import Policy
from lineage.redaction.values import shown_value

Blob = Callable[[str], bytes | None]
"""blob id → bytes, ``None`` where the object is not here"""
MODEL = "the model's code"


def due_code(
    manifest: Manifest, files: Mapping[str, str], read: Callable[[str], bytes | None], blob: Blob, policy: Policy
) -> list[Due]:
    """The recorded files of code that HEAD has otherwise.

    ``files`` is its path → blob id, ``read`` gives the bytes of a path there, ``blob`` those of what was recorded.
    """
    if policy.retrain.code == "any":
        return []
    return due_files(recorded_code(manifest, files), files, (blob, read), policy.retrain.code)


def recorded_code(manifest: Manifest, files: Collection[str]) -> dict[str, str]:
    """The recorded files of code (path → blob id) that a revision is asked for, which has ``files``: of those in a
    directory of weights it has none where DVC keeps that."""
    own = dict(manifest.own_code)
    return {path: blob for path, blob in manifest.code.files if path in own or path in files}


def due_files(
    recorded: Mapping[str, str], files: Mapping[str, str], sides: tuple[Blob, Blob], judged: str, whose: str = MODEL
) -> list[Due]:
    """The files (path → blob id) that ``files`` has elsewhere, otherwise or not at all.

    ``sides`` read what was recorded by its id, and a path at HEAD; ``judged`` is the policy's ``code``.
    """
    found: list[Due | None] = []
    for path, blob in recorded.items():
        if files.get(path) == blob:
            continue
        now = None if path in files else _place(blob, files, recorded)
        if now is not None:
            found.append(_due_move(path, blob, now, whose))
        else:
            found.append(_due_file(path, blob, files.get(path), sides, judged, whose))
    return [one for one in found if one is not None]


def _place(blob: str, files: Mapping[str, str], recorded: Collection[str]) -> str | None:
    """Where the bytes of a file that is gone lie now, in a file that is no recorded one."""
    return min((path for path, one in files.items() if one == blob and path not in recorded), default=None)


def _due_move(path: str, blob: str, now: str, whose: str) -> Due:
    """The same bytes in another place: what runs is the same, unless their path matters."""
    return Due(
        subject=f"code:{path}",
        action="verify",
        message=f"{path} is now {now}, {whose}",
        recorded=blob[:12],
        observed=f"{blob[:12]} {now}",
        step="none",
        where=now,
    )


def _due_file(
    path: str, recorded: str, observed: str | None, sides: tuple[Blob, Blob], judged: str, whose: str
) -> Due | None:
    """A file that is another one or gone."""
    due = Due(
        subject=f"code:{path}",
        action="retrain",
        message=f"{path} {'is gone' if observed is None else 'changed'}, {whose}",
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
        action, message = "retrain", f"{path} changed, data that the training read"
        if observed is None:
            action = "undecided"
            message = f"{path} is not tracked any more, so nothing tells whether it is what was read"
        elif _algorithm(observed) != _algorithm(recorded):
            action = "undecided"
            message = f"{path} was recorded by {_algorithm(recorded)} and is tracked by {_algorithm(observed)} now"
        due = Due(subject=f"data:{path}", action=action, message=message, recorded=recorded, observed=observed)
        found.append(replace(due, where=path))
    return found


def _algorithm(digest: str) -> str:
    return digest.partition(":")[0]


def due_params(
    manifest: Manifest, values: Mapping[str, object], policy: Policy, where: str, given: Collection[str] | None = ()
) -> list[Due]:
    """The recorded parameters that HEAD's files give otherwise; ``values`` are those of HEAD, tables within each other.

    ``given`` are the dotted keys that the files gave at the capture, ``None`` where that is not known: one of them that
    no file gives any more has changed too. What never stood in a file, as a parameter of the command line, is not
    judged.
    """
    if policy.retrain.params == "any":
        return []
    now = dict(flat(values))
    found = []
    for key, recorded in flat(manifest.params):
        shown = shown_value(key, thaw(recorded))
        due = Due(subject=f"params:{key}", action="retrain", message="", recorded=shown, where=where)
        if key in now and not _is_same_value(recorded, now[key]):
            observed = shown_value(key, thaw(now[key]))
            message = f"{key} {shown} → {observed}, a parameter of the training"
            found.append(replace(due, message=message, observed=observed))
        elif key not in now and given is None:
            message = f"{key} {shown} is given by no file, and what gave it at the capture is not in this clone"
            found.append(replace(due, action="undecided", message=message))
        elif key not in now and key in (given or ()):
            message = f"{key} {shown} → nothing, a parameter of the training"
            found.append(replace(due, message=message, step="removed"))
    return found


def _is_same_value(left: object, right: object) -> bool:
    """Equal and of one kind: ``true`` is not 1, 1 is 1.0, a list is a tuple. A path was made relative."""
    if isinstance(left, str) and isinstance(right, str) and right.startswith("/"):
        return left == right or right.endswith(f"/{left}")
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_is_same_value, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_is_same_value(left[key], right[key]) for key in left)
    return isinstance(left, bool) == isinstance(right, bool) and (left == right or (left != left and right != right))


def flat(table: Mapping[str, object], prefix: str = "") -> Sequence[tuple[str, object]]:
    """The values of tables within each other, by their dotted keys."""
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
