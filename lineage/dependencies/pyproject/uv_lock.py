"""uv.lock, version 1 with any revision (a newer revision stays readable for older tools, as uv documents).

Groups come from the graph: what a member of the workspace needs is main, what only its extras or dependency groups
reach is theirs. A row's marker is that of its fork (``resolution-markers``), without extras that exclude each other;
where it is installed is told by the markers of the graph.
"""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lineage.dependencies.artifacts import source_of
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.lock_groups import Asked, Installs, Needs, reached
from lineage.dependencies.lock_rows import Find, LockRows, by_name, canonical
from lineage.dependencies.lock_tables import HINT, Block, line_of, lock_document, package_blocks
from lineage.dependencies.places import Place
from lineage.dependencies.pyproject.uv_conflicts import Chosen, is_about_choices, reached_by_choice, tag_of
from lineage.dependencies.scripts import LOCK_OF_SCRIPT
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations
from lineage.portable.reading import key_path

FORM = "uv.lock"
PARSE = "toml"

_LOCAL = ("editable", "virtual", "directory", "path")

Edge = tuple[str, str, tuple[str, ...], str | None]
"""(canonical name, version or empty, extras, marker: ``None`` for what is no text)"""
Node = tuple[int, str]
"""(index of a package, extra of it or empty)"""


@dataclass(frozen=True, slots=True)
class _Locked:
    """One ``[[package]]``."""

    block: Block
    name: str
    version: str
    source: dict[str, Any]
    needs: list[Edge]
    extras: dict[str, list[Edge]]
    groups: dict[str, list[Edge]]


def recognise(path: str) -> bool:
    """Whether a file is a lock of uv, of a project or of one script (``train.py.lock``), by its name."""
    return posixpath.basename(path) == "uv.lock" or path.endswith(".py.lock")


def declarations(
    path: str, document: Any, content: bytes, include: Include, environment: Mapping[str, str] | None = None
) -> Declarations:
    """What a lock fixes; with an environment of markers, what it installs there.

    Raises ``InputError`` for a version that is not known and for wrong types, with the key.
    """
    lock = lock_document(path, document)
    version = lock.values.get("version")
    if version != 1 or isinstance(version, bool):
        raise InputError(f"has the lock version {version!r}, and only 1 is known", path, HINT)
    key = "distribution" if "package" not in lock.values and "distribution" in lock.values else "package"
    packages = [_package(block) for block in package_blocks(lock, key, content)]
    if not packages and "requires-python" not in lock.values:  # of a project that has none, uv writes this key alone
        raise InputError("holds neither a [[package]] nor requires-python, which uv always writes", path, HINT)
    manifest = lock.table("manifest")
    members = {canonical(name) for name in manifest.texts("members")} or _projects(packages)
    find = by_name(one.name for one in packages)
    asked, needs = _asked(packages, members, manifest, find), _follow(packages, find)
    roots = [one for _, one in asked]
    groups = _groups(packages, members, asked, needs)
    installed = None if environment is None else Installs(roots, needs, environment, groups)
    rows = LockRows(path)
    for index, one in enumerate(packages):
        place = _place(rows, one, canonical(one.name) in members)
        if place is None:
            continue
        if installed is None or place.is_own or rows.is_listed(one.block, one.name, installed.tells((index, ""))):
            rows.locked(
                one.block,
                one.name,
                one.version,
                place,
                marker=_fork(one.block),
                group=MAIN if place.is_own else groups.get((index, ""), MAIN),
                requires=[edge[0] for edges in (one.needs, *one.extras.values()) for edge in edges],
                hashes=one.block.hashes("wheels", "sdist"),
            )
    rows.merged()
    python = lock.text("requires-python") or None
    form = LOCK_OF_SCRIPT if path.endswith(".py.lock") else FORM
    line = line_of(content, "requires-python")
    return rows.finish(form, is_lock=True, has_graph=True, python=python, python_line=line)


locked = declarations


def _package(block: Block) -> _Locked:
    return _Locked(
        block,
        block.text("name"),
        block.text("version"),
        _source(block),
        _edges(block, "dependencies"),
        _by_key(block, "optional-dependencies"),
        _by_key(block, "dev-dependencies"),
    )


def _source(block: Block) -> dict[str, Any]:
    """``{ registry = "…" }``; before uv 0.3 (``[[distribution]]``) a text: ``registry+https://…``."""
    value = block.values.get("source")
    if not isinstance(value, str):
        return dict(block.table("source").values)
    kind, _, rest = value.partition("+")
    return {"url" if kind == "direct" else kind: rest.removeprefix("file://")}


def _by_key(block: Block, key: str) -> dict[str, list[Edge]]:
    if key not in block.values:
        return {}
    table = block.table(key)
    return {name: _edges(table, name) for name in table.values}


def _edges(block: Block, key: str) -> list[Edge]:
    listed = block.values.get(key, [])
    if not isinstance(listed, list):
        raise block.wrong(key, "a list of tables")
    found: list[Edge] = []
    for index, one in enumerate(listed):
        if not isinstance(one, dict):
            raise block.wrong(key, "a list of tables")
        name, version, extras = one.get("name"), one.get("version", ""), one.get("extra", ())
        marker = one.get("marker", "")
        marker = marker if isinstance(marker, str) else None
        if not isinstance(name, str) or not isinstance(version, str) or extras:
            edge = Block(block.path, one, f"{key_path(block.key, key)}[{index}]", block.line)
            name, version = edge.text("name"), edge.text("version")
            # Before uv 0.2.21 an edge named one extra as a text.
            extras = (extras,) if isinstance(extras, str) else edge.texts("extra")
        found.append((canonical(name), version, extras, marker))
    return found


def _projects(packages: list[_Locked]) -> set[str]:
    """The project of a lock that names no members: in the lock's own folder, else every editable or virtual one."""
    local = [one for one in packages if "editable" in one.source or "virtual" in one.source]
    here = [one for one in local if "." in (one.source.get("editable"), one.source.get("virtual"))]
    return {canonical(one.name) for one in here or local}


def _asked(packages: list[_Locked], members: set[str], manifest: Block, find: Find) -> list[tuple[Chosen, Asked[Node]]]:
    """What is asked for directly, with its group: by members, and by a workspace that is no project itself."""
    asked: list[tuple[Chosen, list[Edge]]] = [((MAIN, ()), _edges(manifest, "requirements"))]
    for name, edges in _by_key(manifest, "dependency-groups").items():
        asked.append(((group_of(name), ()), edges))
    for one in packages:
        project = canonical(one.name)
        if project in members:
            own = tag_of("project", project)
            asked.append(((MAIN, (own,)), one.needs))
            for name, edges in one.extras.items():
                asked.append(((group_of_extra(name), (own, tag_of("extra", project, name))), edges))
            for name, edges in one.groups.items():
                asked.append(((group_of(name), (own, tag_of("group", project, name))), edges))
    return [
        (chosen, (chosen[0], node, marker)) for chosen, edges in asked for node, marker in _nodes(edges, packages, find)
    ]


def _groups(
    packages: list[_Locked], members: set[str], asked: list[tuple[Chosen, Asked[Node]]], needs: Needs[Node]
) -> dict[Node, str]:
    """The strongest group that reaches each package, or an extra of it."""
    edges = (edge for one in packages for each in (one.needs, *one.extras.values()) for edge in each)
    if not is_about_choices(edge[3] for edge in edges):
        return reached([one for _, one in asked], needs)

    def brings(node: Node) -> str:
        project = canonical(packages[node[0]].name)
        if project not in members:
            return ""
        return tag_of("extra", project, node[1]) if node[1] else tag_of("project", project)

    return reached_by_choice(asked, needs, brings)


def _follow(packages: list[_Locked], find: Find) -> Needs[Node]:
    def needs(node: Node) -> Iterable[tuple[Node, str | None]]:
        index, extra = node
        one = packages[index]
        return _nodes(one.extras.get(extra, []) if extra else one.needs, packages, find)

    return needs


def _nodes(edges: list[Edge], packages: list[_Locked], find: Find) -> Iterable[tuple[Node, str | None]]:
    for name, version, extras, marker in edges:
        for index in find(name):
            if not version or packages[index].version == version:
                yield (index, ""), marker
                for extra in extras:
                    yield (index, extra), marker


def _fork(block: Block) -> str:
    markers = block.texts("resolution-markers")
    return markers[0] if len(markers) == 1 else " or ".join(f"({one})" for one in markers)


def _place(rows: LockRows, one: _Locked, is_member: bool) -> Place | None:
    source = one.source
    if is_member:
        origin = rows.place(one.block, one.name, {"path": next((source[key] for key in _LOCAL if key in source), ".")})
        return None if origin is None else Place(origin=origin.origin, is_own=True)
    if "registry" in source:
        return Place(origin=None, source=source_of(str(source["registry"])))
    if isinstance(source.get("git"), str):
        return rows.place(one.block, one.name, _git(source["git"], source))
    for key in _LOCAL:
        if key in source:
            return rows.place(one.block, one.name, {"path": source[key]})
    return rows.place(one.block, one.name, source)


def _git(address: str, source: dict[str, Any]) -> dict[str, Any]:
    """``https://host/path?subdirectory=a&tag=v1#COMMIT`` as keys; an address that cannot be split is left as it is."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return {"git": address}
    asked = parse_qs(parts.query)
    below = source.get("subdirectory") or "".join(asked.get("subdirectory", [])[:1])
    return {
        "git": f"{parts.scheme}://{parts.netloc}{parts.path}",
        "rev": parts.fragment,
        "subdirectory": below or None,
    }
