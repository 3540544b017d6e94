"""conda-lock.yml, version 1: one row for each package, platform and category.

Source: conda-lock's schema of its lock (``conda_lock/lockfile/v1/models.py``). The platform becomes a marker. Addresses
are left out; the build string, which the name of a conda package's archive ends with, is kept.
Hand-written because conda-lock brings some 60 packages, and gives no lines.
"""

import posixpath
import re
from collections.abc import Iterable
from typing import Any

from packaging.utils import canonicalize_name

from lineage.dependencies.artifacts import channel_of, digests_of
from lineage.dependencies.conda.shapes import as_list, as_table, item_lines, text_of
from lineage.dependencies.conda.spec import MARKERS, conda_name, parse_archive, python_build
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of, group_of_file
from lineage.dependencies.pip.origins import read_address
from lineage.dependencies.rows import Rows, pin, value_text
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.names import is_name

FORM = "conda-lock.yml"
PARSE = "yaml"

_NAMES = re.compile(r"(?:.+[-_.])?conda-lock(?:[-_.].+)?\.ya?ml", re.IGNORECASE)


def recognise(path: str) -> bool:
    """Whether a file is such a lock, by its name; a workflow that makes one is none."""
    return not path.startswith(".github/") and _NAMES.fullmatch(posixpath.basename(path)) is not None


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the lock holds. Raises ``InputError`` for another version of the format, and for another shape."""
    table = as_table(document, "the file", path)
    if table.get("version", 1) != 1:
        raise InputError("version: is not 1, the only one that is known here", path, "update lineage")
    listed = as_list(table.get("package"), "package", path)
    reading = _Reading(path, item_lines(content, "package", "version", len(listed)))
    for index, item in enumerate(listed):
        reading.read_package(as_table(item, f"package[{index}]", path), index)
    return reading.finish()


class _Reading:
    """What was found so far in the list."""

    def __init__(self, path: str, lines: tuple[int, ...]) -> None:
        self.rows = Rows(path)
        self._path, self._lines = path, lines
        self._pythons: dict[str, int] = {}

    def read_package(self, item: dict[str, Any], index: int) -> None:
        """One package of one platform."""
        line = self._lines[index]
        name, version, manager, platform = (text_of(item, key) for key in ("name", "version", "manager", "platform"))
        if not is_name(name.strip("_")) or not version or manager not in ("conda", "pip") or platform not in MARKERS:
            self._not_read(name, line, item)
            return
        if manager == "conda" and name == "python":
            self._pythons.setdefault(python_build(version, _build(item)), line)
            return
        self.rows.dependencies.append(
            Dependency(
                name=conda_name(name) if manager == "conda" else canonicalize_name(name),
                version=version,
                specifier=pin(version),
                origin=_origin(item) if manager == "pip" else None,
                label=_build(item) if manager == "conda" else "",
                source=channel_of(text_of(item, "url")) if manager == "conda" else "",
                digests=digests_of(_hashes(item.get("hash"))),
                marker=MARKERS[platform],
                group=self._group(text_of(item, "category")),
                line=line,
                requires=_requires(item.get("dependencies"), manager),
                manager="conda" if manager == "conda" else "pypi",
                hashes=_hashes(item.get("hash")),
            )
        )

    def _group(self, category: str) -> str:
        """The name of the file tells what for where the category does not."""
        group = group_of(category or MAIN)
        return group_of_file(self._path) if group == MAIN else group

    def _not_read(self, name: str, line: int, item: dict[str, Any]) -> None:
        subject = f"package:{conda_name(name)}" if is_name(name.strip("_")) else "packages"
        needs = "needs a name, a version in quotes, a manager (conda, pip) and a platform that is known"
        self.rows.unread(subject, line, needs, value_text(item))

    def finish(self) -> Declarations:
        """All rows; the Pythons of several platforms joined by a bar."""
        python = " | ".join(sorted(self._pythons)) or None
        return self.rows.finish(
            FORM, is_lock=True, has_graph=True, python=python, python_line=min(self._pythons.values(), default=0)
        )


def _hashes(digests: object) -> tuple[str, ...]:
    return sha256_hash(digests.get("sha256") if isinstance(digests, dict) else None)


def sha256_hash(digest: object) -> tuple[str, ...]:
    """A digest as a row has it."""
    return (f"sha256:{digest}",) if isinstance(digest, str) and digest else ()


def _build(item: dict[str, Any]) -> str:
    """The build string: older locks have it only in the address."""
    if text_of(item, "build"):
        return text_of(item, "build")
    try:
        return parse_archive(text_of(item, "url")).label
    except InputError:
        return ""


def _origin(item: dict[str, Any]) -> str | None:
    """Of a requirement that was an address: conda-lock then notes a ``source``, or a repository as address."""
    source = item.get("source")
    url = text_of(source, "url") if isinstance(source, dict) else ""
    address = url or text_of(item, "url")
    if not url and not address.startswith(("git+", "hg+", "svn+", "bzr+")):
        return None
    try:
        return read_address(address).origin
    except (InputError, ValueError):
        return None


def _requires(value: object, manager: str) -> tuple[str, ...]:
    """Of a table by name, as conda-lock writes it, or of a list of specs, as the first versions of pixi did."""
    listed: Iterable[object] = value if isinstance(value, dict | list) else ()
    names = (one.split(None, 1)[0] for one in listed if isinstance(one, str) and one.strip())
    return required_names(names, manager)


def required_names(names: Iterable[str], manager: str) -> tuple[str, ...]:
    """Canonical and sorted, without the Python and what conda asks of the machine (``__glibc``)."""
    if manager == "pip":
        return tuple(sorted({canonicalize_name(one) for one in names}))
    return tuple(sorted({conda_name(one) for one in names if one != "python" and not one.startswith("__")} - {""}))
