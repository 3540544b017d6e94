"""Manifests and dependency files that were read once, as rows that JSON carries: to be kept, and to be had again.

Only what was read without an error is kept, so nothing is checked again. A row that is not exactly of its form is
``None`` to whoever asks: then the file itself is read.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

from lineage.model.code import Code
from lineage.model.declarations import Declarations, Dependency
from lineage.model.manifest import Manifest, StoredManifest, freeze
from lineage.model.weights import Weights
from lineage.portable.environment import Environment, Package, Platform, Problem, Unknown

_DEPENDENCY = tuple(one.name for one in fields(Dependency))
_DECLARATIONS = tuple(one.name for one in fields(Declarations))
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
