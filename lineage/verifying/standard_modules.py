"""Modules of the standard library that a package imports, and that something in front of it on ``sys.path`` hides.

Nearly always nothing stands in front of the standard library. Where something does, its names are compared with the
standard ones, and only where one of them is a module the files of the packages are read for who imports it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lineage.portable.distinfo import Distribution
from lineage.portable.names import module_of
from lineage.portable.search import Search, Taken
from lineage.targets.source import Examination

_IMPORT = re.compile(rb"^[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+([\w.]+)[ \t]+import\b)", re.MULTILINE)
_FROZEN = frozenset(
    [
        *("_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "importlib", "io", "ntpath", "os"),
        *("posixpath", "runpy", "site", "stat", "zipimport"),
    ]
)
"""What is part of the program since Python 3.11, and never looked for."""
_ASIDE = frozenset(["test", "tests", "testing", "conftest.py"])


class Hidden(NamedTuple):
    """A standard module that ``import`` takes from elsewhere."""

    module: str
    taken: Taken


def hidden_modules(
    target: Examination, search: Search, front: Sequence[str], standard: frozenset[str]
) -> tuple[Hidden, ...]:
    """The standard modules that an entry in ``front`` of the standard library has, by name. Raises ``Unreadable``."""
    abi, python = target.observation.environment.abi, target.observation.environment.python
    library = Search(target.tree, target.paths[len(front) :], abi)
    names = {module_of(name) or name for path in front for name in _names(target, path)} & standard
    names -= _FROZEN if python is None or _numbers(python) >= (3, 11) else frozenset()
    found = []
    for name in sorted(names):
        taken, own = search.first(name), library.first(name)
        # What no file of the standard library has is built in, and comes first.
        if taken is not None and taken.file and taken.entry in front and own is not None and own.file:
            loaded = target.loaded.get(name)
            if loaded is None or _is_same(target, loaded, taken.path):
                found.append(Hidden(name, taken))
    return tuple(found)


def _names(target: Examination, path: str) -> Sequence[str]:
    if not target.tree.is_kind(path, "file"):
        return target.tree.names_if_any(path)
    # Only here: archives are rare on a path, and zipfile is dear to import.
    from lineage.portable.archive import read_archive

    return read_archive(target.tree, path).names(path)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version)[:2])


def _is_same(target: Examination, left: str, right: str) -> bool:
    return left == right or target.tree.resolve_if_any(left) == target.tree.resolve_if_any(right)


def importers(
    target: Examination, packages: Sequence[Distribution], hidden: Sequence[Hidden]
) -> Iterator[tuple[Distribution, Hidden]]:
    """For each hidden module the first package one of whose files imports it; tests beside them are left out."""
    waiting = {one.module: one for one in hidden}
    for package in packages:
        for file in _sources(target, package):
            if not waiting:
                return
            for name in _imported(target.tree.read_if_any(f"{package.path}/{file}"), waiting):
                yield package, waiting.pop(name)


def _imported(text: bytes, names: Iterable[str]) -> set[str]:
    """Those of the names that a source imports on top, or below ``try`` or a function."""
    if not any(name.encode() in text for name in names):
        return set()
    parts = (part for match in _IMPORT.finditer(text) for part in (match[1] or match[2]).split(b","))
    return {part.strip().partition(b" ")[0].partition(b".")[0].decode() for part in parts} & set(names)


def _sources(target: Examination, package: Distribution) -> Iterator[str]:
    record = target.tree.read_if_any(f"{package.info}/RECORD").decode("utf-8", "replace")
    for line in record.splitlines():
        file = line.partition(",")[0].strip('"')
        if file.endswith(".py") and not file.startswith(("..", "/")) and _ASIDE.isdisjoint(file.split("/")):
            yield file
