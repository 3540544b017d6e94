"""Packages that move between the groups of dependency files: what only developers get, the model does not."""

import pytest

from lineage.model.plan import Due
from lineage.portable.environment import Package
from tests.support.judging import NUMPY, Texts, due, of

MAIN, DEV, DOCS = "requirements.txt", "requirements-dev.txt", "docs/requirements.txt"
PIN, OTHER = "numpy==1.26.4\n", "scipy==1.14.0\n"


def gone(group: str, where: str) -> list[Due]:
    message = f"numpy 1.26.4 → nothing (removed), only of the group {group} now, named in the weights"
    return [of(NUMPY, "retrain", message, None, "removed", where)]


def project(main: str = "", **groups: str) -> Texts:
    rows = "".join(f"{name} = [{row}]\n" for name, row in groups.items())
    return {"pyproject.toml": f'[project]\nname = "fraud"\ndependencies = [{main}]\n[dependency-groups]\n{rows}'}


def poetry(main: str = "", dev: str = "") -> Texts:
    groups = f"[tool.poetry.group.dev.dependencies]\n{dev}\n" if dev else ""
    return {"pyproject.toml": f'[tool.poetry.dependencies]\npython = "^3.11"\n{main}\n{groups}'}


def pipenv(**groups: str) -> Texts:
    rows = ", ".join(f'"{group}": {{"{name}": {{"version": "==1.26.4"}}}}' for group, name in groups.items())
    return {"Pipfile.lock": f'{{"_meta": {{}}, {rows}}}'}


ONE = '"numpy==1.26.4"'


@pytest.mark.parametrize(
    ("then", "head", "expected"),
    [
        pytest.param({MAIN: PIN, DEV: ""}, {MAIN: OTHER, DEV: PIN}, gone("dev", f"{DEV}:1"), id="another file"),
        pytest.param({MAIN: PIN, DEV: PIN}, {MAIN: OTHER, DEV: PIN}, gone("dev", f"{DEV}:1"), id="was in both"),
        pytest.param(
            {MAIN: PIN, DEV: ""}, {MAIN: OTHER, DEV: "numpy==2.0.1\n"}, gone("dev", f"{DEV}:1"), id="and bumped"
        ),
        pytest.param({MAIN: "numpy>=1\n"}, {MAIN: OTHER, DEV: "numpy>=1\n"}, gone("dev", f"{DEV}:1"), id="a range"),
        pytest.param({MAIN: PIN}, {MAIN: OTHER, DOCS: PIN}, gone("docs", f"{DOCS}:1"), id="documentation"),
        pytest.param(project(ONE), project(dev=ONE), gone("dev", "pyproject.toml:5"), id="a dependency group"),
        pytest.param(project(ONE), project(test=ONE), gone("test", "pyproject.toml:5"), id="tests"),
        pytest.param(project(ONE), project(docs=ONE), gone("docs", "pyproject.toml:5"), id="the docs group"),
        pytest.param(
            poetry('numpy = "1.26.4"'), poetry(dev='numpy = "1.26.4"'), gone("dev", "pyproject.toml:5"), id="poetry"
        ),
        pytest.param(
            pipenv(default="numpy", develop="six"),
            pipenv(default="six", develop="numpy"),
            gone("dev", "Pipfile.lock:1"),
            id="a lock",
        ),
        pytest.param({MAIN: PIN, DEV: ""}, {MAIN: PIN, DEV: PIN}, [], id="named for both"),
        pytest.param(project(ONE), project(ONE, dev='"numpy==2.0.1"'), [], id="developers get another one"),
        pytest.param({MAIN: "", DEV: PIN}, {MAIN: PIN, DEV: ""}, [], id="the other way round"),
        pytest.param(project(dev=ONE), project(ONE), [], id="the other way round, a dependency group"),
        pytest.param(project(dev='"numpy>=1"'), project(ONE), [], id="the other way round, pinned as recorded"),
        pytest.param({MAIN: "", DEV: PIN}, {DEV: PIN}, [], id="developers only, as ever"),
        pytest.param({DEV: PIN}, {DOCS: PIN}, [], id="between two groups that stand aside"),
        pytest.param(project(ONE), project(train=ONE), [], id="a group of the project's own"),
        pytest.param(None, {DEV: PIN}, [], id="nobody knows what it was"),
        pytest.param(
            project(dev=ONE),
            project('"numpy==2.0.1"'),
            [
                of(
                    NUMPY,
                    "retrain",
                    "numpy 1.26.4 → 2.0.1 (major), named in the weights",
                    "2.0.1",
                    "major",
                    "pyproject.toml:3",
                )
            ],
            id="the other way round, bumped",
        ),
    ],
)
def test_a_package_that_changes_its_group(then: Texts | None, head: Texts, expected: list[Due]) -> None:
    assert due(NUMPY, then, head) == expected


def test_what_is_merely_present_may_go() -> None:
    assert due(NUMPY._replace(use="present"), {MAIN: PIN}, {MAIN: OTHER, DEV: PIN}) == []


FORK = """
[[package]]
name = "torch"
version = "{}"
source = {{ registry = "https://index.example/simple" }}
resolution-markers = ["{}"]
"""


def forked(*rows: tuple[str, str]) -> dict[str, str]:
    """A lock of uv with one fork for each (version, marker)."""
    return {"uv.lock": 'version = 1\nrequires-python = ">=3.10"\n' + "".join(FORK.format(*row) for row in rows)}


A, B = "platform_release == 'a'", "platform_release != 'a'"  # which no manifest tells
A_ANEW, B_ANEW = f"sys_platform == 'linux' and {A}", f"sys_platform == 'linux' and {B}"


@pytest.mark.parametrize(
    ("head", "actions"),
    [
        ([("2.5.1", A_ANEW), ("2.5.1+cpu", B_ANEW)], []),
        ([("2.5.1", B), ("2.5.1+cpu", "")], []),
        ([("2.6.0", A_ANEW), ("2.5.1+cpu", B_ANEW)], ["undecided"]),
        ([("2.5.1", A_ANEW), ("2.5.1+cpu", B_ANEW), ("2.4.0", B_ANEW)], ["undecided"]),
    ],
)
def test_markers_that_a_tool_wrote_anew_are_no_question(head: list[tuple[str, str]], actions: list[str]) -> None:
    package = Package("torch", "2.5.1", "weights")
    found = due(package, forked(("2.5.1", A), ("2.5.1+cpu", B)), forked(*head))

    assert [one.action for one in found] == actions


def test_markers_that_somebody_wrote_are_a_question() -> None:
    package = Package("torch", "2.5.1", "weights")
    then, head = (f"torch==2.5.1 ; {a}\ntorch==2.5.1+cpu ; {b}\n" for a, b in ((A, B), (A_ANEW, B_ANEW)))

    assert [one.action for one in due(package, then, head)] == ["undecided"]
