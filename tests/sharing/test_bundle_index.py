"""The index of a bundle as text, and which paths are taken from one."""

from dataclasses import replace

import pytest

from lineage.errors import InputError
from lineage.sharing.bundle_index import CODE, MANIFEST, Index, Member, check_fits, is_safe, parse_index, render_index
from tests.support.documents import COMMIT, FULL

A = "a" * 64
WHOLE = Index(
    manifest="models/ä b.lineage.toml",
    id=f"sha256:{A}",
    commit="1" * 40,
    members=(
        Member(name=MANIFEST, size=3, sha256=A),
        Member(name=CODE, size=0, sha256=A),
        Member(name="weights/models/a", size=1 << 50, sha256=A),
        Member(name="weights/models/ä", size=1, sha256=A),
    ),
)


def test_an_index_survives_the_way_through_text() -> None:
    assert parse_index(render_index(WHOLE), "b.tar") == WHOLE
    assert render_index(WHOLE).isascii()


@pytest.mark.parametrize("path", ["a", "a/b.c", "ä/ö ü", ".gitignore", "a.git", "gitx", ".github/x", "a" * 4096])
def test_paths_that_are_taken(path: str) -> None:
    assert is_safe(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\nb", "a\0", "\ud800", "a" * 4097),
        *(".git", "a/.git/b", ".Git", ".git.", ".git ", "GIT~1", "a/git~22", "\u202ea"),
    ],
)
def test_paths_that_are_not(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"size": 3', b'"size": -3', "members[0].size: is no number of bytes"),
        (b'"size": 3', b'"size": true', "members[0].size: is no number of bytes"),
        (b'"size": 3', b'"size": 1e300', "members[0].size: is no number of bytes"),
        (b'"size": 3', b'"size": 9999999999999999999', "members[0].size: is no number of bytes"),
        (b'"name": "code.bundle"', b'"name": 7', "members[1].name: must be a relative path that stays inside the "
         "repository, not 7"),
        (A.encode(), b"A" * 64, f"id: has not the form that it must have: '{'sha256:' + 'A' * 64}'"),
        (b'"members": [', b'"members": [[],', "members[0]: must have exactly the keys name, size, sha256"),
        (b'"schema": "1.0"', b'"schema": "1.1"', "schema: is '1.1', not 1.0"),
        (b'"members": [', b'"m": [', "the index: must have exactly the keys schema, manifest, id, commit, members"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(old: bytes, new: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_index(render_index(WHOLE).replace(old, new, 1), "b.tar")
    assert str(caught.value).split("\n")[0] == f"b.tar: {message}"


def test_members_that_are_no_list() -> None:
    text = render_index(replace(WHOLE, members=())).replace(b'"members": []', b'"members": 7')
    with pytest.raises(InputError) as caught:
        parse_index(text, "b.tar")
    assert str(caught.value) == "b.tar: members: must be a list"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../x.lineage.toml", "not a path to write to: '../x.lineage.toml'"),
        (FULL.weights[0].path, f"two things at one place: {FULL.weights[0].path!r}"),
        (FULL.weights[0].path.partition("/")[0], f"two things at one place: {FULL.weights[0].path!r}"),
    ],
)
def test_places_that_cannot_all_be_written(path: str, message: str) -> None:
    index = Index(manifest=path, id=WHOLE.id, commit=COMMIT, members=())
    with pytest.raises(InputError) as caught:
        check_fits(index, FULL, WHOLE.id, "b.tar")
    assert str(caught.value) == f"b.tar: {message}"
