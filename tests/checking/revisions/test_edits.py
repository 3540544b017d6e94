"""What was edited between two commits, where the name of a file alone does not tell what it is."""

from pathlib import Path

import pytest

from lineage.checking.revisions.edits import changes_between
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.portable.environment import Unknown
from lineage.system.blobcache import BlobCache
from tests.support.gitrepos import commit, git, make


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "edited")


def told(root: Path) -> list[tuple[str, str | None, str | None, str, str | None]]:
    """(subject, recorded, observed, place, group) of the last commit's edits, in which nothing is unknown."""
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        base, head = (at_commit(objects, objects.commit(name), readings) for name in ("HEAD~1", "HEAD"))
        unknown: list[Unknown] = []
        found = changes_between(base, head, unknown)
    assert unknown == []
    return [(one.subject, one.recorded, one.observed, one.where, one.group) for one in found]


def test_a_file_that_only_an_include_names_is_told_once(root: Path) -> None:
    files = {"requirements.txt": b"-r pins.lst\n", "requirements-dev.txt": b"-r pins.lst\npytest\n"}
    commit(root, {**files, "pins.lst": b"numpy==1\n", "notes.txt": b"numpy==1\n"})
    commit(root, {"pins.lst": b"numpy==2\n", "notes.txt": b"numpy==2\n"})

    assert told(root) == [("package:numpy", "1", "2", "pins.lst:1", "main")]


def test_the_file_that_a_setup_script_reads_is_told(root: Path) -> None:
    commit(root, {"setup.py": b"setup(install_requires=open('needs.txt').read())", "needs.txt": b"a==1\n"})
    commit(root, {"needs.txt": b"a==2\n"})

    assert told(root) == [("package:a", "1", "2", "needs.txt:1", "main")]


def test_an_includer_that_cannot_be_read_says_nothing_of_what_it_was_not_edited_in(root: Path) -> None:
    commit(root, {"requirements.txt": b"-r pins.lst\n-r requirements.txt\n", "pins.lst": b"numpy==1\n"})
    commit(root, {"pins.lst": b"numpy==2\n"})

    assert told(root) == []


def test_a_file_that_got_the_name_of_a_dependency_file_is_no_edit(root: Path) -> None:
    commit(root, {"old/test-min.txt": b"a==1\nb==2\n"})
    git(root, "rm", "--quiet", "old/test-min.txt")
    commit(root, {"requirements/test-min.txt": b"a==1\nb==2\n"})

    assert told(root) == []


def test_an_include_that_was_not_there_is_asked_for_again(root: Path) -> None:
    commit(root, {"requirements.txt": b"-r pins.lst\nscipy==1\n"})
    commit(root, {"pins.lst": b"numpy==1\n"})

    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        found = [at_commit(objects, objects.commit(name), readings) for name in ("HEAD~1", "HEAD")]
        declared = [one.declarations("requirements.txt") for one in found]

    assert [[row.name for row in one.dependencies] for one in declared if one] == [["scipy"], ["numpy", "scipy"]]


BLOCK = b'# /// script\n# dependencies = ["numpy==%d"]\n# ///\n'


def test_the_block_of_a_script_is_told_beside_its_code(root: Path) -> None:
    commit(root, {"train.py": BLOCK % 1, "other.py": b"# one\n"})
    commit(root, {"train.py": BLOCK % 2 + b"import numpy\n", "other.py": b"# two\n"})

    first, second = told(root)
    assert first == ("package:numpy", "1", "2", "train.py:2", "main")
    assert (second[0], second[3]) == ("code:train.py", "train.py")


def test_a_block_that_came_and_a_lock_of_a_script_are_told(root: Path) -> None:
    lock = 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\nversion = "%s"\n'
    commit(root, {"train.py": b"", "a.py.lock": (lock % "1").encode()})
    commit(root, {"train.py": BLOCK % 2, "a.py.lock": (lock % "2").encode()})

    assert told(root) == [
        ("package:a", "1", "2", "a.py.lock:6", "main"),
        ("package:numpy", None, "2", "train.py:2", "main"),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("environment.yml", b"dependencies:\n  - pip:\n    - -r file:pins.list\n"),
        ("Dockerfile.serve", b"FROM python:3.11\nCOPY pins.list .\nRUN pip install -r pins.list\n"),
    ],
)
def test_what_a_file_of_any_form_includes_is_told(root: Path, path: str, text: bytes) -> None:
    commit(root, {path: text, "pins.list": b"numpy==1\n"})
    commit(root, {"pins.list": b"numpy==2\n"})

    assert told(root) == [("package:numpy", "1", "2", "pins.list:1", "main")]


NONE = "is not a requirement that can be read"
ODD = "has an option that is not known here"
OUT = "which leads out of the repository"


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (b"a=>1\n", b"a=>2\n", [f"1 {NONE}: 'a=>1' (before)", f"1 {NONE}: 'a=>2'"]),
        (b"a=>1\n", b"# why\n a=>1  # so\n", []),
        (b"a==1\n", b"a=>1\n", [f"1 {NONE}: 'a=>1'"]),
        (b"a=>1\n", b"a==1\n", [f"1 {NONE}: 'a=>1' (before)"]),
        (b"a==1 -x\n", b"a==1 -y\n", [f"1 {ODD}: '-x' (before)", f"1 {ODD}: '-y'"]),
        (b"a==1 -x\n", b"a==2 -y\n", []),
        (b"-r ../b\n", b"-r ../c\n", [f"1 includes ../b, {OUT} (before)", f"1 includes ../c, {OUT}"]),
    ],
)
def test_rows_that_read_otherwise_are_told_where_no_edit_tells_them(
    root: Path, base: bytes, head: bytes, expected: list[str]
) -> None:
    commit(root, {"requirements.txt": base})
    commit(root, {"requirements.txt": head})
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        unknown: list[Unknown] = []
        before, after = (at_commit(objects, objects.commit(name), readings) for name in ("HEAD~1", "HEAD"))
        changes_between(before, after, unknown)

    assert [one.reason.removeprefix("requirements.txt:") for one in unknown] == expected
