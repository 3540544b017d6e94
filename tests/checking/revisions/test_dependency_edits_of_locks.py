"""What is an edit of a lock, and what a tool only worked out anew."""

import pytest

from lineage.checking.revisions.dependency_edits import edits
from tests.support.declared import declared

_NUMPY = """
[[package]]
name = "numpy"
version = "{}"
optional = false
groups = ["main"]
markers = "{}"
"""
_END = """
[metadata]
lock-version = "2.1"
"""


def _lock(*rows: tuple[str, str]) -> str:
    return "".join(_NUMPY.format(*row) for row in rows) + _END


OLD = ("1.26.4", "python_version < '3.11'")
NEW = ("2.0.1", "python_version >= '3.11'")


@pytest.mark.parametrize(
    ("base", "head", "told"),
    [
        pytest.param([OLD], [("1.26.4", "")], [], id="a marker that went"),
        pytest.param([OLD, NEW], [("1.26.4", "python_version < '3.12'"), ("2.0.1", "")], [], id="forks that moved"),
        pytest.param([OLD, NEW], [("2.0.1", ""), ("1.26.4", "os_name == 'nt'")], [], id="forks by another variable"),
        pytest.param([OLD, (OLD[0], NEW[1])], [("1.26.4", "")], [], id="one version that stood twice"),
        pytest.param([OLD, NEW], [("2.1.0", "")], ["1.26.4, 2.0.1 | 2.1.0 | minor"], id="forks that became one"),
        pytest.param([OLD, NEW], [("2.0.1", "")], ["1.26.4 | 2.0.1 | major"], id="a fork that went"),
        pytest.param([OLD], [OLD, NEW], ["1.26.4 | 2.0.1 | major"], id="a fork that came"),
    ],
)
def test_markers_of_a_lock_are_worked_out_by_the_tool(
    base: list[tuple[str, str]], head: list[tuple[str, str]], told: list[str]
) -> None:
    sides = [[declared("poetry.lock", _lock(*rows))] for rows in (base, head)]

    assert [f"{one.recorded} | {one.observed} | {one.step}" for one in edits(*sides)] == told
