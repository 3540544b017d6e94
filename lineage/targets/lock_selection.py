"""The rows of a dependency file that count for one target → its packages, and what the file cannot tell of them.

Rules:

1. A package is what exactly one version, or one commit, is promised of. Everything else is unknown by its name.
2. Rows whose marker does not hold do not count. One whose marker cannot be judged makes its package unknown.
3. Constraints say which version, never that a package is installed.
4. All rows of a name must agree; where they do not, an installer would refuse them. A row that cannot be read agrees
   with none.
5. Where rows have hashes, a recorded artifact is not taken for equal by its version: pip refuses a row without one.
6. A file or directory whose name is not told may be any package.
7. What is for an extra or a group alone is not installed: a package that was recorded is then unknown.
8. A part of the repository is code, and no package, unless it was recorded as one.
9. Only what lists all that is installed tells that a package is not there: a lock, and a requirements file. A lock of
   conda does not, because conda has names of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet

from lineage.dependencies.groups import group_of_file
from lineage.dependencies.markers import holds, untold
from lineage.dependencies.pip.origins import is_repository, names_commit
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.environment import LOCAL, REPOSITORY, Package, Unknown
from lineage.portable.names import parse_version
from lineage.redaction.addresses import REDACTED

_PACKAGE = "package:"
_UNNAMED = "installs a file or directory whose name it does not tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a lock promises to one target, sorted by name."""

    packages: tuple[Package, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def select(declared: Declarations, environment: Mapping[str, str], recorded: Iterable[Package] = ()) -> Selection:
    """The packages of a target with this marker environment.

    ``recorded`` are the packages to be compared with: of several hashes that may be installed the recorded one is
    taken where it is among them, and a recorded commit tells the version that a lock does not.
    """
    rows = [row if row.file else replace(row, file=declared.path) for row in declared.dependencies]
    hashed = any(row.hashes for row in rows)
    by_name: dict[str, list[Dependency]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    unnamed = [row for row in by_name.pop("", ()) if holds(row.marker, environment) is not False]
    known = {package.name: package for package in recorded}
    packages: list[Package] = []
    unknown: dict[str, str] = {}
    unread = {one.subject for one in declared.unknown}
    for name, found in sorted(by_name.items()):
        if _PACKAGE + name in unread:
            continue
        one = _select_one(name, found, declared.path, environment, known.get(name))
        if hashed and isinstance(one, Package) and _lost_hash(found, known.get(name)):
            one = f"{_where(found[0])} has no hash, where other rows have one"
        if isinstance(one, Package):
            packages.append(one)
        elif one is not None:
            unknown[name] = one
    unknown |= {name: reason for name in sorted(known) if name not in by_name and (reason := _untold(declared))}
    return Selection(
        packages=tuple(packages),
        unknown=(
            *(Unknown(_PACKAGE + name, reason) for name, reason in unknown.items()),
            *(Unknown("packages", f"{_where(row)} {_UNNAMED}") for row in unnamed),
            *declared.unknown,
        ),
    )


def _where(row: Dependency) -> str:
    return f"{row.file}:{row.line}" if row.line else row.file


def _untold(declared: Declarations) -> str:
    """Why a package that a file does not name may be installed all the same; empty where it is not."""
    if declared.form != "requirements" and not declared.is_lock:
        return f"{declared.path} does not name it, and is no lock"
    if any(row.manager == "conda" for row in declared.dependencies):
        return f"{declared.path} does not name it, and conda may have another name for it"
    return ""


def _lost_hash(rows: Sequence[Dependency], recorded: Package | None) -> bool:
    """Whether nothing says which artifact is meant, of a package whose artifact was recorded."""
    is_known = recorded is not None and recorded.artifact is not None
    return is_known and not any(row.hashes or row.origin for row in rows)


def _select_one(
    name: str, found: Sequence[Dependency], path: str, environment: Mapping[str, str], recorded: Package | None
) -> Package | str | None:
    """The package, or why it is unknown; ``None`` when no row of it counts."""
    installed = (MAIN, group_of_file(path))
    rows = [row for row in found if row.group in installed or row.file != path]
    if not rows:
        others = " and ".join(sorted({row.group for row in found}))
        return f"{_where(found[0])} is for {others}, which is not installed by default" if recorded else None
    judged = [(row, holds(row.marker, environment)) for row in rows]
    for row, holding in judged:
        if holding is None:
            asked = ", ".join(untold(row.marker, environment))
            return f"{_where(row)} depends on " + (f"{asked}, which is not known" if asked else "what cannot be judged")
    counted = [row for row, holding in judged if holding]
    if not counted:
        return None
    first = next((row for row in counted if not row.is_constraint), None)
    if first is None:
        return f"{_where(counted[0])} only constrains it: no row says that it is installed"
    for row in counted:
        if row.is_editable:
            return f"{_where(row)} installs it editable, without a version"
        if row.is_own:
            return _own(row, recorded)
    return _agreed(name, counted, recorded)


def _own(row: Dependency, recorded: Package | None) -> Package | str | None:
    if recorded is None or (recorded.origin or "").startswith(REPOSITORY):
        return recorded
    return f"{_where(row)} is a part of the repository, whose version it does not tell"


def _agreed(name: str, rows: Sequence[Dependency], recorded: Package | None) -> Package | str:
    origins = _distinct(rows, "origin")
    if len(origins) > 1:
        return f"{_where(origins[0])} and {_where(origins[1])} install it from different places"
    origin = origins[0].origin if origins else None
    if origin == REDACTED:
        return f"{_where(origins[0])} installs it from an address that is not kept: it may hold a secret"
    if origin is not None and is_repository(origin) and not names_commit(origin):
        return f"{_where(origins[0])} names a repository, but no full commit"
    if origin is not None and origin.startswith("path:"):
        origin = LOCAL
    pins = _distinct(rows, "version")
    if len(pins) > 1:
        return f"{_where(pins[0])} pins {pins[0].version}, but {_where(pins[1])} pins {pins[1].version}"
    version = pins[0].version if pins else None
    if version is None:
        if origin is None:
            return " and ".join(f"{_where(row)} allows {_range(row) or 'any version'}" for row in rows) + (
                ", which is no version"
            )
        if recorded is None or recorded.origin != origin or origin == LOCAL:
            return f"{_where(origins[0])} names where it comes from, but not its version"
        version = recorded.version
    for row in rows:
        if not _allows(row.specifier, version):
            return f"{_where(row)} allows {_range(row)}, which {version} is not"
    return _package(name, version, origin, rows, recorded)


def _range(row: Dependency) -> str:
    return row.written or row.specifier


def _distinct(rows: Sequence[Dependency], field: str) -> list[Dependency]:
    """The first row of each value that there is; versions by what they mean, not by how they are spelled."""
    found: dict[object, Dependency] = {}
    for row in rows:
        value = getattr(row, field)
        if value is not None:
            found.setdefault((parse_version(value) or value) if field == "version" else value, row)
    return list(found.values())


def _allows(specifier: str, version: str) -> bool:
    if not specifier or specifier.startswith("==="):
        return True
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except ValueError:
        return False


def _package(
    name: str, version: str, origin: str | None, rows: Sequence[Dependency], recorded: Package | None
) -> Package | str:
    allowed = [{hash_ for hash_ in row.hashes if hash_.startswith("sha256:")} for row in rows if row.hashes]
    common = sorted(set.intersection(*allowed)) if allowed else []
    if len(allowed) > 1 and not common:
        return f"{_where(rows[0])} and the other rows of it have no hash in common"
    artifact = recorded.artifact if recorded is not None else None
    if artifact is None:
        artifact = common[0] if len(common) == 1 else None
    elif artifact not in common:
        # Another one than recorded, whichever it is: the comparison is to see that.
        artifact = common[0] if common else None
    return Package(name=name, version=version, artifact=artifact, origin=origin)
