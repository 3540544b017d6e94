"""The corpus of dependency edits, through real git objects: whole answers, case by case, and the sums over all."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.corpus import cases_of, import_cases, judged, row_of

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
CASES = [(file.stem, case) for file in FILES for case in cases_of(file)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus") / "repository"
    import_cases(root, [case for _, case in CASES])
    return root


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{form}: {case.name}" for form, case in CASES])
def test_an_edit_is_told_whole(repository: Path, number: int) -> None:
    case = CASES[number][1]
    plan = judged(repository, number)

    assert [row_of(edit) for edit in plan.changes] == list(case.changes)
    assert [f"{one.subject}: {one.reason}" for one in plan.unknown] == list(case.unknown)
    reasons = [f"{due.action}: {due.message}" for model in plan.models for due in model.reasons]
    assert reasons == list(case.due)
    assert len(plan.models) == bool(case.model)


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert len(CASES) >= 150
    names = Counter((form, case.name) for form, case in CASES)
    assert [one for one, count in names.items() if count > 1] == []
    edits = Counter((repr(case.base), repr(case.head), case.declared) for _, case in CASES)
    assert [one for one, count in edits.items() if count > 1] == []


def test_many_cases_are_silence_and_many_judge_a_model() -> None:
    """A corpus of changes only could not show a false alarm."""
    assert sum(not case.changes for _, case in CASES) >= 40
    assert sum(bool(case.model) for _, case in CASES) >= 50
    assert sum(bool(case.model) and not case.due for _, case in CASES) >= 15
