"""poetry.lock, lock-version 1.0 to 2.1.

What a package is for: 2.1 says the groups of each row; 1.0 and 1.1 say ``category``; 2.0 says nothing, and what the
pyproject.toml beside it asks for is followed through the graph. Optional packages are for the extra that their marker
names, else for those that reach them.
"""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lineage.dependencies.artifacts import source_of
from lineage.dependencies.conditions import placed
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_extra
from lineage.dependencies.lock_groups import Installs, Needs, reached, strongest
from lineage.dependencies.lock_rows import Find, LockRows, by_name, canonical, named
from lineage.dependencies.lock_tables import HINT, Block, line_of, lock_document, package_blocks
from lineage.dependencies.places import Place
from lineage.dependencies.pyproject.pyproject import asked_beside
from lineage.dependencies.version_ranges import allows
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency

FORM = "poetry.lock"
PARSE = "toml"

KNOWN = ("1.0", "1.1", "2.0", "2.1")

Asked = tuple[Dependency, ...]
"""what the project beside the lock asks for"""


def recognise(path: str) -> bool:
    """Whether a file is a lock of poetry, by its name."""
    return posixpath.basename(path) == "poetry.lock"


def declarations(
    path: str, document: Any, content: bytes, include: Include, environment: Mapping[str, str] | None = None
) -> Declarations:
    """What a lock fixes; with an environment of markers, what it installs there.

    Raises ``InputError`` for a version that is not known and for wrong types, with the key.
    """
    lock = lock_document(path, document)
    rows = LockRows(path)
    metadata = lock.table("metadata")
    _check_version(rows, metadata, line_of(content, "lock-version", "[metadata]"))
    blocks = package_blocks(lock, "package", content)
    needs = [sorted({canonical(name) for name in block.table("dependencies").values}) for block in blocks]
    says_groups = any("groups" in block.values for block in blocks)
    asked = () if says_groups else asked_beside(rows, include)
    groups = (_told if says_groups else _followed)(lock, blocks, needs, asked)
    versions = [(block.text("name"), block.text("version")) for block in blocks] if asked else []
    forks = fork_markers(versions, asked)
    installed = None
    if environment is not None and not says_groups:
        installed = _installed(lock, blocks, asked, environment)
        groups = [(installed.groups.get(index, MAIN), "") for index in range(len(blocks))]
    files = metadata.table("files")
    for index, block in enumerate(blocks):
        if installed is None or rows.is_listed(block, block.text("name"), installed.tells(index)):
            hashes = block.hashes("files") or files.hashes(block.text("name"))
            _read(rows, block, groups[index], forks.get(index, ""), needs[index], hashes)
    rows.merged()
    return rows.finish(
        FORM,
        is_lock=True,
        has_graph=True,
        python=metadata.text("python-versions") or None,
        python_line=line_of(content, "python-versions", "[metadata]"),
    )


locked = declarations


def _read(
    rows: LockRows, block: Block, group: tuple[str, str], fork: str, needs: list[str], hashes: tuple[str, ...]
) -> None:
    name = block.text("name")
    place = _place(rows, block, name)
    if place is None:
        return
    try:
        by_extra, marker = placed(_marker(block, group[1]) or fork)
    except InputError as error:
        rows.not_understood(block, name, error.message)
        return
    row_group = by_extra if by_extra and group[0] == MAIN else group[0]
    version = block.text("version")
    rows.locked(block, name, version, place, marker=marker, group=row_group, requires=needs, hashes=hashes)


def _check_version(rows: LockRows, metadata: Block, line: int) -> None:
    """Locks before 1.0 have no version; a newer minor version may say more than is read here."""
    version = metadata.text("lock-version")
    if not version or version in KNOWN:
        return
    place = f"{rows.path}:{line}" if line else rows.path
    if version.partition(".")[0] != "2":
        raise InputError(f"has the lock version {version!r}, and 1.0 to {KNOWN[-1]} are known", place, HINT)
    rows.unread("packages", line, f"has the lock version {version!r}, which is newer than {KNOWN[-1]}", version)


def _told(lock: Block, blocks: list[Block], needs: list[list[str]], _: Asked) -> list[tuple[str, str]]:
    """(group, the lock's name of it) of each package as its row says; of an optional one the extra that reaches it."""
    found = [strongest(block.texts("groups")) for block in blocks]
    find, follow = _graph(blocks, needs)
    extras = reached(_extras(lock, blocks, find), follow)
    for index, block in enumerate(blocks):
        group, name = found[index]
        if group == MAIN and block.flag("optional") and "extra" not in _marker(block, name):
            found[index] = extras.get(index, MAIN), name
    return found


def _graph(blocks: list[Block], needs: list[list[str]]) -> tuple[Find, Needs[int]]:
    find = by_name(block.text("name") for block in blocks)
    return find, lambda index: ((other, "") for name in needs[index] for other in find(name))


def _installed(lock: Block, blocks: list[Block], asked: Asked, environment: Mapping[str, str]) -> Installs[int]:
    """What the project's main group installs, by the markers of what packages need."""
    find = by_name(block.text("name") for block in blocks)

    def needs(index: int) -> Iterable[tuple[int, str | None]]:
        for name, told in blocks[index].table("dependencies").values.items():
            for one in told if isinstance(told, list) else [told]:
                marker = one.get("markers", "") if isinstance(one, dict) else ""
                # Whether somebody asks for the extra is not told.
                known = marker if isinstance(marker, str) and "extra" not in marker else None
                yield from ((other, known) for other in find(canonical(name)))

    roots: list[tuple[str, int, str | None]] = [
        (row.group, index, row.marker) for row in asked if row.group for index in find(row.name)
    ]
    return Installs([*roots, *_extras(lock, blocks, find)], needs, environment)


def _followed(lock: Block, blocks: list[Block], needs: list[list[str]], asked: Asked) -> list[tuple[str, str]]:
    """(group, no name that the lock has for it) of each package, by its category or by what the project asks for."""
    find, follow = _graph(blocks, needs)
    if any("category" in block.values for block in blocks):
        found = {index: strongest((block.text("category"),))[0] for index, block in enumerate(blocks)}
        roots = [(group, index, "") for index, group in found.items() if not blocks[index].flag("optional")]
        found |= reached(roots + _extras(lock, blocks, find), follow) | {index: group for group, index, _ in roots}
    else:
        roots = [(row.group, index, "") for row in asked if row.group for index in find(row.name)]
        if not roots:
            roots = [(MAIN, index, "") for index, block in enumerate(blocks) if not block.flag("optional")]
        found = reached(roots + _extras(lock, blocks, find), follow)
    return [(found.get(index, MAIN), "") for index in range(len(blocks))]


def _extras(lock: Block, blocks: list[Block], find: Find) -> list[tuple[str, int, str]]:
    extras = lock.table("extras")
    return [
        (group_of_extra(extra), index, "")
        for extra in extras.values
        for text in extras.texts(extra)
        for index in find(named(text))
        if blocks[index].flag("optional")
    ]


def _marker(block: Block, group: str) -> str:
    """2.1 says ``markers``, one for all groups or one for each; before 1.0 it was ``marker``."""
    if isinstance(block.values.get("markers"), dict):
        return block.table("markers").text(group)
    return block.text("markers") or block.text("marker")


def _place(rows: LockRows, block: Block, name: str) -> Place | None:
    source = block.table("source")
    kind, url = source.text("type"), source.text("url")
    if kind in ("", "legacy", "pypi"):
        return Place(origin=None, source=source_of(url or "pypi"))
    if kind in ("git", "hg"):
        commit = source.text("resolved_reference") or source.text("reference")
        return rows.place(block, name, {kind: url, "rev": commit, "subdirectory": source.text("subdirectory") or None})
    if kind in ("directory", "file"):
        return rows.place(block, name, {"path": url})
    if kind == "url":
        return rows.place(block, name, {"url": url, "subdirectory": source.text("subdirectory") or None})
    rows.not_understood(block, name, f"comes from a source of a kind that is not known: {kind[:80]!r}")
    return None


def fork_markers(packages: Sequence[tuple[str, str]], asked: Iterable[Dependency]) -> dict[int, str]:
    """The marker of each package that it tells, by its index in (name, version)s; ``asked`` are the project's rows."""
    find = by_name(name for name, _ in packages)
    told: dict[int, set[str]] = {}
    forked: dict[str, list[int]] = {}
    for row in asked:
        indexes = find(row.name)
        if len(indexes) < 2 or not row.marker:
            continue
        forked[row.name] = indexes
        fitting = [index for index in indexes if allows(row.specifier, packages[index][1])]
        if len(fitting) == 1:
            told.setdefault(fitting[0], set()).add(row.marker)
    return {
        index: " or ".join(f"({marker})" for marker in sorted(told[index]))
        for indexes in forked.values()
        if all(one in told for one in indexes)
        for index in indexes
    }
