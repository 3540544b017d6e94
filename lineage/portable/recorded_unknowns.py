"""What a manifest itself says that it does not know: it is never a pass, wherever the model is to be served.

A record that says nothing passes nothing: where no package counts as used, each is judged as if the weights named it,
and where that leaves none to judge, that is unknown.
"""

from typing import Sequence, Tuple

from lineage.portable.environment import REPOSITORY, Package, Unknown
from lineage.portable.policy import VerifyPolicy, effective_use

_UNUSED = ("loaded", "present")


def with_told_uses(packages: Sequence[Package]) -> Tuple[Package, ...]:
    """The packages as they are where one counts as used; else the use of each is unknown.

    What is installed from the repository is code, and judged as that: it tells nothing of any other package.
    """
    if any(one.use not in _UNUSED and not _is_code(one) for one in packages):
        return tuple(packages)
    return tuple(one if _is_code(one) else one._replace(use="unknown") for one in packages)


def silent_record(packages: Sequence[Package], policy: VerifyPolicy, model: str) -> Tuple[Unknown, ...]:
    """What is unknown of a model whose record leaves no package to judge."""
    if any(effective_use(policy, one.name, one.use) not in _UNUSED and not _is_code(one) for one in packages):
        return ()
    what = "records none that the model uses" if packages else "records no package"
    return (Unknown("use:" + model, "the manifest {}: nothing tells what serving it takes".format(what)),)


def _is_code(package: Package) -> bool:
    return (package.origin or "").startswith(REPOSITORY)
