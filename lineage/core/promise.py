"""What dependency files promise of one package, and when two promises are the same."""

from dataclasses import dataclass

from lineage.core.ranges import same_range, same_version
from lineage.core.samesource import is_same_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of one package."""

    state: str
    """``exact``; ``range``; ``absent``: a lock is there and lacks it; ``unnamed``: nothing speaks of it; ``aside``:
    it moved to a group that is not installed with the model; ``own``: it is a part of the repository; ``unknown``"""
    version: str | None = None
    specifier: str = ""
    origin: str | None = None
    label: str = ""
    manager: str = "pypi"
    text: str | None = None
    """for people; of an unknown one all that is asked for"""
    where: str = ""
    group: str | None = None
    reason: str = ""
    """why it is unknown"""


def is_same_promise(left: Promise, right: Promise) -> bool:
    """Whether two promises ask for the same, whatever their place, group and spelling."""
    if left.state != right.state:
        return False
    if left.state in ("own", "unknown"):
        return left.text == right.text
    if (left.label, left.manager) != (right.label, right.manager) or not same_range(left.specifier, right.specifier):
        return False
    if (left.version is None) != (right.version is None) or is_same_source(left.origin, right.origin) is not True:
        return False
    return left.version is None or right.version is None or same_version(left.version, right.version)
