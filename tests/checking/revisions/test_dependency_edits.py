"""``lineage.checking.revisions.dependency_edits``: what changed in dependency files, by meaning."""

import pytest

from lineage.checking.revisions.dependency_edits import edits, python_step, system_step
from lineage.model.declarations import Declarations, Dependency
from lineage.model.plan import RevisionEdit
from tests.support.declared import declared

GIT = "git+https://example.org/a@"


def package(
    name: str, recorded: str | None, observed: str | None, step: str, line: int = 1, group: str = "main"
) -> RevisionEdit:
    return RevisionEdit(
        kind="package",
        subject=f"package:{name}",
        recorded=recorded,
        observed=observed,
        step=step,
        where=f"requirements.txt:{line}",
        group=group,
    )


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        pytest.param("a==1\nb==2", "# new\nB==2.0\n\na == 1", [], id="layout"),
        pytest.param("a>=1,<2", "a<2.0,>=1.0", [], id="the same range"),
        pytest.param("a==1.0", "a==1", [], id="the same version"),
        pytest.param("a==1.0", "a==1.1", [package("a", "1.0", "1.1", "minor")], id="version"),
        pytest.param("a==1.0", "a==1.0+cpu", [package("a", "1.0", "1.0+cpu", "build")], id="label"),
        pytest.param("a>=1", "a>=1.2", [package("a", ">=1", ">=1.2", "minor")], id="range"),
        pytest.param("a==1.0", "a>=1.0", [package("a", "1.0", ">=1.0", "unknown")], id="loosened"),
        pytest.param("a>=1.0", "a==1.2", [package("a", ">=1.0", "1.2", "minor")], id="pinned"),
        pytest.param("a", "a>=1", [package("a", "", ">=1", "unknown")], id="any"),
        pytest.param("", "a==1", [package("a", None, "1", "added")], id="added"),
        pytest.param("a==1\nb==1", "b==1", [package("a", "1", None, "removed")], id="removed"),
        pytest.param("a==1", f"a @ {GIT}v1", [package("a", "1", f"{GIT}v1", "build")], id="to git"),
        pytest.param(f"a @ {GIT}v1", f"a @ {GIT}v2", [package("a", f"{GIT}v1", f"{GIT}v2", "unknown")], id="tag"),
        pytest.param(
            f"a @ {GIT}v1",
            f"a @ {GIT}v1 ; os_name=='nt'",
            [package("a", f"{GIT}v1", f'{GIT}v1 ; os_name == "nt"', "unknown")],
            id="marker of a source",
        ),
        pytest.param(
            "a==1",
            "a==1 ; os_name=='nt'",
            [package("a", "1", '1 ; os_name == "nt"', "unknown")],
            id="marker",
        ),
        pytest.param(
            "a==1 ; os_name=='nt'\na==2 ; os_name!='nt'",
            "a==1 ; os_name=='nt'\na==3 ; os_name!='nt'",
            [package("a", "2", "3", "major", 2)],
            id="one of a set",
        ),
        pytest.param(
            "a==1 ; os_name!='nt'\na==2 ; os_name=='nt'",
            "a==1 ; os_name!='nt'\na==3 ; os_name=='nt'",
            [package("a", "2", "3", "major", 2)],
            id="the other one of a set",
        ),
        pytest.param(
            "a==1 ; os_name=='nt'",
            "a==1 ; os_name=='nt'\na==3 ; os_name!='nt'",
            [package("a", "1", "1, 3", "major", 2)],
            id="a set that grew",
        ),
        pytest.param(
            "a==1 ; os_name=='nt'\na==3 ; os_name!='nt'",
            "a==1 ; os_name=='nt'",
            [package("a", "1, 3", "1", "major")],
            id="a set that shrank",
        ),
        pytest.param(
            "numpy=1.0=py_0", "numpy=1.0=py_1", [package("numpy", "1.0=py_0", "1.0=py_1", "build")], id="conda"
        ),
        pytest.param("a==1 --no-binary=:all:\nc==2", "c==2", [package("a", "1", None, "removed")], id="option"),
    ],
)
def test_requirements(base: str, head: str, expected: list[RevisionEdit]) -> None:
    sides = [[declared("requirements.txt", one)] for one in (base, head)]

    assert edits(*sides) == tuple(expected)


def test_the_group_is_the_strongest_one() -> None:
    def project(main: str, dev: str, docs: str) -> list[Declarations]:
        text = f'[project]\nname = "x"\ndependencies = [{main}]\n[dependency-groups]\ndev = [{dev}]\ndocs = [{docs}]\n'
        return [declared("pyproject.toml", text)]

    found = [
        edits(project("", '"a==1"', ""), project("", '"a==2"', '"a==2"')),
        edits(project("", '"a==1"', ""), project('"a==2"', '"a==2"', "")),
    ]

    assert [[(one.step, one.group) for one in side] for side in found] == [[("major", "dev")], [("major", "main")]]


def test_a_file_that_was_renamed_is_no_edit_and_one_that_is_gone_is() -> None:
    base = [declared("requirements.txt", "a==1"), declared("b/requirements.txt", "b==1")]
    gone = RevisionEdit(
        kind="package",
        subject="package:b",
        recorded="1",
        observed=None,
        step="removed",
        where="b/requirements.txt:1",
        group="main",
    )

    assert edits(base, [declared("c/requirements.txt", "a==1"), base[1]]) == ()
    assert edits(base, [base[0]]) == (gone,)
    assert [one.step for one in edits(base, [base[0], declared("c/requirements.txt", "b==2")])] == ["removed", "added"]


def test_the_project_itself_and_what_a_row_needs_are_no_edits() -> None:
    own = Dependency(name="app", version="1", is_own=True)
    rows = [Declarations(path="uv.lock", form="uv.lock", dependencies=one) for one in [(own,), ()]]

    assert edits([rows[0]], [rows[1]]) == ()


def test_an_edit_without_a_line() -> None:
    row = Dependency(name="a", version="1", file="base.txt")
    head = Declarations(path="x.lock", form="uv.lock", dependencies=(row,), python="3.11", system=(("image", "a", 0),))
    base = Declarations(path="x.lock", form="uv.lock")

    assert [(one.subject, one.where) for one in edits([base], [head])] == [
        ("package:a", "base.txt"),
        ("python", "x.lock"),
        ("platform:image", "x.lock"),
    ]
    assert [(one.subject, one.step, one.where) for one in edits([head], [])] == [
        ("package:a", "removed", "base.txt"),
        ("python", "removed", "x.lock"),
        ("platform:image", "removed", "x.lock"),
    ]


def test_python_and_system() -> None:
    base, head = (declared("Dockerfile", f"FROM python:{one}-slim\n") for one in ("3.11", "3.12.1"))

    assert edits([base], [head]) == (
        RevisionEdit(
            kind="python", subject="python", recorded="3.11", observed="3.12.1", step="minor", where="Dockerfile:1"
        ),
        RevisionEdit(
            kind="system",
            subject="platform:image",
            recorded="python:3.11-slim",
            observed="python:3.12.1-slim",
            step="minor",
            where="Dockerfile:1",
        ),
    )
    assert edits([base], [base]) == ()


def test_any_version_is_told_as_it_is_written() -> None:
    head = declared("pyproject.toml", "[project]\ndependencies = ['a']\n[tool.poetry.dependencies]\nnumpy = '*'\n")
    assert [one.observed for one in edits([], [head])] == ["", "*"]


@pytest.mark.parametrize(
    ("left", "right", "step"),
    [
        ("3.11", "3.12", "minor"),
        (">=3.9", ">=3.10", "minor"),
        ("3.11", ">=3.12", "minor"),
        (None, "3.11", "added"),
        ("3.11", None, "removed"),
        ("3.11", "odd", "unknown"),
        ("^3.9", "^3.10", "minor"),
        ("^3.6.1", ">=3.6.2,<4.0", "patch"),
        ("3.8.*", "3.9.*", "minor"),
        ("3.11.7 | 3.12.1", "3.11.9 | 3.12.1", "patch"),
        ("3.11.7 | 3.12.1", "3.12.1", "minor"),
        (">=3.9", "==3.9", "unknown"),
        ("~2.7 || ^3.5", "^3.6", "unknown"),
    ],
)
def test_how_far_python_moved(left: str | None, right: str | None, step: str) -> None:
    assert python_step(left, right) == step


@pytest.mark.parametrize(
    ("left", "right"), [(">= 3.9", ">=3.9"), (">=3.9,<4", "<4.0,>=3.9"), ("^3.9", ">=3.9,<4"), (">=3.9.0", ">=3.9")]
)
def test_python_asked_for_in_other_words(left: str, right: str) -> None:
    texts = (f"[project]\nrequires-python = '{one}'\n" for one in (left, right))
    base, head = (declared("pyproject.toml", text) for text in texts)
    assert edits([base], [head]) == ()


@pytest.mark.parametrize(
    ("field", "left", "right", "step"),
    [
        ("image", "debian:12", "debian:13", "major"),
        ("image", "debian:12", None, "removed"),
        ("image", None, "debian:12", "added"),
        ("image", "debian:bookworm", "debian:bookworm@sha256:a", "build"),
        ("image", "a@b:\n", "a", "unknown"),
        ("apt:gcc", "12.1", "12.2", "minor"),
        ("apt:gcc", "", "12.2", "unknown"),
    ],
)
def test_how_far_the_system_moved(field: str, left: str | None, right: str | None, step: str) -> None:
    assert system_step(field, left, right) == step


def told(base: Declarations, head: Declarations) -> list[tuple[str, str | None, str | None, str]]:
    return [(one.subject, one.recorded, one.observed, one.where) for one in edits([base], [head])]


def test_what_a_file_includes_is_told_of_the_included_one() -> None:
    files = {"requirements.txt": "a==1\n", "more.txt": "b==1\n"}
    plain = declared("requirements-dev.txt", "c==1\n", files)

    named = declared("requirements-dev.txt", "-r requirements.txt\nc==1\n", files)
    assert told(plain, named) == []
    hidden = declared("requirements-dev.txt", "-r more.txt\nc==1\n", files)
    assert told(plain, hidden) == [("package:b", None, "1", "more.txt:1")]


def test_a_setup_script_that_reads_a_file_tells_what_became_of_its_own_rows() -> None:
    literal = declared("setup.py", "setup(install_requires=['a==1', 'b', 'c'])")
    text = "setup(install_requires=open('requirements.txt').read().split())"
    read = declared("setup.py", text, {"requirements.txt": "a==1\nb>=2\nd==1\n"})

    assert told(literal, read) == [
        ("package:b", "", ">=2", "setup.py:1"),
        ("package:c", "", None, "setup.py:1"),
    ]


def test_a_row_that_cannot_be_read_on_one_side_is_neither_added_nor_removed() -> None:
    base, head = declared("requirements.txt", "a==1\nb==1\n"), declared("requirements.txt", "a==\n")

    assert told(base, head) == [("package:b", "1", None, "requirements.txt:2")]
    assert told(head, base) == [("package:b", None, "1", "requirements.txt:2")]


def test_of_several_pythons_those_that_moved_are_told() -> None:
    lock = "version: 1\npackage:\n"
    row = "- {{name: python, version: {0}, manager: conda, platform: {1}}}\n"
    base, head = (
        declared("conda-lock.yml", lock + row.format("3.11.7", "linux-64") + row.format(other, "osx-64"))
        for other in ("3.11.8", "3.11.9")
    )

    assert [(one.recorded, one.observed, one.step) for one in edits([base], [head])] == [("3.11.8", "3.11.9", "patch")]


def test_a_row_without_a_version_adds_no_text_to_those_with_one() -> None:
    base = declared("setup.cfg", "[options]\ninstall_requires = b\n")
    head = declared("environment.yml", "dependencies:\n- a\n- a>=2\n")

    assert [(one.subject, one.observed) for one in edits([base], [head])] == [
        ("package:a", ">=2"),
        ("package:b", None),
    ]


SETUP = "setup(install_requires={}, extras_require={{'gpu': {}}})"
PIPFILE = "[packages]\n{}\n[dev-packages]\n{}\n"


@pytest.mark.parametrize(
    ("path", "base", "head", "told"),
    [
        ("setup.py", SETUP.format("['a>=1']", []), SETUP.format([], "['a>=1']"), (">=1 (main)", ">=1 (extra:gpu)")),
        (
            "setup.py",
            SETUP.format("['a>=1']", "['a>=1']"),
            SETUP.format("['a>=1']", []),
            (">=1 (extra:gpu), >=1 (main)", ">=1 (main)"),
        ),
        ("Pipfile", PIPFILE.format('a = "*"', ""), PIPFILE.format("", 'a = "*"'), ("* (main)", "* (dev)")),
        (
            "Pipfile",
            PIPFILE.format('dvc = "*"', ""),
            PIPFILE.format('dvc = {extras = ["s3"], version = "*"}', ""),
            ("*", "[s3]*"),
        ),
        ("requirements.txt", "dvc[s3]==3.1", "dvc==3.1", ("[s3]3.1", "3.1")),
        ("requirements.txt", "dvc[gs,s3]", "dvc[s3]", ("[gs,s3]", "[s3]")),
    ],
)
def test_moves_between_groups_and_extras_are_told(path: str, base: str, head: str, told: tuple[str, str]) -> None:
    [edit] = edits([declared(path, base)], [declared(path, head)])

    assert (edit.recorded, edit.observed, edit.step) == (*told, "unknown")
