"""When what a session ran is not kept, and what is said then."""

from pathlib import Path

import pytest

from lineage.code.ci_build import Build
from lineage.code.directory import BuildDirectory
from lineage.code.notebooks.session import RanCell, SessionCode
from lineage.code.snapshots.run_code import keep_executed
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.portable.environment import Problem
from tests.support.gitrepos import git, make

PROBLEM = Problem("code.interactive", "session", "2 cells ran: turned round")
RAN = (RanCell(1, "x = 1"), RanCell(3, "-----BEGIN PRIVATE KEY-----"))


def session(*cells: RanCell, problem: Problem | None = PROBLEM) -> SessionCode:
    return SessionCode(path="a.ipynb", cells=cells, is_whole=True, interactive=problem)


@pytest.mark.parametrize(
    ("ran", "has_commit", "limit", "reason"),
    [
        (RAN[:1], True, None, "no snapshot was asked for"),
        (RAN[:1], False, 1000, "there is no snapshot"),
        (RAN[:1], True, 100, "it is larger than the limit of snapshots"),
        ((), True, 1000, "no cell is left"),
        (RAN, True, 1000, "In [3] holds what looks like a private key"),
    ],
)
def test_what_ran_is_not_kept(
    tmp_path: Path, ran: tuple[RanCell, ...], has_commit: bool, limit: int | None, reason: str
) -> None:
    root = make(tmp_path / "r")
    head = git(root, "rev-parse", "HEAD")
    code = Code(base=head, commit=head if has_commit else None)
    before = git(root, "count-objects")

    with GitRepository.open(root) as repository:
        found = keep_executed(code, session(*ran), repository, limit)

    assert found == (code, (PROBLEM._replace(detail=f"{PROBLEM.detail}; what ran is not kept: {reason}"),))
    assert (git(root, "count-objects"), git(root, "for-each-ref", "refs/lineage")) == (before, "")


@pytest.mark.parametrize("ran", [None, session(*RAN, problem=None)])
def test_without_such_a_problem_there_is_nothing_to_keep(tmp_path: Path, ran: SessionCode | None) -> None:
    code = Code(base="1" * 40, commit="1" * 40)

    with GitRepository.open(make(tmp_path / "r")) as repository:
        assert keep_executed(code, ran, repository, 1000) == (code, ())


def test_where_there_is_no_repository(tmp_path: Path) -> None:
    code = Code(base="1" * 40)
    build = Build(provider="GitHub", mark="GITHUB_ACTIONS", commit="1" * 40)
    place = BuildDirectory(root=tmp_path, commit="1" * 40, build=build)

    found = keep_executed(code, session(*RAN[:1]), place, 1000)

    assert found == (
        code,
        (PROBLEM._replace(detail=f"{PROBLEM.detail}; what ran is not kept: there is no repository"),),
    )
