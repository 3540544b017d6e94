"""pdm.lock, lock_version up to 4.5.

Each row says its groups where pdm locks with ``inherit_metadata`` (its default since 4.4.1; ``sections`` before 4.0);
else what the pyproject.toml beside it asks for is followed through the graph.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from lineage.dependencies.conditions import placed
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_extra
from lineage.dependencies.lock_groups import Installs, reached, strongest
from lineage.dependencies.lock_rows import INDEX, LockRows, by_name, canonical, named
from lineage.dependencies.lock_tables import HINT, Block, line_of, lock_document, package_blocks
from lineage.dependencies.pip.entries import parse_requirement
from lineage.dependencies.places import Place
from lineage.dependencies.pyproject.pyproject import asked_beside
from lineage.errors import InputError
from lineage.model.declarations import GROUPS, MAIN, Declarations

FORM = "pdm.lock"
PARSE = "toml"

NEWEST = (4, 5)


def recognise(path: str) -> bool:
    """Whether a file is a lock of pdm, by its name."""
    return posixpath.basename(path) == "pdm.lock"


def declarations(
    path: str, document: Any, content: bytes, include: Include, environment: Mapping[str, str] | None = None
) -> Declarations:
    """What a lock fixes; with an environment of markers, what it installs there.

    Raises ``InputError`` for a version that is not known and for wrong types, with the key.
    """
    lock = lock_document(path, document)
    rows = LockRows(path)
    metadata = lock.table("metadata")
    _check_version(rows, metadata, line_of(content, "lock_version", "[metadata]"))
    blocks = package_blocks(lock, "package", content)
    needs = [[name for text in _needs(block) if (name := named(text))] for block in blocks]
    groups = _groups(rows, blocks, needs, include)
    installed = None
    if environment is not None and not any(map(_groups_told, blocks)):
        installed = _installed(rows, blocks, include, environment)
        groups = [installed.groups.get(index, MAIN) for index in range(len(blocks))]
    files = metadata.table("files")
    for index, (block, group, required) in enumerate(zip(blocks, groups, needs, strict=True)):
        name, version = block.text("name"), block.text("version")
        if installed is not None and not rows.is_listed(block, name, installed.tells(index)):
            continue
        place = _place(rows, block, name)
        if place is None:
            continue
        try:
            _, marker = placed(block.text("marker"))
        except InputError as error:
            rows.not_understood(block, name, error.message)
            continue
        rows.locked(
            block,
            name,
            version,
            place,
            marker=marker,
            group=group,
            extras=block.texts("extras"),
            requires=required,
            hashes=block.hashes("files") or files.hashes(f"{name} {version}"),
        )
    rows.merged()
    python, line = _python(metadata, content)
    return rows.finish(FORM, is_lock=True, has_graph=True, python=python, python_line=line)


locked = declarations


def _needs(block: Block) -> Iterable[str]:
    """Requirements; before lock_version 3 a table of them by name."""
    is_table = isinstance(block.values.get("dependencies"), dict)
    return block.table("dependencies").values if is_table else block.texts("dependencies")


def _check_version(rows: LockRows, metadata: Block, line: int) -> None:
    version = metadata.text("lock_version")
    place = f"{rows.path}:{line}" if line else rows.path
    match = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.[0-9]{1,9})*", version)
    if version and (match is None or int(match[1]) > NEWEST[0]):
        raise InputError(f"has the lock version {version!r}, and up to 4.5 are known", place, HINT)
    if match is not None and (int(match[1]), int(match[2] or 0)) > NEWEST:
        rows.unread("packages", line, f"has the lock version {version!r}, which is newer than 4.5", version)


def _groups(rows: LockRows, blocks: list[Block], needs: list[list[str]], include: Include) -> list[str]:
    told = list(map(_groups_told, blocks))
    if any(told):
        own = {name for names in told for name in names if group_of_extra(name) not in GROUPS}
        asked = asked_beside(rows, include) if own - {MAIN, "default"} else ()
        extras = {row.group for row in asked}
        is_extra = frozenset(name for name in own if group_of_extra(name) in extras)
        return [strongest(names, is_extra)[0] for names in told]
    find = by_name(block.text("name") for block in blocks)

    def follow(index: int) -> Iterable[tuple[int, str]]:
        return ((other, "") for name in needs[index] for other in find(name))

    roots = [(row.group, index, "") for row in asked_beside(rows, include) if row.group for index in find(row.name)]
    found = reached(roots, follow)
    return [found.get(index, MAIN) for index in range(len(blocks))]


def _groups_told(block: Block) -> tuple[str, ...]:
    return block.texts("groups") or block.texts("sections")


def _marked_needs(block: Block) -> Iterable[str]:
    listed = block.values.get("dependencies")
    if not isinstance(listed, dict):
        return block.texts("dependencies")
    markers = {name: one.get("marker") for name, one in listed.items() if isinstance(one, dict)}
    return [f"{name} ; {markers[name]}" if markers.get(name) else name for name in listed]


def _installed(rows: LockRows, blocks: list[Block], include: Include, environment: Mapping[str, str]) -> Installs[int]:
    """What the project's main group installs, by the markers of what packages need; extras are rows of their own."""
    find = by_name(block.text("name") for block in blocks)

    def fitting(name: str, extras: Iterable[str]) -> Iterable[int]:
        return (index for index in find(name) if {*map(canonical, blocks[index].texts("extras"))} <= {*extras})

    def needs(index: int) -> Iterable[tuple[int, str | None]]:
        for text in _marked_needs(blocks[index]):
            try:
                one = parse_requirement(text, False)
            except InputError:
                yield from ((other, None) for other in find(named(text)))
                continue
            yield from ((other, one.marker) for other in fitting(one.name or "", one.extras))

    roots: list[tuple[str, int, str | None]] = [
        (row.group, index, row.marker)
        for row in asked_beside(rows, include)
        if row.group
        for index in fitting(row.name, row.extras)
    ]
    return Installs(roots, needs, environment)


def _place(rows: LockRows, block: Block, name: str) -> Place | None:
    if block.text("git") or block.text("hg"):
        kind = "git" if block.text("git") else "hg"
        commit = block.text("revision") or block.text("ref")
        below = block.text("subdirectory") or None
        return rows.place(block, name, {kind: block.text(kind), "rev": commit, "subdirectory": below})
    for key in ("path", "url"):
        if block.text(key):
            return rows.place(block, name, {key: block.text(key), "subdirectory": block.text("subdirectory") or None})
    return INDEX


def _python(metadata: Block, content: bytes) -> tuple[str | None, int]:
    """(what it asks for, line): of the lock's targets since 4.5, where several ask for several, all of them."""
    asked = [python for target in metadata.tables("targets") if (python := target.text("requires_python"))]
    if not asked:
        return None, 0
    return " || ".join(dict.fromkeys(asked)), line_of(content, "requires_python", "[[metadata.targets]]")
