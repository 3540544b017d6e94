"""Weights that the committed manifest already has, captured again without a run: no way to make another record true.

Another commit alone is no difference: to capture, commit the code and capture again is the honest way.
"""

import hashlib
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.code.directory import CodeDirectory
from lineage.code.same_code import is_same_code
from lineage.dvc.lock import stages_of_lock
from lineage.errors import InputError, LineageError
from lineage.git.repository import GitRepository
from lineage.model.inputs import LockedStage
from lineage.model.manifest import NOT_MADE_HERE, Manifest, StoredManifest
from lineage.portable.environment import REPOSITORY, Environment, Package, Problem
from lineage.portable.names import step
from lineage.weights.measure import survey

_NEEDED = ("weights", "served", "required", "unknown")
"""Uses of what loading and predicting take."""
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Recapture:
    """What a capture is compared with."""

    before: StoredManifest
    """as committed at HEAD"""
    path: str
    """of it, POSIX from the root"""
    code: CodeDirectory
    stage: LockedStage | None
    """the run of the stage in ``dvc.lock`` that gave these very weights"""
    force: bool


def honest(manifest: Manifest, asked: Recapture) -> Manifest:
    """The manifest of a capture without a run, with what it must say of itself. Raises ``InputError``.

    What was forced once stays told until the weights are made again.
    """
    before = asked.before.manifest
    if not {one.sha256 for one in manifest.weights} <= {one.sha256 for one in before.weights}:
        return manifest
    found = list(_differences(before, manifest, asked.code))
    told = [one for one in before.problems if one.code == NOT_MADE_HERE]
    if not (found or told) or _ran_again(asked):
        return manifest
    if found and not asked.force:
        hint = "train under lineage run or dvc repro, or record it as it is, with a problem that stays: --force"
        message = f"its weights are those of the committed manifest, but were not made of this: {_listed(found)}"
        raise InputError(message, where=asked.path, hint=hint)
    if found:
        told = [Problem(NOT_MADE_HERE, asked.path.removesuffix(".lineage.toml"), _listed(found))]
    return replace(manifest, problems=tuple(sorted({*manifest.problems, *told})))


def _listed(found: list[str]) -> str:
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _differences(before: Manifest, now: Manifest, code: CodeDirectory) -> Iterator[str]:
    yield from _environment(before.environment, now.environment)
    content = _content_then(before, code)
    yield from _code(dict(before.code.files), dict(now.code.files), content, code.root)
    for path, digest in before.inputs.items():
        if now.inputs.get(path, digest) != digest or (path not in now.inputs and not _is_still(code, path, digest)):
            yield f"input {path} is another"


def _environment(before: Environment, now: Environment) -> Iterator[str]:
    left, right = before.python, now.python
    if left is not None and right is not None and step(left, right) in ("minor", "major"):
        yield f"Python {left} → {right}"
    elif before.implementation != now.implementation:
        yield f"Python {before.implementation} → {now.implementation}"
    then = {one.name: one for one in before.packages}
    here = {one.name: one for one in now.packages}
    needed: tuple[str, ...] = _NEEDED
    if not any(one.use in ("weights", "served") for one in (*before.packages, *now.packages)):
        needed = (*_NEEDED, "imported")  # nothing but the code tells what loading them takes
    for name in sorted({*then, *here}):
        difference = _package(then.get(name), here.get(name), needed)
        if difference:
            yield f"{name} {difference}"


def _package(before: Package | None, now: Package | None, needed: Sequence[str]) -> str:
    """How a needed package differs; ``""``: not. What is installed from the repository is code."""
    sides = [one for one in (before, now) if one is not None]
    if any((one.origin or "").startswith(REPOSITORY) for one in sides) or all(one.use not in needed for one in sides):
        return ""
    if before is None or now is None:
        return f"{before.version if before else 'nothing'} → {now.version if now else 'nothing'}"
    if before.version != now.version:
        return f"{before.version} → {now.version}"
    for left, right in ((before.record, now.record), (before.artifact, now.artifact), (before.origin, now.origin)):
        if left is not None and right is not None:
            return "" if left == right else f"{now.version} of another build"
    return ""


def _code(
    before: Mapping[str, str], now: Mapping[str, str], then: Callable[[str], bytes | None], root: Path
) -> Iterator[str]:
    """Files that are others now; what was not recorded before tells nothing."""
    for path, blob in before.items():
        if path not in now:
            yield f"code {path} is not used any more"
        elif now[path] != blob and not _is_same_notebook(path, blob, then, root):
            yield f"code {path} is another"


def _is_same_notebook(path: str, blob: str, then: Callable[[str], bytes | None], root: Path) -> bool:
    """Whether only outputs and counts differ."""
    if not path.endswith(".ipynb"):
        return False
    content = then(path)
    if content is None:
        return False
    algorithm = hashlib.sha1 if len(blob) == 40 else hashlib.sha256
    if algorithm(b"blob %d\0" % len(content) + content).hexdigest() != blob:
        return False
    return is_same_code(path, content, (root / path).read_bytes())


def _content_then(before: Manifest, code: CodeDirectory) -> Callable[[str], bytes | None]:
    commit = before.code.commit or before.code.base

    def content(path: str) -> bytes | None:
        try:
            return code.read_at(commit, path)
        except LineageError:
            return None

    return content


def _is_still(code: CodeDirectory, path: str, digest: str) -> bool:
    """Whether an input that this capture does not record lies there as it was recorded."""
    place = code.root / path
    if path.endswith(".lineage.toml"):
        return place.is_file() and f'id = "{digest}"' in place.read_text(encoding="utf-8", errors="replace")
    try:
        found = survey(code.root, path).weights
    except LineageError:
        return False
    return digest in (f"sha256:{found.sha256}", f"md5:{found.md5}")


def _ran_again(asked: Recapture) -> bool:
    """Whether ``dvc.lock`` has another run of the stage than when the committed manifest was committed."""
    stage, code = asked.stage, asked.code
    if stage is None or not isinstance(code, GitRepository):
        return False
    try:
        revisions = code.history(asked.path)
        lock = code.read_at(revisions[0].commit, stage.file) if revisions else None
        pipeline = posixpath.join(posixpath.dirname(stage.file), "dvc.yaml")
        then = () if lock is None else stages_of_lock(stage.file, lock, code.read_at(revisions[0].commit, pipeline))
    except LineageError:
        return False
    runs = [one for one in then if one.name == stage.name]
    return bool(revisions) and all(replace(one, metrics=stage.metrics) != stage for one in runs)
