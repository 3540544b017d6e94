"""What a range of versions allows, and how far it lies from a version: PEP 440, read by ``packaging``.

A number of thousands of digits is refused by Python itself, where ``packaging`` needs its value, by a ``ValueError``;
whatever ``packaging`` raises is one, too. So a range is not known to be readable before it was used.
``packaging`` is imported where a range is read: where locks tell exact versions, none is, and a hook has no time.
"""

from typing import TYPE_CHECKING

from lineage.portable.names import step

if TYPE_CHECKING:
    from packaging.specifiers import Specifier

_UPPER = frozenset({"<", "<="})
_LOWER = frozenset({">=", ">", "~=", "==", "==="})
_ORDER = ("none", "build", "patch", "minor", "major", "unknown")


def allows(specifier: str, version: str) -> bool | None:
    """Whether a range allows a version, pre-releases included; ``None`` where either cannot be read.

    The local label of the version does not count: a range that names none allows every label.
    """
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except ValueError:
        return None


def distance(specifier: str, version: str) -> str:
    """The least step from a version to what a range allows that does not allow it: one of ``STEPS``, or ``unknown``.

    Told by the bounds that the version breaks: of ``>=2,<3`` and 1.26.4 the lower one, so ``major``.
    """
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        clauses = list(SpecifierSet(specifier))
        known = Version(version)
        broken = [one for one in clauses if not one.contains(known, prereleases=True)]
        return max((_step_to(one, version) for one in broken), key=_ORDER.index, default="none")
    except ValueError:
        return "unknown"


def _step_to(clause: "Specifier", version: str) -> str:
    from packaging.version import Version

    bound = clause.version.removesuffix(".*")
    if clause.operator == "!=":
        # All that begins with these numbers is refused: the last of them must move.
        depth = len(Version(bound).release) if clause.version.endswith(".*") else 3
        return {1: "major", 2: "minor"}.get(depth, "patch")
    moved = step(version, _below(bound) if clause.operator == "<" else bound)
    if moved == "build" and clause.operator in ("==", "==="):
        return moved
    return "patch" if moved in ("none", "build") else moved


def _below(text: str) -> str:
    """A version right under a bound: of 2.0 some 1.x, of 1.5 some 1.4.x; of a pre-release one of the same release."""
    from packaging.version import Version

    bound = Version(text)
    numbers = list(bound.release)
    if bound.is_prerelease or bound.is_postrelease:
        return bound.base_version + ".dev0"
    while numbers and numbers[-1] == 0:
        numbers.pop()
    if not numbers:
        return f"{bound.epoch - 1}!0" if bound.epoch else text
    return f"{bound.epoch}!" + ".".join(map(str, [*numbers[:-1], numbers[-1] - 1, 999]))


def movement(before: str, after: str) -> str:
    """How far a range moved: the greater step of its lower and its upper bound; ``unknown`` where one is new."""
    left, right = _bounds(before), _bounds(after)
    if left is None or right is None:
        return "unknown"
    steps = []
    for old, new in zip(left, right, strict=True):
        if (old is None) != (new is None):
            return "unknown"
        if old is not None and new is not None:
            steps.append(step(old, new))
    return max(steps, key=_ORDER.index, default="unknown")


def _bounds(specifier: str) -> tuple[str | None, str | None] | None:
    """The greatest lower and the least upper bound."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        clauses = [(one.operator, Version(one.version.removesuffix(".*"))) for one in SpecifierSet(specifier)]
    except ValueError:
        return None
    lower = max((bound for operator, bound in clauses if operator in _LOWER), default=None)
    upper = min((bound for operator, bound in clauses if operator in _UPPER), default=None)
    return (None if lower is None else str(lower), None if upper is None else str(upper))


def same_range(left: str, right: str) -> bool:
    """Whether two ranges are written of the same clauses, whatever their order and spelling of versions.

    ``~=2.10`` is ``>=2.10,<3`` and equal to it.
    """
    if left == right:
        return True
    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(_spelled_out(left)) == SpecifierSet(_spelled_out(right))
    except ValueError:
        return False


def _spelled_out(specifier: str) -> str:
    """The range with the two bounds that each ``~=`` stands for. Raises ``ValueError``."""
    if "~=" not in specifier:
        return specifier
    from packaging.specifiers import SpecifierSet

    return ",".join(text for one in SpecifierSet(specifier) for text in _bounds_of(one))


def _bounds_of(clause: "Specifier") -> list[str]:
    if clause.operator != "~=":
        return [str(clause)]
    from packaging.version import Version

    version = Version(clause.version)
    *kept, last = version.release[:-1]
    epoch = f"{version.epoch}!" if version.epoch else ""
    return [f">={clause.version}", f"<{epoch}{'.'.join(map(str, [*kept, last + 1]))}"]


def same_version(left: str, right: str) -> bool:
    """Whether two texts are one version, its local label included: ``1.26`` and ``1.26.0`` are."""
    return step(left, right) == "none"
