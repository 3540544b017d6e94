"""The rows of a lock that count for one target → its packages, and what the lock cannot tell of them.

Rules:

1. A package is what exactly one version, or one commit, is promised of. Everything else is unknown by its name.
2. Rows whose marker does not hold do not count. One whose marker cannot be judged makes its package unknown.
3. Constraints say which version, never that a package is installed.
4. All rows of a name must agree; where they do not, an installer would refuse them.
5. Where rows have hashes, a recorded artifact is not taken for equal by its version: pip refuses a row without one.
6. A file or directory whose name is not told may be any package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from lineage.dependencies.markers import holds, untold
from lineage.dependencies.pip.nouns import Requirement
from lineage.dependencies.pip.origins import is_repository, names_commit
from lineage.portable.environment import LOCAL, Package, Unknown
from lineage.portable.names import parse_version
from lineage.redaction.addresses import REDACTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a lock promises to one target, sorted by name."""

    packages: tuple[Package, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def select(rows: Iterable[Requirement], environment: Mapping[str, str], recorded: Iterable[Package] = ()) -> Selection:
    """The packages of a target with this marker environment.

    ``recorded`` are the packages to be compared with: of several hashes that may be installed the recorded one is
    taken where it is among them, and a recorded commit tells the version that a lock does not.
    """
    by_name: dict[str, list[Requirement]] = {}
    unnamed: list[Unknown] = []
    hashed = False
    for row in rows:
        hashed = hashed or bool(row.hashes)
        if row.name is not None:
            by_name.setdefault(row.name, []).append(row)
        elif holds(row.marker, environment) is not False:
            reason = f"{row.where} installs a file or directory whose name it does not tell"
            unnamed.append(Unknown("packages", reason))
    known = {package.name: package for package in recorded}
    packages: list[Package] = []
    unknown: list[Unknown] = []
    for name, found in sorted(by_name.items()):
        one = _select_one(name, found, environment, known.get(name))
        if hashed and isinstance(one, Package) and _lost_hash(found, known.get(name)):
            one = f"{found[0].where} has no hash, where other rows have one"
        if isinstance(one, Package):
            packages.append(one)
        elif one is not None:
            unknown.append(Unknown(f"package:{name}", one))
    return Selection(packages=tuple(packages), unknown=(*unknown, *unnamed))


def _lost_hash(rows: Sequence[Requirement], recorded: Package | None) -> bool:
    """Whether nothing says which artifact is meant, of a package whose artifact was recorded."""
    is_known = recorded is not None and recorded.artifact is not None
    return is_known and not any(row.hashes or row.origin for row in rows)


def _select_one(
    name: str, rows: Sequence[Requirement], environment: Mapping[str, str], recorded: Package | None
) -> Package | str | None:
    """The package, or why it is unknown; ``None`` when no row of it counts."""
    judged = [(row, holds(row.marker, environment)) for row in rows]
    for row, holding in judged:
        if holding is None:
            asked = ", ".join(untold(row.marker, environment))
            return f"{row.where} depends on " + (f"{asked}, which is not known" if asked else "what cannot be judged")
    counted = [row for row, holding in judged if holding]
    if not counted:
        return None
    first = next((row for row in counted if not row.constraint), None)
    if first is None:
        return f"{counted[0].where} only constrains it: no row says that it is installed"
    for row in counted:
        if row.editable:
            return f"{row.where} installs it editable, without a version"
    return _agreed(name, counted, recorded)


def _agreed(name: str, rows: Sequence[Requirement], recorded: Package | None) -> Package | str:
    origins = _distinct(rows, "origin")
    if len(origins) > 1:
        return f"{origins[0].where} and {origins[1].where} install it from different places"
    origin = origins[0].origin if origins else None
    if origin == REDACTED:
        return f"{origins[0].where} installs it from an address that is not kept: it may hold a secret"
    if origin is not None and is_repository(origin) and not names_commit(origin):
        return f"{origins[0].where} names a repository, but no full commit"
    pins = _distinct(rows, "pinned")
    if len(pins) > 1:
        return f"{pins[0].where} pins {pins[0].pinned}, but {pins[1].where} pins {pins[1].pinned}"
    version = pins[0].pinned if pins else None
    if version is None:
        if origin is None:
            return " and ".join(f"{row.where} allows {row.specifier or 'any version'}" for row in rows) + (
                ", which is no version"
            )
        if recorded is None or recorded.origin != origin or origin == LOCAL:
            return f"{origins[0].where} names where it comes from, but not its version"
        version = recorded.version
    for row in rows:
        if not _allows(row.specifier, version):
            return f"{row.where} allows {row.specifier}, which {version} is not"
    return _package(name, version, origin, rows, recorded)


def _distinct(rows: Sequence[Requirement], field: str) -> list[Requirement]:
    """The first row of each value that there is; versions by what they mean, not by how they are spelled."""
    found: dict[object, Requirement] = {}
    for row in rows:
        value = getattr(row, field)
        if value is not None:
            found.setdefault((parse_version(value) or value) if field == "pinned" else value, row)
    return list(found.values())


def _allows(specifier: str, version: str) -> bool:
    if not specifier or specifier.startswith("==="):
        return True
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except ValueError:
        return False


def _package(
    name: str, version: str, origin: str | None, rows: Sequence[Requirement], recorded: Package | None
) -> Package | str:
    allowed = [{hash_ for hash_ in row.hashes if hash_.startswith("sha256:")} for row in rows if row.hashes]
    common = sorted(set.intersection(*allowed)) if allowed else []
    if len(allowed) > 1 and not common:
        return f"{rows[0].where} and the other rows of it have no hash in common"
    artifact = recorded.artifact if recorded is not None else None
    if artifact is None:
        artifact = common[0] if len(common) == 1 else None
    elif artifact not in common:
        # Another one than recorded, whichever it is: the comparison is to see that.
        artifact = common[0] if common else None
    return Package(name=name, version=version, artifact=artifact, origin=origin)
