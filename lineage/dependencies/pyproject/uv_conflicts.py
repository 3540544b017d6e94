"""What each package of a uv.lock is for where its edges say for which extra or group: those that exclude each other.

uv writes such a choice into markers as an extra with a made-up name: ``extra == 'extra-4-acme-cpu'``,
``'group-4-acme-dev'``, ``'project-4-acme'`` (the number is the length of the project's name).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from lineage.dependencies.conditions import under
from lineage.dependencies.lock_groups import Asked, Needs, Node, rank, reached
from lineage.errors import InputError
from lineage.model.declarations import MAIN

Chosen = tuple[str, tuple[str, ...]]
"""(group, how markers call the choices that install it)"""


def tag_of(kind: str, project: str, name: str = "") -> str:
    """How markers call an ``extra`` or ``group`` of a project, or the ``project`` itself."""
    return "-".join([kind, str(len(project)), project, *([name] if name else [])])


def is_about_choices(markers: Iterable[str | None]) -> bool:
    """Whether any marker of the edges asks for an extra or group."""
    return any("extra" in marker for marker in markers if marker)


def reached_by_choice(
    roots: Sequence[tuple[Chosen, Asked[Node]]], needs: Needs[Node], brings: Callable[[Node], str]
) -> dict[Node, str]:
    """The strongest group that reaches each node when it alone is chosen, beside what is always installed.

    ``brings`` tells which choice is made by reaching a node; ``""`` for none. What only several choices reach together
    is of the strongest group that leads there at all.
    """
    found: dict[Node, str] = {}
    always = [one for chosen, one in roots if chosen[0] == MAIN]
    for chosen in sorted({chosen for chosen, _ in roots}, key=lambda one: (rank(one[0]), one[1])):
        more = always if chosen[0] != MAIN else []
        asked = [*more, *(one for other, one in roots if other == chosen)]
        for node in _installed(asked, needs, brings, chosen[1]):
            found.setdefault(node, chosen[0])
    for node, group in reached([one for _, one in roots], needs).items():
        found.setdefault(node, group)
    return found


def _installed(
    asked: Sequence[Asked[Node]], needs: Needs[Node], brings: Callable[[Node], str], tags: Iterable[str]
) -> Iterable[Node]:
    """What is reached where choices are made, and those that they bring along."""
    made = frozenset(tags)
    while True:
        nodes = reached(asked, needs, _counting(made))
        more = made | {brings(node) for node in nodes}
        if more <= made | {""}:
            return nodes
        made = more


def _counting(made: frozenset[str]) -> Callable[[str | None], bool]:
    tags = frozenset(("extra", tag) for tag in made)

    @cache
    def counts(marker: str | None) -> bool:
        try:
            return not marker or "extra" not in marker or under(marker, tags) is not None
        except InputError:  # nobody knows when it holds
            return True

    return counts
