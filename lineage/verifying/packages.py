"""The packages, interpreter and platform that a manifest records against what was observed of a target.

A recorded package that is absent may have another one in its place, which gives the modules that the model uses of it.
An import that fails is loud; one that silently gives another distribution's code is not: ``cv2`` of
``opencv-python-headless`` where ``opencv-python`` was recorded.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lineage.portable.compare import Change, Comparison, combine, compare
from lineage.portable.environment import Package, Unknown
from lineage.targets.source import Examination
from lineage.verifying.import_search import with_imports
from lineage.verifying.verify import Comparator, Inquiry

if TYPE_CHECKING:
    from lineage.model.installed import Installed

_NOT_FOUND = "weights.module-not-found"
"""The problem of a capture for a module that the weights name and nothing provided."""
_NO_MODULES = frozenset(["__builtin__", "__main__", "__mp_main__"])
"""What pickles name and no file provides."""


class Packages(Comparator):
    """Interpreter, platform, accelerator and packages."""

    def compare(self, asked: Inquiry) -> Comparison:
        """Raises ``InputError`` and ``ObservationError`` as the target does, where it is looked at once more."""
        compared = compare(asked.manifest.environment, asked.observation, asked.is_judged)
        started = tuple(
            Change(f"startup:{name}", "startup-code", None, known, "none", detail=f"runs when Python starts, {known}")
            for name, known in asked.observation.started
        )
        compared = compared._replace(changes=(*compared.changes, *started))
        absent = [one for one in compared.changes if one.code == "package-absent"]
        told = _name_other_providers(compared, absent, asked) if absent else compared
        return combine(with_imports(asked, told), _unprovided(asked))


def _unprovided(asked: Inquiry) -> Comparison:
    """What loading the weights takes and nobody had when they were recorded."""
    names = sorted(
        {one.subject for one in asked.manifest.problems if one.code == _NOT_FOUND}
        - {f"module:{name}" for name in _NO_MODULES}
    )
    reason = "named in the weights, and no installed distribution provided it when they were recorded"
    return Comparison(unknown=tuple(Unknown(name, reason) for name in names))


def _name_other_providers(compared: Comparison, absent: Sequence[Change], asked: Inquiry) -> Comparison:
    """The comparison with each absent package that another one stands in for told as that."""
    recorded = asked.manifest.environment.packages
    uses = {package.name: package for package in recorded if package.modules}
    absent = [one for one in absent if _name(one) in uses]
    if not absent:
        return compared
    known = {package.name for package in recorded}
    extra = {one.name: one for one in asked.observation.environment.packages if one.name not in known}
    if asked.examination is None:
        return _by_name(compared, absent, extra)
    details = _details(asked.examination, extra)
    changes = []
    for change in compared.changes:
        package = uses.get(_name(change))
        changes.append(change if package is None or change not in absent else _told(change, package, details, extra))
    return compared._replace(changes=tuple(changes))


def _name(change: Change) -> str:
    return change.subject.partition(":")[2]


def _details(examination: Examination, extra: dict[str, Package]) -> "list[Installed]":
    # Only here: hardly any target lacks a package, and all that reads their files is dear to import.
    from lineage.portable.archive import tree_of
    from lineage.targets.distributions import read_details

    placed = [one for one in examination.distributions if one.package.name in extra]
    return [read_details(tree_of(examination.tree, one.path), one) for one in placed]


def _told(change: Change, package: Package, details: "Sequence[Installed]", extra: dict[str, Package]) -> Change:
    from lineage.targets.distributions import providers

    owners = providers(package.modules, details)
    for module in package.modules:
        for owner in owners[module]:
            observed = f"{owner} {extra[owner].version}"
            detail = f"{owner} provides {module} instead"
            return change._replace(
                code="package-provider",
                recorded=package.version,
                observed=observed,
                step="unknown",
                detail=detail,
            )
    return change


def _by_name(compared: Comparison, absent: Sequence[Change], extra: dict[str, Package]) -> Comparison:
    """Where no files tell: a package named like the absent one may provide the same."""
    unknown = []
    for change in absent:
        name = _name(change)
        alike = sorted(one for one in extra if one.startswith(name + "-") or name.startswith(one + "-"))
        if alike:
            reason = f"is not there, and {', '.join(alike)} may provide its modules instead"
            unknown.append(Unknown(change.subject, reason, use=change.use))
    return compared._replace(unknown=(*compared.unknown, *unknown))
