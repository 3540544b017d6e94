"""Recorded packages against dependency files given as texts, judged as ``lineage check`` judges them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lineage.checking.due.packages import due_packages
from lineage.checking.due.promises import Promises
from lineage.dependencies.markers import marker_environment
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.environment import Package
from lineage.portable.policy import Policy
from tests.support.declared import declared
from tests.support.documents import FULL

Texts = Mapping[str, str]
"""path → content"""

LINUX = marker_environment(FULL.environment)
NUMPY = Package("numpy", "1.26.4", use="weights", modules=("numpy",))


def manifest(*packages: Package, python: str | None = "3.11.7", **changes: Any) -> Manifest:
    """A model with these packages."""
    environment = FULL.environment._replace(packages=packages, python=python)
    return replace(FULL, environment=environment, **changes)


def promises(files: Texts) -> Promises:
    """What files promise for the environment of ``FULL``."""
    return Promises([declared(path, content, files) for path, content in files.items()], LINUX)


def due(
    packages: Package | list[Package], then: Texts | str | None, head: Texts | str, policy: Policy | None = None
) -> list[Due]:
    """What is due; a text alone is that of ``requirements.txt``, ``None`` where the capture's is not known."""
    recorded = [packages] if isinstance(packages, Package) else packages
    earlier = None if then is None else promises(_files(then))
    return due_packages(manifest(*recorded), promises(_files(head)), earlier, policy or Policy())


def _files(given: Texts | str) -> Texts:
    return {"requirements.txt": given} if isinstance(given, str) else given


def of(package: Package, action: str, message: str, observed: str | None, step: str, where: str) -> Due:
    """One that is due for a recorded package."""
    return Due(
        subject=f"package:{package.name}",
        action=action,
        message=message,
        recorded=package.version,
        observed=observed,
        step=step,
        use=package.use,
        where=where,
    )
