"""What is asked of a resolver about ranges, what never is, and where its answer stands."""

import pytest

from lineage.checking.resolver_files import (
    Question,
    is_answered_for,
    last_words,
    lock_of,
    named,
    needs_compiling,
    not_compiled,
    question_of,
)
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Environment, Platform
from tests.support.declared import declared

RANGES = declared("requirements.in", "numpy>=1.20\nscikit-learn\n")
LOCK = declared("requirements.txt", f"numpy==1.26.4 --hash=sha256:{'a' * 64}\n")
DEV = declared("requirements-dev.in", "pytest>=7\n")
CONDA = declared("environment.yml", "dependencies:\n- numpy>=1.20\n")
OURS = Environment(python="3.11.7", implementation="CPython", platform=Platform(os="linux", machine="x86_64"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], False),
        ([RANGES], True),
        ([declared("requirements.txt", "numpy==1.26.4\n")], False),
        ([RANGES, declared("other/requirements.txt", "numpy==1.26.4\n")], True),
        ([RANGES, LOCK], False),
        ([DEV], False),
        ([CONDA], False),
        ([declared("requirements.in", "numpy @ git+https://example.org/numpy\n-e .\n")], False),
    ],
)
def test_only_ranges_of_what_is_served_without_a_lock_need_it(given: list[Declarations], expected: bool) -> None:
    assert needs_compiling(given) is expected


def test_a_form_that_pip_does_not_know_keeps_the_answer_from_being_whole() -> None:
    pin = declared(".python-version", "3.11\n")

    assert not_compiled([RANGES, pin, CONDA, DEV]) == ("environment.yml",)
    assert not_compiled([RANGES, pin, DEV]) == ()


def test_all_files_are_asked_about_together_by_name_and_version_alone() -> None:
    project = declared(
        "pyproject.toml",
        '[project]\nname = "fraud"\nversion = "1"\ndependencies = ["numpy<2", "numpy>=1.20"]\n'
        "[project.optional-dependencies]\nserve = [\"FastAPI[all]~=0.110 ; python_version > '3.8'\"]\n"
        '[dependency-groups]\ntest = ["pytest"]\n',
    )
    files = {"more.txt": "joblib==1.4.2\n"}
    ranges = declared("requirements.in", "--index-url https://example.org/simple\n-r more.txt\nnumpy>=1.20\n", files)

    assert question_of([project, ranges, DEV]) == Question(
        'fastapi[all]~=0.110 ; python_version > "3.8"\njoblib==1.4.2\nnumpy<2\nnumpy>=1.20\n', ()
    )


def test_what_is_in_no_index_or_unreadable_is_left_out_by_name() -> None:
    ranges = declared(
        "requirements.in",
        "a @ git+https://example.org/a\n-e git+https://example.org/b#egg=b\n./c-1.0.tar.gz\n-e .\n"
        "https://example.org/x\nd=>=1\nnumpy>=1.20\n",
    )

    assert question_of([ranges]) == Question(
        "numpy>=1.20\n", ("package:a", "package:b", "package:c", "package:d", "package:x", "packages")
    )


@pytest.mark.parametrize(
    "row",
    [
        Dependency(name="a", specifier=" @ git+https://example.org/a", written="x"),
        Dependency(name="a", specifier=">=1 --global-option=x", written="x"),
        Dependency(name="a", specifier=">=1\n-e .", written="x"),
        Dependency(name="-e .", specifier=""),
        Dependency(name="a", specifier=">=1", marker='platform_release == "${SECRET}"'),
        Dependency(name="a", specifier=">=1", marker="platform_release == '\x07'"),
        Dependency(name="a", specifier="", written="^1 || ^2"),
        Dependency(name="a", specifier=">=1", manager="conda"),
        Dependency(name="a", specifier=">=1", is_own=True),
    ],
)
def test_no_row_makes_pip_do_more_than_look_up_a_name(row: Dependency) -> None:
    given = Declarations(path="pyproject.toml", form="pyproject", dependencies=(row,))

    assert question_of([given]) == Question("", (f"package:{row.name}",))


def test_the_answer_stands_where_its_range_does_and_is_a_lock_when_whole() -> None:
    files = {"more.txt": "scikit-learn\n"}
    ranges = declared("requirements.in", "# why\nnumpy>=1.20\n-r more.txt\n", files)
    answer = declared("requirements.txt", "numpy==2.0.1\nscikit-learn==1.5.0\nscipy==1.13.0\n")

    def exact(name: str, version: str, line: int, file: str = "") -> Dependency:
        pinned = f"=={version}"
        return Dependency(name=name, version=version, specifier=pinned, written=pinned, line=line, file=file)

    expected = Declarations(
        path="requirements.in",
        form="requirements",
        is_lock=True,
        dependencies=(
            exact("numpy", "2.0.1", 2),
            exact("scikit-learn", "1.5.0", 1, "more.txt"),
            exact("scipy", "1.13.0", 0),
        ),
        files=("requirements.in",),
    )
    assert lock_of(answer, [ranges], True) == expected
    assert lock_of(answer, [ranges], False).is_lock is False


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (OURS._replace(python="3.11.9", platform=Platform("linux", "x86_64", "musl 1.2")), True),
        (OURS._replace(python="3.12.7"), False),
        (OURS._replace(python=None), False),
        (OURS._replace(implementation="PyPy"), False),
        (OURS._replace(platform=Platform("linux", "aarch64")), False),
        (OURS._replace(platform=Platform("darwin", "x86_64")), False),
        (OURS._replace(platform=Platform()), False),
    ],
)
def test_an_answer_holds_for_the_same_python_minor_and_platform(recorded: Environment, expected: bool) -> None:
    assert is_answered_for(recorded, OURS) is expected


def test_nothing_known_is_no_match_even_to_itself() -> None:
    assert is_answered_for(Environment(), Environment()) is False


def test_an_environment_is_named_in_a_few_words() -> None:
    assert named(OURS) == "CPython 3.11 on linux x86_64"
    assert named(Environment()) == "? ? on ? ?"


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("", ""),
        ("Traceback\npython: No module named piptools\n", "python: No module named piptools"),
        (
            "  ERROR: first\n  ERROR: Cannot install -r requirements.in (line 1) and -r requirements.in (line 2) "
            "because of -r requirements.in (line 3)\nTraceback\nNotFound: x\n",
            "Cannot install new and old>=1 because of -r requirements.in (line 3)",
        ),
        ("ERROR: no https://me:sekret@example.org/simple?token=a\n", "no https://<redacted>@example.org/simple"),
        ("ERROR: \x1b[31mred\n", "?[31mred"),
        ("ERROR: " + "a" * 1000, "a" * 300),
    ],
)
def test_the_last_words_name_the_requirement_and_no_credentials(stderr: str, expected: str) -> None:
    assert last_words(stderr, "new\nold>=1\n") == expected
