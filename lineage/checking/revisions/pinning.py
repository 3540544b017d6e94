"""Whether the environment of a repository's models moves by a commit alone: what pins it."""

from collections.abc import Iterable, Iterator

from lineage.checking.due.promises import ASIDE
from lineage.checking.revisions.revision import Revision
from lineage.dependencies.forms import home_of
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.pip.origins import names_commit
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.model.manifest import SUFFIX


def pinned_by(revision: Revision) -> tuple[str, ...]:
    """The files that pin the environments of all models, sorted; empty where one is pinned by nothing.

    The directories that count hold the files that the manifests declare; without such the root does. One is pinned by
    a lock, or where every package that its files name stands in one of them as one version or one commit. What cannot
    be read pins nothing.
    """
    found = [_pinning(_declared(revision, home)) for home in _homes(revision)]
    return tuple(sorted({path for paths in found for path in paths})) if all(found) else ()


def _homes(revision: Revision) -> set[str]:
    homes: set[str] = set()
    for path in revision.files:
        if path.endswith(SUFFIX):
            try:
                declared = revision.manifest(path).manifest.declared
            except InputError:
                continue
            homes |= {home_of(file) for file, _ in declared}
    return homes or {""}


def _declared(revision: Revision, home: str) -> Iterator[Declarations | None]:
    """What the files of a directory ask for; ``None`` for one that cannot be read."""
    for path in revision.dependency_files(home):
        if group_of_file(path) not in ASIDE:
            try:
                yield revision.declarations(path)
            except InputError:
                yield None


def _pinning(files: Iterable[Declarations | None]) -> list[str]:
    """The locks among the files of one directory, else those that together pin every name, else none."""
    known = list(files)
    read = [one for one in known if one is not None]
    locks = [one.path for one in read if one.is_lock]
    if locks or len(read) < len(known) or any(one.unknown for one in read):
        return locks
    rows = [(one.path, row) for one in read for row in one.dependencies if _is_installed(row, one.path)]
    exact = [(path, row.name) for path, row in rows if _is_exact(row)]
    asked = {row.name for _, row in rows}
    return [path for path, _ in exact] if asked <= {name for _, name in exact} else []


def _is_installed(row: Dependency, path: str) -> bool:
    return row.group in (MAIN, group_of_file(path)) and not row.is_own


def _is_exact(row: Dependency) -> bool:
    return row.version is not None or (row.origin is not None and names_commit(row.origin))
