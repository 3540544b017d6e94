"""Names and versions: PEP 503, PEP 440, and how far a version moved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version as PackagingVersion

from lineage.portable.names import STEPS, Version, canonical_name, is_name, parse_version, step, unfit_name
from tests.support.generated import VERSIONS

NAME_TEXTS = st.text("aB0-_.", min_size=1, max_size=8)
UNREADABLE = (
    "",
    "latest",
    "1.0.x",
    "1..0",
    "1.0+",
    "1.0+ü",
    "1.0 beta?",
    "1!",
    "!1",
    "1.0-",
    "٣.0",
    "2004d.x",
    "1.0\0",
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1.26.4", "1.26.4", "none"),
        ("1.0", "1.0.0", "none"),
        ("1", "1.0.0", "none"),
        ("1.0rc1", "1.0-RC.1", "none"),
        ("1.0c1", "1.0pre1", "none"),
        ("1.0alpha", "1.0a0", "none"),
        ("1.0-1", "1.0.post1", "none"),
        ("1.0.r", "1.0.post0", "none"),
        ("1.0.dev", "1.0dev0", "none"),
        ("v1.0", " 1.0\n", "none"),
        ("0!1.0", "1.0", "none"),
        ("2.1.0+CU121", "2.1.0+cu121", "none"),
        ("2.1.0+cu-121.01", "2.1.0+cu_121.1", "none"),
        ("latest", "latest", "none"),
        ("2.1.0+cu121", "2.1.0+cpu", "build"),
        ("2.1.0", "2.1.0+cpu", "build"),
        ("1.26.4", "1.26.5", "patch"),
        ("1.26", "1.26.1", "patch"),
        ("1.26.4.1", "1.26.4.2", "patch"),
        ("1.0", "1.0rc1", "patch"),
        ("1.0a1", "1.0b1", "patch"),
        ("1.0rc1", "1.0rc2", "patch"),
        ("1.0", "1.0.post1", "patch"),
        ("1.0.post1", "1.0.post2", "patch"),
        ("1.0", "1.0.dev1", "patch"),
        ("1.0.dev1", "1.0.dev2", "patch"),
        ("1.0.post0", "1.0", "patch"),
        ("1.0.dev0", "1.0", "patch"),
        ("1.26.4+a", "1.26.5+a", "patch"),
        ("1.26.4", "1.27.4", "minor"),
        ("1", "1.1", "minor"),
        ("1.26.4", "2.26.4", "major"),
        ("1.0", "1!1.0", "major"),
        ("1.0", "latest", "unknown"),
        ("2004d", "2004e", "unknown"),
    ],
)
def test_how_far_a_version_moved_in_either_direction(one: str, other: str, expected: str) -> None:
    assert (step(one, other), step(other, one)) == (expected, expected)


@given(one=VERSIONS | st.text(max_size=6), other=VERSIONS | st.text(max_size=6))
def test_a_step_is_the_same_from_either_side(one: str, other: str) -> None:
    assert step(one, other) == step(other, one)
    assert step(one, other) in (*STEPS, "unknown")


@given(version=VERSIONS | st.text(max_size=6))
def test_what_did_not_move_is_none(version: str) -> None:
    assert step(version, version) == "none"


def test_a_version_is_read_in_its_normal_form() -> None:
    assert parse_version(" v1!2.3.0.0-Preview_4.post5.DEV6+Ab-007 ") == Version(
        epoch=1, release=(2, 3), rest=("rc", 4, 5, 6), local="ab.7"
    )
    assert parse_version("0.0") == Version(epoch=0, release=(0,), rest=(None, None, None, None), local=None)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_pep_440_cannot_read_has_no_version(text: str) -> None:
    with pytest.raises(InvalidVersion):
        PackagingVersion(text)

    assert parse_version(text) is None


@given(text=VERSIONS | st.text("0123456789.abcdevpostr-_+!v ", max_size=10))
@settings(max_examples=4 * settings().max_examples)
def test_it_is_read_as_packaging_reads_it(text: str) -> None:
    found = parse_version(text)
    try:
        expected = PackagingVersion(text)
    except InvalidVersion:
        assert found is None
        return

    release = tuple(expected.release)
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    letter, number = expected.pre or (None, None)
    assert found == Version(
        epoch=expected.epoch,
        release=release,
        rest=(letter, number, expected.post, expected.dev),
        local=expected.local,
    )


@given(one=VERSIONS, other=VERSIONS)
@settings(max_examples=4 * settings().max_examples)
def test_versions_are_equal_where_packaging_calls_them_equal(one: str, other: str) -> None:
    left, right = PackagingVersion(one), PackagingVersion(other)
    moved = step(one, other)

    assert (moved == "none") == (left == right)
    if moved == "build":
        assert PackagingVersion(left.public) == PackagingVersion(right.public)
    if moved in ("patch", "minor", "major"):
        assert PackagingVersion(left.public) != PackagingVersion(right.public)
        assert (moved == "major") == ((left.epoch, left.major) != (right.epoch, right.major))
        if moved == "patch":
            assert left.minor == right.minor


@given(name=NAME_TEXTS)
def test_names_are_canonical_as_packaging_makes_them(name: str) -> None:
    assert canonical_name(name) == canonicalize_name(name)
    assert canonical_name(canonical_name(name)) == canonical_name(name)


@pytest.mark.parametrize("name", ["a", "A", "0", "ruamel.yaml", "zope.interface", "a-b_c.d", "a..b"])
def test_names_that_a_distribution_may_have(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", ".a", "_a", "a b", "a\n", "ä", "a/b", "a\x1b"])
def test_names_that_no_distribution_has(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \t", "it is empty"),
        ("fraud ", "it begins or ends with a blank"),
        ("fra\x1bud", "it holds what cannot be seen"),
        ("fra\u200bud", "it holds what cannot be seen"),
        ("fra\u202eud", "it holds what cannot be seen"),
        ("fr\u0430ud", "it mixes letters of alphabets that look alike"),
        ("\uff46raud", "it holds characters that look like others"),
        ("models/fraud-2", None),
        ("modèle", None),
        ("модель_b2/v1", None),
        ("モデル-v1", None),
        ("caf\udce9", None),
    ],
)
def test_a_name_is_what_it_looks_like(text: str, reason: str | None) -> None:
    assert unfit_name(text) == reason
