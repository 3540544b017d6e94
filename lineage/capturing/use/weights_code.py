"""Python in a directory of weights: what loading them runs, as Hugging Face's libraries and MLflow keep it there.

It is hashed with the weights, and is code: what the weights name of it loads them, so what that imports is named by
them too; of the rest, nothing tells whether it is ever run, as of the project that MLflow copies whole.
"""

import posixpath
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from lineage.capturing.use.weights_modules import own_module
from lineage.code.imports import Imports, trace_imports
from lineage.model.weights import Contents
from lineage.portable.environment import Problem

_BELOW = "code"
"""Where MLflow puts code, beside the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCode:
    """Paths are POSIX from the repository root."""

    files: tuple[str, ...]
    """sorted"""
    modules: frozenset[str]
    """dotted names that the weights name and that are among the files"""
    named: Imports
    """what the files import that the weights name"""
    rest: Imports
    """what the others do"""
    problems: tuple[Problem, ...]


def held_code(contents: Sequence[tuple[str, Contents]], read: Callable[[str], bytes | None]) -> HeldCode:
    """The code in directories of weights; ``read`` gives the bytes of its files."""
    files = {posixpath.join(path, name) for path, one in contents for name in one.code}
    roots = tuple(place for path, one in contents if one.code for place in (path, posixpath.join(path, _BELOW)))
    named = {name for _, one in contents for name in (*one.modules, *one.beside)}
    found = {name: own for name in named if (own := own_module(name, roots, files)) is not None}
    loading = trace_imports(sorted(set(found.values())), read, roots=roots)
    return HeldCode(
        files=tuple(sorted(files)),
        modules=frozenset(found),
        named=loading,
        rest=trace_imports(sorted(files - {*loading.files}), read, roots=roots),
        problems=tuple(_missing(contents, found)),
    )


def _missing(contents: Sequence[tuple[str, Contents]], found: Collection[str]) -> list[Problem]:
    """Modules that loading takes from the directory, and that are not there."""
    detail = "it is loaded by code that no package holds: '{}.py', and that is not there"
    lacking = {(path, name) for path, one in contents for name in one.beside if name not in found}
    return [Problem("weights.custom-code", path, detail.format(name)) for path, name in sorted(lacking)]
