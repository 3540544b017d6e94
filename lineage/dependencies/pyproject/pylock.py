"""pylock.toml and pylock.NAME.toml (PEP 751, lock-version 1.0).

Extras and dependency groups stand in the markers of rows. What is installed without asking for any, or with the
default groups alone, is main; what only one extra or group brings is for that.
Hand-written because ``packaging.pylock`` refuses the whole file for one wrong row, and gives no lines.
"""

import posixpath
import re
from typing import Any

from lineage.dependencies.artifacts import source_of
from lineage.dependencies.conditions import placed
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.lock_rows import INDEX, LockRows, canonical
from lineage.dependencies.lock_tables import HINT, Block, line_of, lock_document, package_blocks
from lineage.dependencies.pip.origins import read_address
from lineage.dependencies.places import Place
from lineage.errors import InputError
from lineage.model.declarations import GROUPS, MAIN, Declarations

FORM = "pylock.toml"
PARSE = "toml"

_NAMES = re.compile(r"pylock\.(?:[^.]+\.)?toml")
_LISTED = re.compile(r"\bdependency_groups in \(([^()]*+)\)")
"""as Python would say it: ``dependency_groups in ('dev', 'test')``"""

_FILES = ("wheels", "sdist", "archive")


def recognise(path: str) -> bool:
    """Whether a file is a standard lock, by its name."""
    return _NAMES.fullmatch(posixpath.basename(path)) is not None


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a lock fixes. Raises ``InputError`` for a version that is not known and for wrong types, with the key."""
    lock = lock_document(path, document)
    rows = LockRows(path)
    _check_version(rows, lock, line_of(content, "lock-version"))
    blocks = package_blocks(lock, "packages", content)
    if "packages" not in lock.values:
        raise InputError("holds no packages, which a lock must list", path, HINT)
    serving = (name for name in lock.texts("default-groups") if group_of(name) == MAIN or group_of(name) not in GROUPS)
    chosen = frozenset(("group", name) for name in serving)
    for block in blocks:
        name = block.text("name")
        place = _place(rows, block, name)
        if place is None:
            continue
        try:
            group, marker = placed(_standard(block.text("marker")), chosen)
        except InputError as error:
            rows.not_understood(block, name, error.message)
            continue
        rows.locked(
            block,
            name,
            block.text("version"),
            place,
            marker=marker,
            group=group or MAIN,
            requires=[canonical(one.text("name")) for one in block.tables("dependencies")],
            digests=_digests(block),
        )
    rows.merged()
    return rows.finish(
        FORM,
        is_lock=True,
        has_graph=any("dependencies" in block.values for block in blocks),
        python=lock.text("requires-python") or None,
        python_line=line_of(content, "requires-python"),
    )


def _standard(marker: str) -> str:
    """A marker whose groups stand as pipenv 2025.0 wrote them, as the standard has them."""
    if "dependency_groups in (" not in marker:
        return marker
    return _LISTED.sub(
        lambda found: f"({' or '.join(f'{one} in dependency_groups' for one in _quoted(found))})", marker
    )


def _quoted(found: re.Match[str]) -> list[str]:
    return [text for one in found[1].split(",") if (text := one.strip())] or ["''"]


def _check_version(rows: LockRows, lock: Block, line: int) -> None:
    """A tool must refuse another major version, and may read a newer minor one (PEP 751)."""
    version = lock.text("lock-version")
    place = f"{rows.path}:{line}" if line else rows.path
    if re.fullmatch(r"1\.[0-9]{1,9}", version) is None:
        raise InputError(f"has the lock version {version!r}, and 1.0 is known", place, HINT)
    if version != "1.0":
        rows.unread("packages", line, f"has the lock version {version!r}, which is newer than 1.0", version)


def _place(rows: LockRows, block: Block, name: str) -> Place | None:
    for key in ("archive", "directory"):
        if key in block.values:
            source = block.table(key)
            texts = {one: source.text(one) for one in ("url", "path", "subdirectory") if source.text(one)}
            return rows.place(block, name, texts)
    if "vcs" in block.values:
        return _repository(rows, block, name)
    index = block.values.get("index")
    return Place(origin=None, source=source_of(index)) if isinstance(index, str) else INDEX


def _digests(block: Block) -> list[str]:
    listed = (value if isinstance(value, list) else [value] for value in map(block.values.get, _FILES))
    tables = [one.get("hashes") for each in listed for one in each if isinstance(one, dict)]
    found = (pair for one in tables if isinstance(one, dict) for pair in one.items())
    return [f"{algorithm}:{digest}" for algorithm, digest in found if isinstance(digest, str)]


def _repository(rows: LockRows, block: Block, name: str) -> Place | None:
    source = block.table("vcs")
    if not source.text("url"):
        return rows.place(block, name, {"path": source.text("path")})
    below = f"#subdirectory={source.text('subdirectory')}" if source.text("subdirectory") else ""
    try:
        found = read_address(f"{source.text('type')}+{source.text('url')}@{source.text('commit-id')}{below}")
    except ValueError:
        rows.not_understood(block, name, "has a vcs whose url is no address")
        return None
    return Place(origin=found.origin)
