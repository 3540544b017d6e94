"""Which distributions a run loaded, told by the files that each has installed."""

from collections.abc import Sequence

from lineage.core.evidence import Evidence
from lineage.core.modules import providers
from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution


def loaded_modules(
    evidence: Evidence, distributions: Sequence[Distribution], details: Sequence[Installed], left_out: str
) -> dict[str, frozenset[str]]:
    """Distribution → the names under its files that were loaded, but for the distribution ``left_out``.

    By its files where those are known; by the names of modules for the rest, as an editable install or a process
    that was killed before it could tell.
    """
    found: dict[str, set[str]] = {}
    placed: set[str] = set()
    for one, detail in zip(distributions, details, strict=True):
        if detail.name == left_out:
            continue
        for path in detail.files:
            if f"{one.path}/{path}" in evidence.files:
                found.setdefault(detail.name, set()).add(path.partition("/")[0].partition(".")[0])
                placed.add(path.partition("/")[0].partition(".")[0])
    rest = [name for name in evidence.names if name.partition(".")[0] not in placed]
    for name, owners in providers(rest, details).items():
        for owner in owners:
            if owner != left_out:
                found.setdefault(owner, set()).add(name)
    return {name: frozenset(names) for name, names in found.items()}
