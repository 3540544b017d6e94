"""Copies of the model's own packages that a target has installed: in its site-packages, or where an editable one leads.

A package of the repository is code. What the target imports of it is compared with the recorded files whether or not
somebody names a directory of code. Nothing is run.
"""

import posixpath
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE, REPOSITORY, Package
from lineage.portable.search import dotted
from lineage.targets.source import ExaminableSource, Examination
from lineage.verifying.code_places import ServedCode, Unit
from lineage.verifying.verify import Inquiry


class InstalledCopy(NamedTuple):
    """A unit of the repository's code as a target has it installed."""

    unit: Unit
    served: ServedCode
    place: str
    """of the unit, below the directory that is served"""


def installed_copies(units: Collection[Unit], asked: Inquiry, *, is_code_named: bool) -> tuple[InstalledCopy, ...]:
    """Those of the packages that the manifest records as the repository's own; where code is named, of all packages."""
    packages = asked.manifest.environment.packages
    own = {one.name: one for one in packages if (one.origin or "").startswith(REPOSITORY)}
    is_asked = any(one.is_package for one in units) if is_code_named else bool(own)
    if not (is_asked and asked.observation.installed and isinstance(asked.source, ExaminableSource)):
        return ()
    target = asked.source.examine()  # anew: of what is not judged, the first look did not read where it came from
    found: dict[tuple[str, str], InstalledCopy] = {}
    for one in target.distributions:
        if one.package.name in own or is_code_named:
            for directory, unit, place in _copies(one, units, target, own.get(one.package.name)):
                served = ServedCode(Path(directory))
                if served.has(f"{place}/__init__.py" if unit.is_package else place):
                    found.setdefault((unit.path, f"{directory}/{place}"), InstalledCopy(unit, served, place))
    return tuple(found.values())


def _copies(
    one: Distribution, units: Collection[Unit], target: Examination, recorded: Package | None
) -> Iterator[tuple[str, Unit, str]]:
    """(directory, unit, where it would lie below it); ``recorded``: as the repository's own, if it is."""
    place = None if recorded is None else posixpath.normpath((recorded.origin or "")[len(REPOSITORY) :])
    if one.source is not None and one.package.origin == EDITABLE:
        for unit in units:
            if place in (None, ".") or unit.path.startswith(f"{place}/"):
                inside = unit.path if place in (None, ".") else unit.path[len(place or "") + 1 :]
                if unit.is_package or (recorded is not None and _gives(recorded, unit)):
                    yield one.source, unit, inside
        return
    record = target.tree.read_if_any(f"{one.info}/RECORD")
    for unit in units:
        for installed in unit.installed:
            row = f"{installed}/__init__.py," if unit.is_package else f"{installed},"
            is_own = place is not None or unit.is_package
            if is_own and any(line.startswith(row.encode()) for line in record.splitlines()):
                yield target.root + one.path, unit, installed


def _gives(package: Package, unit: Unit) -> bool:
    """Whether a file is a module of a package, or lies in one without ``__init__``: nothing lists an editable one's."""
    names = package.modules or (package.name.replace("-", "_"),)
    return any(dotted(installed).partition(".")[0] in names for installed in unit.installed)
