"""All kinds of mutations, and the cases that they make."""

from collections.abc import Sequence

from tests.support import (
    mutations_files,
    mutations_harmless,
    mutations_harmless_files,
    mutations_locks,
    mutations_machine,
    mutations_manifest,
    mutations_metadata,
    mutations_text,
    mutations_versions,
    mutations_weights,
)
from tests.support.mutations import Case, Kind

MIN_KINDS, MIN_HARMLESS, MIN_CASES = 60, 25, 2000
"""With fewer, the suite would not prove what it is for."""

_MODULES = (
    mutations_versions,
    mutations_metadata,
    mutations_files,
    mutations_machine,
    mutations_locks,
    mutations_weights,
    mutations_manifest,
    mutations_text,
)
MATTER: tuple[Kind, ...] = tuple(kind for module in _MODULES for kind in module.KINDS)
HARMLESS: tuple[Kind, ...] = (*mutations_harmless.KINDS, *mutations_harmless_files.KINDS)


def cases(kinds: Sequence[Kind], at_least: int, seeds: range) -> list[Case]:
    """Every kind with every seed. Raises ``ValueError`` where there are too few kinds, or two of one name."""
    if len({kind.name for kind in kinds}) != len(kinds):
        raise ValueError("two kinds have one name")
    if len(kinds) < at_least:
        raise ValueError(f"only {len(kinds)} kinds, not {at_least}")
    return [Case(kind, seed) for kind in kinds for seed in seeds]
