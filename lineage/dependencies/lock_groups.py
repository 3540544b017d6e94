"""What each package of a lock is for: the strongest group that reaches it through what packages need.

And of a lock whose rows do not tell where they are installed: what its main group installs into one environment.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Generic, TypeVar

from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.markers import holds
from lineage.model.declarations import GROUPS, MAIN

Node = TypeVar("Node", bound=Hashable)


def rank(group: str) -> tuple[int, str]:
    """What sorts groups, the one that matters most first: main, extras and own ones, then those that do not serve."""
    if group == MAIN:
        return 0, ""
    if group in GROUPS:
        return 2 + GROUPS.index(group), ""
    return 1, group


@lru_cache(maxsize=1024)
def strongest(names: tuple[str, ...], extras: frozenset[str] = frozenset()) -> tuple[str, str]:
    """(group, the name that says so) of the names by which a lock calls groups; (main, "") for none.

    ``extras`` are the names that a project has as extras: ``extra:NAME`` each.
    """
    found = [(group_of_extra(name) if name in extras else group_of(name), name) for name in names]
    return min(found, key=lambda one: (rank(one[0]), one[1]), default=(MAIN, ""))


Asked = tuple[str, Node, str | None]
"""(group, what it asks for, the marker under which it does: ``None`` for one that nothing can judge)"""
Needs = Callable[[Node], Iterable[tuple[Node, str | None]]]
"""What a node needs, each with its marker."""


def reached(
    roots: Iterable[Asked[Node]], needs: Needs[Node], counts: Callable[[str | None], bool] | None = None
) -> dict[Node, str]:
    """The strongest group that reaches each node. Only what is asked for under a marker that ``counts`` is followed;
    without it, all is. Each node is visited once.
    """
    found: dict[Node, str] = {}
    for group, root, marker in sorted(roots, key=lambda one: rank(one[0])):
        waiting = [root] if counts is None or counts(marker) else []
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = group
                waiting.extend(other for other, under in needs(node) if counts is None or counts(under))
    return found


class Installs(Generic[Node]):
    """What the main group installs into an environment of markers."""

    def __init__(
        self,
        roots: Iterable[Asked[Node]],
        needs: Needs[Node],
        environment: Mapping[str, str],
        groups: Mapping[Node, str] | None = None,
    ) -> None:
        @cache
        def judged(marker: str | None) -> bool | None:
            return None if marker is None else holds(marker, environment)

        roots = list(roots)
        main = [one for one in roots if one[0] == MAIN]
        self.groups = reached(roots, needs) if groups is None else groups
        """the strongest of each node, whatever the markers say"""
        self._surely = reached(main, needs, lambda marker: judged(marker) is True)
        self._maybe = reached(main, needs, lambda marker: judged(marker) is not False)

    def tells(self, node: Node) -> bool | str:
        """Whether a row is to be listed; else why nobody knows. What another group brings is listed with that group."""
        group = self.groups.get(node)
        if group is None:
            return "is asked for by nothing that is told"
        if group != MAIN or node in self._surely:
            return True
        return "is installed under a marker that cannot be judged" if node in self._maybe else False
