"""A recorded package that is absent, where another one provides the modules that the model uses of it.

An import that fails is loud; one that silently gives another distribution's code is not: ``cv2`` of
``opencv-python-headless`` where ``opencv-python`` was recorded.
"""

from collections.abc import Sequence

from lineage.model.installed import Installed
from lineage.portable.archive import tree_of
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Environment, Observation, Package, Unknown
from lineage.targets.details import read_details
from lineage.targets.distributions import providers
from lineage.targets.source import ExaminableSource, Source


def name_other_providers(
    compared: Comparison, recorded: Environment, observation: Observation, source: Source
) -> Comparison:
    """The comparison with each absent package that another one stands in for told as that.

    Raises ``InputError`` and ``ObservationError`` as the source does.
    """
    uses = {package.name: package for package in recorded.packages if package.modules}
    absent = [one for one in compared.changes if one.code == "package-absent" and _name(one) in uses]
    if not absent:
        return compared
    known = {package.name for package in recorded.packages}
    extra = {one.name: one for one in observation.environment.packages if one.name not in known}
    if not observation.installed or not isinstance(source, ExaminableSource):
        return _by_name(compared, absent, extra)
    details = _details(source, extra)
    changes = []
    for change in compared.changes:
        package = uses.get(_name(change))
        changes.append(change if package is None or change not in absent else _told(change, package, details, extra))
    return compared._replace(changes=tuple(changes))


def _name(change: Change) -> str:
    return change.subject.partition(":")[2]


def _details(source: ExaminableSource, extra: dict[str, Package]) -> list[Installed]:
    examination = source.examine()
    placed = [one for one in examination.distributions if one.package.name in extra]
    return [read_details(tree_of(examination.tree, one.path), one) for one in placed]


def _told(change: Change, package: Package, details: Sequence[Installed], extra: dict[str, Package]) -> Change:
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
