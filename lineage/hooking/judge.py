"""What hooks find out: which models a commit makes due, and whether an environment still suits the manifests."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lineage.checking.check import Judges, check
from lineage.checking.revisions.revision import Revision
from lineage.dependencies.forms import is_dependency_file
from lineage.errors import InputError
from lineage.model.manifest import Manifest, manifests_among
from lineage.model.plan import Plan
from lineage.portable.distinfo import is_local

_USED = frozenset({"weights", "served", "imported", "required", "unknown"})


class _Asked(dict[str, str]):
    """The files of a revision, and by which names they were asked for: those that are not there too."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(files)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedPlan:
    """What a commit would ask for."""

    plan: Plan
    names: frozenset[str]
    """files and directories that the judging asked for, POSIX from the root, those that are not there too: while none
    of them changes, and no manifest, policy, pointer or new dependency file, the plan stays what it is"""


def judge(base: Revision | None, head: Revision, judges: Judges) -> StagedPlan:
    """The plan of an index against the commit that it is made on, ``None`` for none. Raises as ``check``."""
    asked = _Asked(head.files)
    asking = replace(head, files=asked)
    plan = check(base, asking, judges)
    names = set(asked.names)
    if not all(one.declared for one in manifests_of(head)):
        names |= set(filter(is_dependency_file, head.files))  # every one concerns a model
    with contextlib.suppress(InputError):  # a pipeline that cannot be read counts by its own name
        names |= {path for stage in asking.stages() for path in stage.deps}
    return StagedPlan(plan=plan, names=frozenset(names))


def manifests_of(revision: Revision) -> tuple[Manifest, ...]:
    """The manifests of a revision that can be read, by their paths."""
    found = []
    for path in manifests_among(revision.files):
        with contextlib.suppress(InputError):
            found.append(revision.manifest(path).manifest)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Unfit:
    """A model that an environment does not suit."""

    name: str
    differing: tuple[tuple[str, str, str], ...]
    """(package, recorded, installed)"""


def unfit(manifests: Sequence[Manifest], prefix: Path) -> tuple[Unfit, ...]:
    """The models of which a package that they use is installed in another version in an environment.

    The environment is read as files: nothing of it is run. What is not installed there is not told: an environment
    may be for some of the models only. Raises ``InputError`` or ``ObservationError`` where it cannot be read.
    """
    from lineage.targets.directory import DirectorySource

    seen = DirectorySource(str(prefix)).observe(lambda _: False).environment.packages
    installed = {one.name: one.version for one in seen}
    return tuple(Unfit(one.name, rows) for one in manifests if (rows := tuple(_differing(one, installed))))


def _differing(manifest: Manifest, installed: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is installed from the repository itself is code, and its version says little."""
    for one in manifest.environment.packages:
        there = installed.get(one.name)
        if one.use in _USED and not is_local(one) and there is not None and there != one.version:
            yield one.name, one.version, there
