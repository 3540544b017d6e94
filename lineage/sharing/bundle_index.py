"""The index of a bundle as value and text, and where its members belong. What was read is believed in nothing.

A path in a bundle is relative, normal, and has no part that git keeps for itself: whoever made it may have meant harm.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lineage.errors import InputError
from lineage.model.manifest import SUFFIX, Manifest
from lineage.model.weights import Weights, control_file, foreign_control_file
from lineage.weights.measure import tree_digest

SCHEMA = "1.0"
INDEX = "lineage-bundle.json"
MANIFEST = "manifest.lineage.toml"
CODE = "code.bundle"
WEIGHTS = "weights/"
"""The names of the members, in their order; below the last one stand the paths of the files of weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a bundle."""

    name: str
    size: int
    """bytes"""
    sha256: str
    """64 hex"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What a bundle says it holds, in its first member."""

    manifest: str
    """where the manifest belongs, POSIX from the repository root"""
    id: str
    """of the manifest"""
    commit: str
    """40 or 64 hex"""
    members: tuple[Member, ...]
    """all but the index, in their order"""

    def member(self, name: str) -> Member | None:
        return next((one for one in self.members if one.name == name), None)

    @property
    def weights(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.name.startswith(WEIGHTS))


_KEYS = ("schema", "manifest", "id", "commit", "members")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"sha256:[0-9a-f]{64}")
_SHORT_NAMES = re.compile(r"git~[0-9]+")
_LONGEST = 4096
_LARGEST = 1 << 60


def render_index(index: Index) -> bytes:
    """The index as JSON, the same bytes for the same content."""
    members = [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in index.members]
    values = (SCHEMA, index.manifest, index.id, index.commit, members)
    return json.dumps(dict(zip(_KEYS, values, strict=True)), indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def parse_index(content: bytes, where: str) -> Index:
    """The index in a text. Raises ``InputError`` that names the key."""
    table = _table(_parsed(content, where), _KEYS, "the index", where)
    if table["schema"] != SCHEMA:
        hint = "a newer lineage may read it"
        raise InputError(f"schema: is {_shown(table['schema'])}, not {SCHEMA}", where=where, hint=hint)
    rows = table["members"]
    if not isinstance(rows, list):
        raise InputError("members: must be a list", where=where)
    index = Index(
        manifest=_path(table["manifest"], "manifest", where),
        id=_matching(table["id"], _ID, "id", where),
        commit=_matching(table["commit"], _COMMIT, "commit", where),
        members=tuple(_member(row, f"members[{number}]", where) for number, row in enumerate(rows)),
    )
    if not index.manifest.endswith(SUFFIX):
        raise InputError(f"manifest: must end in {SUFFIX}", where=where)
    _check_members(index.members, where)
    return index


def _parsed(content: bytes, where: str) -> object:
    try:
        value: object = json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise InputError("the index is not JSON that can be read", where=where) from error
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _table(value: object, keys: Sequence[str], name: str, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise InputError(f"{name}: must have exactly the keys {', '.join(keys)}", where=where)
    return value


def _member(value: object, key: str, where: str) -> Member:
    row = _table(value, ("name", "size", "sha256"), key, where)
    size = row["size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _LARGEST:
        raise InputError(f"{key}.size: is no number of bytes", where=where)
    return Member(
        name=_path(row["name"], f"{key}.name", where),
        size=size,
        sha256=_matching(row["sha256"], _SHA256, f"{key}.sha256", where),
    )


def _check_members(members: Sequence[Member], where: str) -> None:
    """The manifest, the code or none, weights sorted: each once."""
    names = [one.name for one in members]
    fixed = [MANIFEST, CODE] if CODE in names[:2] else [MANIFEST]
    weights = names[len(fixed) :]
    if names[: len(fixed)] != fixed or not all(name.startswith(WEIGHTS) for name in weights):
        raise InputError(f"members: must be {MANIFEST}, {CODE} and {WEIGHTS}…, in this order", where=where)
    if any(one >= other for one, other in pairwise(weights)):
        raise InputError("members: weights must stand once each, sorted by name", where=where)


def _path(value: object, key: str, where: str) -> str:
    if not isinstance(value, str) or not is_safe(value):
        message = f"{key}: must be a relative path that stays inside the repository, not {_shown(value)}"
        raise InputError(message, where=where)
    return value


def is_safe(path: str) -> bool:
    """Whether a path is relative, normal, printable in UTF-8, and not inside of what git keeps for itself."""
    parts = path.split("/")
    if len(path) > _LONGEST or not path.isprintable() or "\\" in path:
        return False
    return not any(part in ("", ".", "..") or _is_of_git(part) for part in parts)


def _is_of_git(name: str) -> bool:
    """As git itself is careful: file systems take other spellings for the same name."""
    plain = name.casefold().rstrip(". ")
    return plain == ".git" or _SHORT_NAMES.fullmatch(plain) is not None


def _matching(value: object, pattern: re.Pattern[str], key: str, where: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise InputError(f"{key}: has not the form that it must have: {_shown(value)}", where=where)
    return value


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str | int) else type(value).__name__
    return text if len(text) <= 80 else f"{text[:79]}…"


def check_fits(index: Index, manifest: Manifest, id: str, where: str) -> None:
    """Refuse an index that says other things than the manifest beside it. Raises ``InputError``."""
    if index.id != id:
        raise InputError(f"id: is {index.id}, but the manifest's is {id}", where=where)
    commit = manifest.code.commit or manifest.code.base
    if index.commit != commit:
        raise InputError(f"commit: is {index.commit}, but the manifest's is {commit}", where=where)
    places = [index.manifest, *(one.path for one in manifest.weights)]
    for path in places:
        if not is_safe(path):
            raise InputError(f"not a path to write to: {_shown(path)}", where=where)
        if places.count(path) > 1 or any(path.startswith(f"{other}/") for other in places):
            raise InputError(f"two things at one place: {_shown(path)}", where=where)
    _check_named(index, manifest, where)
    if index.weights:
        _check_weights(index.weights, manifest.weights, where)


def _check_named(index: Index, manifest: Manifest, where: str) -> None:
    """Nothing is brought that would decide about models where it comes to lie."""
    kind = control_file(index.manifest.rpartition("/")[0])
    found = [] if kind is None else [(index.manifest, kind)]
    for one in manifest.weights:
        below = [(member.name, foreign_control_file(name)) for name, member in files_of(one, index.weights) if name]
        found += [(name, kind) for name, kind in below if kind is not None]
    if found:
        raise InputError(f"{_shown(found[0][0])}: is {found[0][1]}, which no bundle may bring", where=where)


def _check_weights(members: Sequence[Member], recorded: Sequence[Weights], where: str) -> None:
    by_weights = {one.path: files_of(one, members) for one in recorded}
    held = sum(len(files) for files in by_weights.values())
    for one in recorded:
        files = by_weights[one.path]
        if not files:
            raise InputError("has some of the weights, but not these", where=f"{where}: {one.path}")
        digest = tree_digest([(name, file.sha256) for name, file in files], "sha256")
        found = digest if one.is_directory else files[0][1].sha256
        if found != one.sha256 or sum(file.size for _, file in files) != one.size:
            raise InputError("are not the weights that the manifest records", where=f"{where}: {one.path}")
    if held != len(members):
        raise InputError("members: has weights that the manifest does not record", where=where)


def files_of(one: Weights, members: Iterable[Member]) -> list[tuple[str, Member]]:
    """The members that are a weights' files: (path below it, member); of a single file the path is empty."""
    top = WEIGHTS + one.path
    if not one.is_directory:
        return [("", member) for member in members if member.name == top]
    return [(member.name[len(top) + 1 :], member) for member in members if member.name.startswith(f"{top}/")]
