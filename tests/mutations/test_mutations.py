"""0 false passes: what is changed of a good target, lock, weights or manifest is found and named."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.mutation_kinds import HARMLESS, MATTER, MIN_CASES, MIN_HARMLESS, MIN_KINDS, cases
from tests.support.mutations import Case, Kind, run_case

SEEDS = range(1, 1 + -(-MIN_CASES // len(MATTER)))
"""of the slow run: enough for ``MIN_CASES``"""


def complaints(chosen: list[Case], ground: Path, base: Path) -> list[str]:
    """What is not as it has to be. A case alone: ``run_case(Case(kind, seed), …)`` with what its name says."""
    found = (run_case(case, ground, base / str(i)) for i, case in enumerate(chosen))
    return [one for one in found if one is not None]


@pytest.mark.parametrize("side", sorted({kind.sides[0] for kind in MATTER}))
def test_one_mutation_of_every_kind_is_named(side: str, ground: Path, tmp_path: Path) -> None:
    cases(MATTER, MIN_KINDS, range(1))
    chosen = cases([kind for kind in MATTER if kind.sides[0] == side], 1, range(1))

    assert complaints(chosen, ground, tmp_path) == []


def test_one_harmless_change_of_every_kind_passes(ground: Path, tmp_path: Path) -> None:
    assert complaints(cases(HARMLESS, MIN_HARMLESS, range(1)), ground, tmp_path) == []


@pytest.mark.slow
def test_many_mutations_of_every_kind_are_named(
    ground: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = cases(MATTER, MIN_KINDS, SEEDS)
    wrong = complaints(chosen, ground, tmp_path)
    show(chosen, "named", capsys)

    assert wrong == []
    assert len(chosen) >= MIN_CASES


@pytest.mark.slow
def test_many_harmless_changes_of_every_kind_pass(
    ground: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = cases(HARMLESS, MIN_HARMLESS, range(1, 5))
    wrong = complaints(chosen, ground, tmp_path)
    show(chosen, "passed", capsys)

    assert wrong == []


def show(chosen: list[Case], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How many cases of each kind there were, for people."""
    counted = Counter(case.kind.name for case in chosen)
    with capsys.disabled():
        print(f"\n{len(chosen)} cases of {len(counted)} kinds, to be {what}:")  # noqa: T201
        for name, number in sorted(counted.items()):
            print(f"  {number:4} {name}")  # noqa: T201


def test_the_cases_are_the_same_every_time(ground: Path, tmp_path: Path) -> None:
    from tests.support.mutations import arrange
    from tests.support.projects import snapshot

    def left(kind: Kind, base: Path) -> list[tuple[str, int, bytes]]:
        place, _ = arrange(Case(kind, 7), ground, base)
        return [(path, mode, content) for path, (mode, _, content) in snapshot(place.project).items()]

    for i, kind in enumerate(MATTER[::15]):
        assert left(kind, tmp_path / f"{i}" / "a") == left(kind, tmp_path / f"{i}" / "b")
