"""The recorded files of code against a serving copy: what is the same, what differs, what cannot be decided."""

import os
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.git.blob import content_id
from lineage.model.code import Code
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.verifying.code import MAX_PARSED_BYTES, CodePlace, compare_code
from tests.support import projects
from tests.support.projects import git, write
from tests.support.servedcode import EDITED, FEATURES, FILES, NOT_HERE, TRAIN, code_of, compared, served


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.make_repository(tmp_path_factory.mktemp("code") / "fraud", FILES)


@pytest.fixture
def recorded(repository: Path) -> Code:
    return code_of(FILES, base=git(repository, "rev-parse", "HEAD"))


def test_a_copy_without_git_has_the_same_code(recorded: Code, repository: Path, tmp_path: Path) -> None:
    place = served(tmp_path / "app", {**FILES, "more.py": b""})

    for depth in ("ast", "bytes", "any"):
        assert compared(recorded, place, repository, depth) == ([], [], 4)
        assert compared(recorded, place, None, depth) == ([], [], 4)


def test_a_difference_is_a_change_with_both_blobs(recorded: Code, repository: Path, tmp_path: Path) -> None:
    place = served(tmp_path / "app", {**FILES, FEATURES: EDITED})
    (place / TRAIN).unlink()
    blobs = dict(recorded.files)

    found = compare_code(recorded, "ast", CodePlace(directory=place, repository=repository))

    now = content_id(EDITED, "sha1")[:12]
    detail = f"{FEATURES}:1: constant 3 → 4 in SIZE"
    changes = (
        Change(f"code:{FEATURES}", "code-changed", blobs[FEATURES][:12], now, "unknown", detail=detail),
        Change(f"code:{TRAIN}", "code-absent", blobs[TRAIN][:12], None, "removed", detail=f"{TRAIN} is missing"),
    )
    assert found == Comparison(changes, checked=(("code", "ast"), ("code_files", 4)))


LAYOUT = FILES[FEATURES].replace(b"  # rows", b"")


@pytest.mark.parametrize(
    ("path", "content", "by_ast", "by_bytes"),
    [
        (FEATURES, LAYOUT, [], [f"{FEATURES}:5: only comments or layout differ"]),
        (FEATURES, FILES[FEATURES].replace(b"\n", b"\r\n"), [], [f"{FEATURES}: only comments or layout differ"]),
        (FEATURES, EDITED, [f"{FEATURES}:1: constant 3 → 4 in SIZE"], [f"{FEATURES}:1: constant 3 → 4 in SIZE"]),
        ("run.sh", FILES["run.sh"].replace(b"\n", b"\r\n"), [], ["run.sh: line ends differ"]),
        ("run.sh", b"#!/bin/sh\npython -O train.py\n", ["run.sh:2: differs"], ["run.sh:2: differs"]),
        ("run.sh", b"\0", ["run.sh: its bytes differ"], ["run.sh: its bytes differ"]),
    ],
    ids=["layout", "CRLF", "code", "CRLF of a script", "a script", "bytes"],
)
def test_the_policy_says_how_deep(
    path: str, content: bytes, by_ast: list[str], by_bytes: list[str], recorded: Code, repository: Path, tmp_path: Path
) -> None:
    place = served(tmp_path / "app", {**FILES, path: content})

    assert compared(recorded, place, repository) == (by_ast, [], 4)
    assert compared(recorded, place, repository, "bytes") == (by_bytes, [], 4)
    assert compared(recorded, place, repository, "any") == (by_ast, [], 4)


def test_code_that_was_recorded_with_crlf_may_be_served_without(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"a.py": b"x = 1\n"})

    assert compared(code_of({"a.py": b"x = 1\r\n"}), place, None) == ([], [], 1)
    assert compared(code_of({"a.py": b"x = 1\r\n"}), place, None, "bytes") == ([f"a.py: {NOT_HERE}"], [], 1)


def test_without_the_recorded_source_it_is_undecided(recorded: Code, tmp_path: Path) -> None:
    other = projects.make_repository(tmp_path / "other", {"a.py": b""})
    place = served(tmp_path / "app", {**FILES, FEATURES: LAYOUT})

    for repository in (None, tmp_path, other):
        assert compared(recorded, place, repository) == ([], [f"code:{FEATURES}: {NOT_HERE}"], 3)
        assert compared(recorded, place, repository, "any") == ([f"{FEATURES}: {NOT_HERE}"], [], 4)


def test_an_id_that_names_no_object_is_equal_to_nothing(repository: Path, tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"a.py": b"x = 1\n"})
    code = Code(base="a" * 40, files=(("a.py", "z" * 40),))

    assert compared(code, place, repository) == ([], [f"code:a.py: {NOT_HERE}"], 0)


def test_a_source_that_was_never_committed_is_taken_from_the_work_tree(tmp_path: Path) -> None:
    repository = projects.make_repository(tmp_path / "fraud", {"a.py": b"x = 1\n"})
    write(repository, {"a.py": b"x = 2\n"})
    place = served(tmp_path / "app", {"a.py": b"x = 3\n"})

    assert compared(code_of({"a.py": b"x = 2\n"}), place, repository)[0] == ["a.py:1: constant 2 → 3 in x"]
    os.mkfifo(repository / "b.py")
    for path in ("a.py", "b.py", "c.py"):
        code = code_of({path: b"x = 4\n"})
        write(place, {path: b"x = 3\n"})
        assert compared(code, place, repository) == ([], [f"code:{path}: {NOT_HERE}"], 0)


def test_a_shallow_clone_has_the_sources_of_its_commit(repository: Path, recorded: Code, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "clone")
    place = served(tmp_path / "app", {**FILES, FEATURES: LAYOUT})

    assert compared(recorded, place, tmp_path / "clone") == ([], [], 4)


def test_a_repository_of_the_other_hash(tmp_path: Path) -> None:
    repository = tmp_path / "fraud"
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "fraud")
    write(repository, FILES)
    projects.commit(repository)
    code = code_of(FILES, "sha256", git(repository, "rev-parse", "HEAD"))

    assert compared(code, served(tmp_path / "same", FILES), None) == ([], [], 4)
    place = served(tmp_path / "app", {**FILES, FEATURES: EDITED})
    assert compared(code, place, repository) == ([f"{FEATURES}:1: constant 3 → 4 in SIZE"], [], 4)


def test_code_that_is_too_large_to_be_parsed_is_undecided(repository: Path, recorded: Code, tmp_path: Path) -> None:
    place = served(tmp_path / "app", {**FILES, FEATURES: b"#" * MAX_PARSED_BYTES + b"\n"})

    reason = "differs by bytes, and is too large to be compared by what it does"
    assert compared(recorded, place, repository) == ([], [f"code:{FEATURES}: {reason}"], 3)
    assert compared(recorded, place, repository, "bytes") == ([f"{FEATURES}: {reason}"], [], 4)


@pytest.mark.parametrize(
    "content", [b"x" + b"+1" * 100_000, b"(" * 100_000, b"x = [\0]\n", b"\xff\xfe", b"# coding: x\n1"]
)
def test_hostile_code_differs_and_nothing_worse(
    content: bytes, repository: Path, recorded: Code, tmp_path: Path
) -> None:
    place = served(tmp_path / "app", {**FILES, FEATURES: content})

    ((detail,), unknown, number) = compared(recorded, place, repository)
    assert detail.startswith(FEATURES) and detail.endswith("it is no Python that can be parsed here")
    assert (unknown, number) == ([], 4)


def test_without_recorded_files_there_is_nothing_to_compare(tmp_path: Path) -> None:
    found = compare_code(Code(base="a" * 40), "ast", CodePlace(directory=tmp_path, repository=None))

    unknown = (Unknown("code", "the manifest records no file of code"),)
    assert found == Comparison(unknown=unknown, checked=(("code", "ast"), ("code_files", 0)))


def test_a_directory_that_is_not_there_is_refused(recorded: Code, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        compare_code(recorded, "ast", CodePlace(directory=tmp_path / "app", repository=None))

    assert str(caught.value) == (
        f"{tmp_path}/app: there is no such directory of code\n  name the directory that holds the code that is served"
    )
