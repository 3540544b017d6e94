"""What pixi.lock tells about one package, as a row without platform, group and line."""

import re
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name, parse_sdist_filename

from lineage.dependencies.conda.conda_lock import required_names, sha256_hash
from lineage.dependencies.conda.shapes import text_of
from lineage.dependencies.conda.spec import conda_name, parse_archive, pin
from lineage.dependencies.pip.origins import read_address, wheel_name
from lineage.dependencies.rows import local_origin
from lineage.errors import InputError
from lineage.model.declarations import Dependency
from lineage.portable.environment import LOCAL
from lineage.portable.names import is_name

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
