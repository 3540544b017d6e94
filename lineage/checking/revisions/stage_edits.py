"""What was edited of commands, parameters and data that models are made with, whether or not a model is touched."""

from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from lineage.checking.due.code import flat
from lineage.checking.due.stage import due_command, stage_params, subject_of
from lineage.checking.revisions.revision import Revision
from lineage.code.same_code import CODE_SUFFIXES
from lineage.dependencies.forms import is_dependency_file
from lineage.dvc.pointers import is_pointer, tracked_outputs
from lineage.errors import InputError
from lineage.model.inputs import Stage
from lineage.model.manifest import SUFFIX, manifests_among, thaw
from lineage.model.plan import RevisionEdit
from lineage.portable.environment import Unknown
from lineage.redaction.values import shown_value

Values = Mapping[str, tuple[str, str]]
"""name → (what people read, the file it stands in)"""


def stage_edits(base: Revision, head: Revision, edited: Set[str], unknown: list[Unknown]) -> list[RevisionEdit]:
    """The changes of commands, parameters and data; an edited file that cannot be read is appended to ``unknown``."""
    others = frozenset(
        path for path in edited if not path.endswith((*CODE_SUFFIXES, SUFFIX)) and not is_dependency_file(path)
    )
    if not others:
        return []
    try:
        before, after = base.stages(), head.stages()
        found = _commands(before, after) if any(one.file in others for one in (*before, *after)) else []
        if any(path in others for stage in (*before, *after) for path in (stage.file, *dict(stage.params))):
            found += _moves("params", _params(before, base), _params(after, head))
        places = _data((*before, *after), base, head, others)
        return found + _moves("data", *(_digests(side, places, others) for side in (base, head)))
    except InputError as error:
        file = (error.where or "").partition(":")[0]
        if file in edited:
            unknown.append(Unknown(f"file:{file}", error.message))
        return []


def _commands(before: Iterable[Stage], after: Iterable[Stage]) -> list[RevisionEdit]:
    old, new = ({(one.file, one.name): one for one in side} for side in (before, after))
    found = []
    for key in sorted({*old, *new}):
        stage = new.get(key) or old[key]
        nothing = replace(stage, commands=(), directory="")
        for due in due_command(old.get(key, nothing), new.get(key, nothing)):
            sides = (due.recorded if key in old else None, due.observed if key in new else None)
            found.append(_edit("code", subject_of(stage), sides, stage.file))
    return found


def _params(stages: Iterable[Stage], side: Revision) -> Values:
    found: dict[str, tuple[str, str]] = {}
    for stage in stages:
        for file, keys in stage.params:
            values, _ = stage_params(replace(stage, params=((file, keys),)), side.read)
            found |= {key: (shown_value(key, thaw(value)), file) for key, value in flat(values)}
    return found


def _data(stages: Iterable[Stage], base: Revision, head: Revision, edited: Set[str]) -> Set[str]:
    """What stages and recorded models read, and what is tracked by itself, but for code, dependencies and weights."""
    found = {dep for stage in stages for dep in stage.deps}
    for side in (base, head):
        pointers = [path for path in sorted(edited) if path.endswith(".dvc") and path in side.files]
        found |= {one.path for one in tracked_outputs(pointers, side.read)}
    weights = set()
    for path in manifests_among(head.files):
        with suppress(InputError):  # told where it is judged
            manifest = head.manifest(path).manifest
            weights |= {one.path for one in manifest.weights}
            found |= {one for one in manifest.inputs if not one.endswith(SUFFIX)}
    return {one for one in found if not one.endswith(CODE_SUFFIXES) and not is_dependency_file(one)} - weights


def _digests(side: Revision, places: Iterable[str], edited: Set[str]) -> Values:
    """Of those that may have been edited: the digest of DVC, else of git; of a directory that of what git has below."""
    has_pointers = any(map(is_pointer, edited))
    found = {}
    for place in places:
        tracked = side.tracked(place) if has_pointers else None
        if tracked is not None:
            found[place] = (tracked[:12], place)
        elif place in edited and place in side.files:
            found[place] = (side.files[place][:12], place)
        elif any(path.startswith(f"{place}/") for path in edited):
            below = sorted(f"{path} {blob}" for path, blob in side.files.items() if path.startswith(f"{place}/"))
            found[place] = (sha256("\n".join(below).encode("utf-8", "surrogateescape")).hexdigest()[:12], place)
    return found


def _moves(kind: str, before: Values, after: Values) -> list[RevisionEdit]:
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if (old and old[0]) != (new and new[0]):
            sides = (old and old[0], new and new[0])
            found.append(_edit(kind, f"{kind}:{name}", sides, (new or old or ("", ""))[1]))
    return found


def _edit(kind: str, subject: str, sides: tuple[str | None, str | None], where: str) -> RevisionEdit:
    recorded, observed = sides
    moved = "added" if recorded is None else "removed" if observed is None else "unknown"
    return RevisionEdit(kind=kind, subject=subject, recorded=recorded, observed=observed, step=moved, where=where)
