"""What each package of a lock is for: the strongest group that reaches it through what packages need."""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import TypeVar

from lineage.dependencies.groups import group_of, group_of_extra
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


def reached(roots: Iterable[tuple[str, Node]], needs: Callable[[Node], Iterable[Node]]) -> dict[Node, str]:
    """The strongest group that reaches each node, from (group, node)s; each node is visited once."""
    found: dict[Node, str] = {}
    for group, root in sorted(roots, key=lambda one: rank(one[0])):
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = group
                waiting.extend(needs(node))
    return found
