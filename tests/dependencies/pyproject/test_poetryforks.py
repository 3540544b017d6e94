"""Several versions of one package in old locks of poetry: told apart only where the project tells of each."""

import pytest

from lineage.dependencies.pyproject.poetry_lock import fork_markers
from lineage.model.declarations import Dependency

_TWO = [("numpy", "1.26.4"), ("other", "1"), ("NumPy", "2.1.0")]


def _asked(specifier: str, marker: str, name: str = "numpy") -> Dependency:
    return Dependency(name=name, specifier=specifier, marker=marker)


@pytest.mark.parametrize(
    ("asked", "markers"),
    [
        ([_asked("<2", "a"), _asked(">=2", "b")], {0: "(a)", 2: "(b)"}),
        ([_asked("<2", "a"), _asked(">=2", "c"), _asked(">=2.1", "b"), _asked("", "")], {0: "(a)", 2: "(b) or (c)"}),
        ([_asked("<2", "a"), _asked(">=2", "b"), _asked(">=1", "c")], {0: "(a)", 2: "(b)"}),
        ([_asked("<2", "a"), _asked(">=1", "b")], {}),
        ([_asked("<2", "a"), _asked(">=3", "b")], {}),
        ([_asked("<2", ""), _asked(">=2", "")], {}),
        ([_asked("<2", "a", "other"), _asked(">=2", "b", "missing")], {}),
        ([], {}),
    ],
)
def test_each_version_is_told_or_none_is(asked: list[Dependency], markers: dict[int, str]) -> None:
    assert fork_markers(_TWO, asked) == markers
