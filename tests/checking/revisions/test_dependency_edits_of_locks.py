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
        pytest.param([OLD, NEW], [("2.0.1", "")], ["1.26.4, 2.0.1 | 2.0.1 | major"], id="a fork that went"),
        pytest.param([OLD], [OLD, NEW], ["1.26.4 | 1.26.4, 2.0.1 | major"], id="a fork that came"),
    ],
)
def test_markers_of_a_lock_are_worked_out_by_the_tool(
    base: list[tuple[str, str]], head: list[tuple[str, str]], told: list[str]
) -> None:
    sides = [[declared("poetry.lock", _lock(*rows))] for rows in (base, head)]

    assert [f"{one.recorded} | {one.observed} | {one.step}" for one in edits(*sides)] == told


UV = 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "concepts"\nversion = "0.0.1"\nsource = {}\n'
ARCHIVE = '{{ url = "https://example.org/{}/concepts-0.0.1.tar.gz" }}'
GIT = '{{ git = "https://example.org/acme/concepts.git#{}" }}'


@pytest.mark.parametrize(
    ("base", "head", "recorded", "observed", "step"),
    [
        (GIT.format("a" * 40), GIT.format("b" * 40), f"@{'a' * 40})", f"@{'b' * 40})", "unknown"),
        ('{ registry = "x" }', GIT.format("b" * 40), "0.0.1 (x)", f"@{'b' * 40})", "build"),
        (ARCHIVE.format("a"), ARCHIVE.format("b"), "a/concepts-0.0.1.tar.gz)", "b/concepts-0.0.1.tar.gz)", "build"),
    ],
)
def test_where_the_version_stands_the_source_is_told(
    base: str, head: str, recorded: str, observed: str, step: str
) -> None:
    [edit] = edits([declared("uv.lock", UV.format(base))], [declared("uv.lock", UV.format(head))])

    assert (edit.recorded or "").endswith(recorded)
    assert (edit.observed or "").endswith(observed)
    assert edit.step == step


def conda_lock(*rows: tuple[str, str]) -> str:
    """(platform, build) of numpy, and one package more for each platform."""
    row = "- name: {}\n  version: '{}'\n  manager: conda\n  platform: {}\n  url: https://x/{}-{}-{}.conda\n"
    found = [
        row.format(name, "1", where, name, "1", build) for where, build in rows for name in ("numpy", f"only-{where}")
    ]
    return "version: 1\npackage:\n" + "".join(found)


LINUX, ARM = ("linux-64", "h1_0"), ("osx-arm64", "h2_0")


@pytest.mark.parametrize(
    ("base", "head", "told"),
    [
        ([LINUX, ARM], [LINUX], [("platform:osx-arm64", "osx-arm64", None, "removed")]),
        ([LINUX], [LINUX, ARM], [("platform:osx-arm64", None, "osx-arm64", "added")]),
        (
            [LINUX, ARM],
            [("linux-64", "h3_0")],
            [
                ("package:numpy", "1=h1_0", "1=h3_0", "build"),
                ("package:only-linux-64", "1=h1_0", "1=h3_0", "build"),
                ("platform:osx-arm64", "osx-arm64", None, "removed"),
            ],
        ),
        (
            [LINUX],
            [ARM],
            [
                ("package:numpy", "1=h1_0", "1=h2_0", "build"),
                ("package:only-linux-64", "1=h1_0", None, "removed"),
                ("package:only-osx-arm64", None, "1=h2_0", "added"),
            ],
        ),
    ],
)
def test_a_platform_of_a_lock_is_one_change(
    base: list[tuple[str, str]], head: list[tuple[str, str]], told: list[tuple[str, str | None, str | None, str]]
) -> None:
    found = edits(*([declared("conda-lock.yml", conda_lock(*side))] for side in (base, head)))

    assert sorted((one.subject, one.recorded, one.observed, one.step) for one in found) == told


def test_the_groups_and_extras_of_a_graph_are_what_others_ask_for() -> None:
    base, head = (
        UV.format('{ registry = "x" }')
        + f'\n[[package]]\nname = "app"\nversion = "0"\nsource = {{ virtual = "." }}\n{rest}'
        for rest in (
            'dependencies = [{ name = "concepts", extra = ["x"] }]\n',
            '[package.dev-dependencies]\ndev = [{ name = "concepts" }]\n',
        )
    )

    assert edits([declared("uv.lock", base)], [declared("uv.lock", head)]) == ()
