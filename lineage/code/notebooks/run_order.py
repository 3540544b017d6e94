"""How what an interactive session ran differs from its notebook, run from its first cell to the one that ran last.

Cells are compared by what they do: comments and layout are no difference, and cells that do nothing do not count.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from lineage.code.notebooks.cells import CodeCell
from lineage.code.same_code import same_cell

_SHOWN = 10
"""cells that are named; of more, how many"""


class RanCell(NamedTuple):
    """A cell that ran."""

    number: int
    """as the session counts: the one in ``In [3]``"""
    source: str


def held(ran: Sequence[RanCell], saved: Collection[CodeCell]) -> int:
    """How many of the cells that ran a notebook holds; none, where not one of them stands in it letter by letter.

    So the many notebooks that are others are not parsed.
    """
    if {cell.source.strip() for cell in ran}.isdisjoint(cell.source.strip() for cell in saved):
        return 0
    known = {same_cell(cell.source) for cell in saved} | {""}
    return sum(same_cell(cell.source) in known for cell in ran)


def differences(ran: Sequence[RanCell], saved: Sequence[CodeCell]) -> tuple[str, ...]:
    """What differs, in words. None where the notebook was run from its first cell on, be it not to its end."""
    order = [(cell, key) for cell in saved if (key := same_cell(cell.source))]
    places: dict[str, list[int]] = {}
    for place, (_, key) in enumerate(order):
        places.setdefault(key, []).append(place)
    unsaved: list[int] = []
    again: list[int] = []
    late: list[int] = []
    done: set[int] = set()
    last = -1
    for cell in ran:
        key = same_cell(cell.source)
        if not key:
            continue
        free = [place for place in places.get(key, ()) if place not in done]
        if not free:
            (again if key in places else unsaved).append(cell.number)
            continue
        place = next((one for one in free if one > last), free[0])
        if place < last:
            late.append(cell.number)
        done.add(place)
        last = max(last, place)
    passed = [order[place][0] for place in range(last) if place not in done]
    skipped = [cell.number for cell in passed if not cell.is_optional]
    return tuple(
        f"{named(numbers, word)} {one if len(numbers) == 1 else several}"
        for numbers, word, one, several in (
            (unsaved, "In", "does not stand in it as it ran", "do not stand in it as they ran"),
            (late, "In", "stands before what ran earlier", "stand before what ran earlier"),
            (again, "In", "ran what had run already", "ran what had run already"),
            (skipped, "cell", "was not run", "were not run"),
        )
        if numbers
    )


def named(numbers: Sequence[int], word: str) -> str:
    """``In [2] and In [4]``, or ``cell 2``; of very many the first."""
    shown = [f"In [{number}]" if word == "In" else f"{word} {number}" for number in numbers[:_SHOWN]]
    more = [f"{len(numbers) - _SHOWN} more"] if len(numbers) > _SHOWN else []
    *rest, end = [*shown, *more]
    return f"{', '.join(rest)} and {end}" if rest else end
