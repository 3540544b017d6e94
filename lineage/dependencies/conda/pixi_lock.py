"""pixi.lock, versions 1 to 7: one row for each package of each environment and platform.

Source: the ``rattler_lock`` crate and its test data. An environment lists, by platform, the addresses of its packages;
another list tells about each. Since version 6 that one has the name, version and build of a binary conda package in its
address alone. Version 7 has a list of platforms, whose names may stand for a ``subdir``, and ``conda_source``.
The environment ``default`` is the main group; what is in it and the same in another is one row.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name, parse_sdist_filename

from lineage.dependencies.artifacts import channel_of, digests_of
from lineage.dependencies.conda import conda_lock as condalock
from lineage.dependencies.conda.conda_lock import required_names, sha256_hash
from lineage.dependencies.conda.shapes import as_list, as_table, item_lines, text_of
from lineage.dependencies.conda.spec import MARKERS, conda_name, parse_archive, python_build
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of
from lineage.dependencies.pip.origins import read_address, wheel_name
from lineage.dependencies.rows import Rows, local_origin, pin, value_text
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.environment import LOCAL
from lineage.portable.names import canonical_name, is_name

_BINARY = (".conda", ".tar.bz2")
_SOURCE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)\[[^\]]*\] @ (?P<place>.+)")
_REQUIRED = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9._-]*)")
_EXTRA = re.compile(r"\bextra\s*==")
_COMMIT = re.compile(r"(?P<url>(?:git|hg)\+[^?#@]*(?:@[^?#/@:]+(?=:|/))?[^?#@]*)[^#]*#(?P<commit>[0-9a-f]{40})")


def pypi_row(item: dict[str, Any], address: str, path: str) -> Dependency | None:
    """A distribution; ``None`` where its name cannot be told. A part of the repository may have no version."""
    told = _told_by_file(address.partition("#")[0].rpartition("/")[2])
    name, version = text_of(item, "name") or told[0], text_of(item, "version") or told[1]
    origin, is_own = _origin(address, path)
    if not is_name(name) or not (version or origin):
        return None
    return Dependency(
        name=canonicalize_name(name),
        version=None if is_own else version or None,
        specifier="" if is_own or not version else pin(version),
        origin=origin,
        digests=digests_of(sha256_hash(item.get("sha256"))),
        requires=required_names(_names(item.get("requires_dist")), "pip"),
        is_own=is_own,
        hashes=sha256_hash(item.get("sha256")),
    )


def conda_row(item: dict[str, Any], kind: str, address: str, path: str) -> Dependency | None:
    """A package of conda, binary or built from source; ``None`` where its name cannot be told."""
    source = _SOURCE.fullmatch(address) if kind in ("conda_source", "source") else None
    origin, is_own = _origin(source["place"], path) if source else _conda_origin(address, path)
    name, version, label = source["name"] if source else "", "", ""
    if address.endswith(_BINARY):
        try:
            spec = parse_archive(address)
            name, version, label = spec.name, spec.version or "", spec.label
        except InputError:
            pass
    name = text_of(item, "name") or name
    version = text_of(item, "version") or version
    if not is_name(name.strip("_")) or not (version or origin):
        return None
    return Dependency(
        name=conda_name(name),
        version=None if is_own else version or None,
        specifier="" if is_own or not version else pin(version),
        origin=origin,
        label="" if is_own else text_of(item, "build") or label,
        source="" if origin else channel_of(address),
        digests=digests_of(sha256_hash(item.get("sha256"))),
        requires=required_names(_names(item.get("depends")), "conda"),
        is_own=is_own,
        manager="conda",
        hashes=sha256_hash(item.get("sha256")),
    )


def _told_by_file(base: str) -> tuple[str, str]:
    try:
        name, version = wheel_name(base) or parse_sdist_filename(base)
        return name, str(version)
    except ValueError:
        return "", ""


def _conda_origin(address: str, path: str) -> tuple[str | None, bool]:
    """A channel is no origin; a directory of the repository is."""
    if address.endswith(_BINARY):
        return (None if "://" in address else LOCAL), False
    return _origin(address, path)


def _origin(address: str, path: str) -> tuple[str | None, bool]:
    """(origin, whether it is a part of the repository). An index is no origin."""
    if "://" not in address:
        return local_origin(address, path) if address else (None, False)
    commit = _COMMIT.fullmatch(address)
    address = f"{commit['url']}@{commit['commit']}" if commit else address
    if not address.startswith(("direct+", "git+", "hg+", "svn+", "bzr+", "file:")):
        return None, False
    try:
        return read_address(address.removeprefix("direct+")).origin, False
    except (InputError, ValueError):
        return LOCAL, False


def _names(value: object) -> Iterator[str]:
    """The names of what a package needs without an extra."""
    for one in value if isinstance(value, list) else ():
        match = _REQUIRED.match(one) if isinstance(one, str) else None
        if match is not None and _EXTRA.search(one) is None:
            yield match[1]


FORM = "pixi.lock"
PARSE = "yaml"
VERSIONS = (4, 5, 6, 7)
OLD_VERSIONS = (1, 2, 3)
"""of the shape of conda-lock's lock"""

_NEEDS = "needs a name and a version"

_KINDS = ("conda", "pypi", "conda_source", "source")


class _Used(NamedTuple):
    """A package in an environment for a platform."""

    environment: str
    platform: str
    kind: str
    address: str
    name: str
    """where it tells several packages at one address apart, else empty"""


def recognise(path: str) -> bool:
    """Whether a file is such a lock, by its name."""
    return posixpath.basename(path) == "pixi.lock"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the lock holds. Raises ``InputError`` for a version that is not known, and for another shape."""
    table = as_table(document, "the file", path)
    if table.get("version") in OLD_VERSIONS and "package" in table:
        return replace(condalock.declarations(path, {**table, "version": 1}, content, include), form=FORM)
    if table.get("version") not in VERSIONS or isinstance(table.get("version"), bool):
        raise InputError("version: is none of 4, 5, 6 and 7, which are known here", path, "update lineage")
    listed = as_list(table.get("packages"), "packages", path)
    lines = item_lines(content, "packages", "version", len(listed))
    reading = _Reading(path, _platforms(table, path))
    for index, item in enumerate(listed):
        reading.know(as_table(item, f"packages[{index}]", path), lines[index])
    for used in _used(as_table(table.get("environments"), "environments", path), path):
        reading.use(used)
    return reading.finish()


def _platforms(table: dict[str, Any], path: str) -> dict[str, str]:
    """{name of a platform: its subdirectory}, where they differ."""
    found = {}
    for index, item in enumerate(as_list(table.get("platforms", []), "platforms", path)):
        platform = as_table(item, f"platforms[{index}]", path)
        found[text_of(platform, "name")] = text_of(platform, "subdir") or text_of(platform, "name")
    return found


def _used(environments: dict[str, Any], path: str) -> Iterator[_Used]:
    for environment, told in environments.items():
        key = f"environments.{environment}"
        packages = as_table(as_table(told, key, path).get("packages"), f"{key}.packages", path)
        for platform, listed in packages.items():
            key_of_list = f"{key}.packages.{platform}"
            for index, item in enumerate(as_list(listed, key_of_list, path)):
                one = as_table(item, f"{key_of_list}[{index}]", path)
                kind, address = _kind(one)
                yield _Used(environment, platform, kind, address, text_of(one, "name"))


def _kind(item: dict[str, Any]) -> tuple[str, str]:
    """(kind, address) of an item of either list; empty where it has none."""
    if text_of(item, "kind"):
        return text_of(item, "kind"), text_of(item, "url") or text_of(item, "path")
    return next(((kind, text_of(item, kind)) for kind in _KINDS if kind in item), ("", ""))


class _Reading:
    """What was found so far in the lists."""

    def __init__(self, path: str, platforms: dict[str, str]) -> None:
        self.rows = Rows(path)
        self._path, self._platforms = path, platforms
        self._known: dict[tuple[str, str, str], Dependency] = {}
        self._found: dict[Dependency, None] = {}
        self._pythons: dict[str, dict[str, int]] = {}

    def know(self, item: dict[str, Any], line: int) -> None:
        """What the second list tells about a package."""
        kind, address = _kind(item)
        row = None
        if kind in _KINDS:
            is_pypi = kind == "pypi"
            row = pypi_row(item, address, self._path) if is_pypi else conda_row(item, kind, address, self._path)
        if row is None:
            self._not_read(text_of(item, "name"), line, _NEEDS, item)
            return
        row = replace(row, line=line)
        self._known[kind, address, text_of(item, "name")] = row
        self._known.setdefault((kind, address, ""), row)

    def use(self, used: _Used) -> None:
        """A row for a package where it is used."""
        row = self._known.get(used[2:]) or self._known.get((used.kind, used.address, ""))
        marker = MARKERS.get(self._platforms.get(used.platform, used.platform))
        if row is None or marker is None:
            what = "a package that packages: lacks" if row is None else "a platform that is not known"
            message = f"has {what}, in environments.{used.environment}.{used.platform}"
            self._not_read(row.name if row else "", 0, message, used)
            return
        group = MAIN if used.environment == "default" else group_of(used.environment)
        if row.name == "python" and row.manager == "conda":
            self._pythons.setdefault(group, {}).setdefault(python_build(row.version or "", row.label), row.line)
            return
        self._found[replace(row, marker=marker, group=group)] = None

    def _not_read(self, name: str, line: int, message: str, value: object) -> None:
        subject = f"package:{canonical_name(name).strip('-')}" if is_name(name.strip("_")) else "packages"
        self.rows.unread(subject, line, message, value_text(value))

    def finish(self) -> Declarations:
        """All rows, those of the main group once; the Pythons of several platforms or environments joined by a bar."""
        self.rows.dependencies += (
            row for row in self._found if row.group == MAIN or replace(row, group=MAIN) not in self._found
        )
        groups = self._pythons
        pythons = groups.get(MAIN) or {key: line for one in groups.values() for key, line in one.items()}
        python = " | ".join(sorted(pythons)) or None
        return self.rows.finish(
            FORM, is_lock=True, has_graph=True, python=python, python_line=min(pythons.values(), default=0)
        )
