"""Manifests and dependency files of git blobs, each read once: kept in this process, and where one may, for the next.

A dependency file that includes others is not told by its own blob, so it is read anew for each revision. Only what was
read without an error is kept, so nothing is checked again. A row that is not exactly of its form is ``None`` to whoever
asks: then the file itself is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from lineage import __version__
from lineage.checking.due.promises import Promises
from lineage.dependencies.forms import form_of, read
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.model.code import Code
from lineage.model.declarations import Declarations, Dependency, Unread
from lineage.model.manifest import Manifest, StoredManifest, freeze
from lineage.model.weights import Weights
from lineage.portable.environment import Environment, Package, Platform, Problem, Unknown
from lineage.system.blobcache import BlobCache, readers_of
from lineage.system.files import MAX_DOCUMENT_BYTES

Blob = Callable[[str], bytes | None]
"""(blob id, or COMMIT:PATH) → bytes; ``None`` where the object is not here. Raises ``InputError`` for one too large."""


class Readings:
    """What was read of the blobs of one repository; ``blob`` reads those of any revision."""

    def __init__(self, blob: Blob, cache: BlobCache) -> None:
        self.blob = blob
        self._cache = cache
        self._manifests: dict[tuple[str, str], StoredManifest] = {}
        self._declared: dict[str, Declarations] = {}
        self._promises: dict[tuple[tuple[int, ...], frozenset[tuple[str, str]]], tuple[object, Promises]] = {}

    def manifest(self, path: str, blob: str, content: Callable[[], bytes]) -> StoredManifest:
        """The manifest of a blob at a path; ``content`` is asked where it was not read before.

        Raises ``InputError``.
        """
        found = self._manifests.get((path, blob)) or manifest_of(self._cache.find("manifest", blob), path)
        if found is None:
            text = content()
            if len(text) > MAX_DOCUMENT_BYTES:
                raise InputError(f"manifest is larger than {MAX_DOCUMENT_BYTES} bytes", where=path)
            from lineage.manifest.files import parse_manifest  # most often all are known

            found = parse_manifest(text, path)
            self._cache.enter("manifest", blob, manifest_row(found))
        self._manifests[path, blob] = found
        return found

    def declared(
        self, path: str, blob: str, content: Callable[[], bytes], include: Callable[[str], bytes | None]
    ) -> Declarations | None:
        """What a dependency file asks for; ``None`` for a file of no known form. Raises ``InputError``."""
        form = form_of(path)
        if form is None:
            return None
        key = f"{blob} {path}"
        found = self._declared.get(key) or declarations_of(self._cache.find("declared", key))
        if found is None:
            text = content()
            asked: list[str] = []

            def note(other: str) -> bytes | None:
                asked.append(other)
                return include(other)

            found = read(form, path, text, note)
            if asked:  # also where it had no answer: another revision may have the file
                return found
            self._cache.enter("declared", key, declarations_row(found))
        self._declared[key] = found
        return found

    def promises(self, declared: Sequence[Declarations], markers: Mapping[str, str]) -> Promises:
        """What dependency files promise for an environment; the same for all models that share both."""
        key = (tuple(map(id, declared)), frozenset(markers.items()))
        if key not in self._promises:
            self._promises[key] = (declared, Promises(declared, markers))
        return self._promises[key][1]


def kept_readings(objects: GitObjects) -> BlobCache:
    """What earlier checks of the repository read."""
    directory = objects.common_directory() / "lineage"
    return BlobCache(directory, readers_of(Path(__file__).parents[2], __version__))


_DEPENDENCY = (*(one.name for one in fields(Dependency) if one.compare), "source", "digests")
_DECLARATIONS = (*(one.name for one in fields(Declarations) if one.compare), "marks", "parts")
_TABLES = ("labels", "run", "inputs", "params", "metrics")
_WRONG = (TypeError, ValueError, KeyError, IndexError, AttributeError)
_TIMES: Mapping[str, Any] = {"datetime": datetime, "date": date, "time": time}


def manifest_row(stored: StoredManifest) -> list[Any]:
    """A manifest as a row; where it was read is not part of it."""
    manifest = stored.manifest
    environment = manifest.environment
    return [
        [stored.id, list(stored.notes)],
        [manifest.name, manifest.created.isoformat(), manifest.evidence, manifest.parent, manifest.tool],
        [list(one) for one in manifest.problems],
        [manifest.code.base, manifest.code.commit, manifest.code.tree, manifest.code.remote],
        dict(manifest.code.files),
        [[one.path, one.size, one.sha256, one.md5] for one in manifest.weights],
        dict(manifest.declared),
        [environment.python, environment.implementation, environment.abi, list(environment.platform)],
        [list(environment.accelerator), list(environment.variables)],
        [list(one) for one in environment.packages],
        {name: _plain(getattr(manifest, name)) for name in _TABLES},
    ]


def manifest_of(row: object, path: str) -> StoredManifest | None:
    """The manifest of a row, read at a path; ``None`` where it is not of the form."""
    try:
        return _manifest(row, path)
    except _WRONG:
        return None


def _manifest(row: Any, path: str) -> StoredManifest:
    (identity, notes), first, problems, code, files, weights, declared, environment, pairs, packages, tables = row
    name, created, evidence, parent, tool = first
    base, commit, tree, remote = code
    python, implementation, abi, platform = environment
    manifest = Manifest(
        name=name,
        created=datetime.fromisoformat(created),
        evidence=evidence,
        parent=parent,
        tool=tool,
        problems=tuple(Problem(*one) for one in problems),
        code=Code(base=base, commit=commit, tree=tree, remote=remote, files=tuple(files.items())),
        weights=tuple(Weights(path=one[0], size=one[1], sha256=one[2], md5=one[3]) for one in weights),
        declared=tuple(declared.items()),
        environment=Environment(
            python=python,
            implementation=implementation,
            abi=abi,
            platform=Platform(*platform),
            accelerator=tuple((key, value) for key, value in pairs[0]),
            variables=tuple((key, value) for key, value in pairs[1]),
            packages=tuple(Package._make([*one[:-1], tuple(one[-1])]) for one in packages),
        ),
        **{key: freeze(_real(tables[key])) for key in _TABLES},
    )
    return StoredManifest(manifest=manifest, id=identity, path=path, notes=tuple(notes))


def declarations_row(declared: Declarations) -> dict[str, Any]:
    """A dependency file as a row."""
    row: dict[str, Any] = {name: getattr(declared, name) for name in _DECLARATIONS}
    row["dependencies"] = [[getattr(one, name) for name in _DEPENDENCY] for one in declared.dependencies]
    return row


def declarations_of(row: object) -> Declarations | None:
    """The dependency file of a row; ``None`` where it is not of the form."""
    try:
        return _declarations(row)
    except _WRONG:
        return None


def _declarations(row: Any) -> Declarations:
    if set(row) != set(_DECLARATIONS):
        raise ValueError("other fields")
    dependencies = []
    for one in row["dependencies"]:
        cells: list[Any] = [tuple(cell) if cell.__class__ is list else cell for cell in one]
        named: dict[str, Any] = dict(zip(_DEPENDENCY, cells, strict=True))
        dependencies.append(Dependency(**named))
    found = row | {
        "dependencies": tuple(dependencies),
        "system": tuple((field, value, line) for field, value, line in row["system"]),
        "files": tuple(row["files"]),
        "unknown": tuple(Unknown(*one) for one in row["unknown"]),
        "marks": tuple(row["marks"]),
        "parts": tuple(Unread(*one) for one in row["parts"]),
    }
    return Declarations(**found)


def _plain(value: Any) -> Any:
    """The value with times as a list that no other value becomes: other lists are ``["list", …]``."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return ["list", *map(_plain, value)]
    if isinstance(value, datetime | date | time):
        return [type(value).__name__, value.isoformat()]
    return value


def _real(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _real(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_real(one) for one in value[1:]] if value[0] == "list" else _TIMES[value[0]].fromisoformat(value[1])
    return value
