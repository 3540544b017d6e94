"""``lineage.dependencies.version_ranges``: what a range allows, how far it lies away, when two say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dependencies.version_ranges import allows, distance, movement, same_range, same_version
from lineage.portable.names import STEPS


@pytest.mark.parametrize(
    ("specifier", "version", "allowed", "least"),
    [
        ("", "1.26.4", True, "none"),
        ("<2,>=1.20", "1.26.4", True, "none"),
        (">=2", "1.26.4", False, "major"),
        ("<3,>=2", "1.26.4", False, "major"),
        (">=1.27", "1.26.4", False, "minor"),
        (">=1.26.5", "1.26.4", False, "patch"),
        (">1.26.4", "1.26.4", False, "patch"),
        ("<1.26.4", "1.26.4", False, "patch"),
        ("<=1.26.3", "1.26.4", False, "patch"),
        ("<1.26", "1.26.4", False, "minor"),
        ("<2", "2.0.1", False, "major"),
        ("<2.0.0", "2.1", False, "major"),
        ("<2", "2.0rc1", False, "major"),
        ("<2.0rc1", "2.0rc1", False, "patch"),
        ("<1.2.post1", "1.2.post1", False, "patch"),
        ("<0", "1.2", False, "major"),
        ("<1!2.1", "1!2.5", False, "minor"),
        ("<1!0", "1!2.5", False, "major"),
        (">=1!1.0", "2.0", False, "major"),
        ("~=1.27.0", "1.26.4", False, "minor"),
        ("~=1.26.1", "1.27.0", False, "minor"),
        ("~=1.26", "1.30", True, "none"),
        ("~=1.26", "2.0", False, "major"),
        ("==1.26.*", "1.26.4", True, "none"),
        ("==1.25.*", "1.26.4", False, "minor"),
        ("==1.26.3", "1.26.4", False, "patch"),
        ("==2.1.0", "2.1.0+cpu", True, "none"),
        ("==2.1.0+cu121", "2.1.0+cpu", False, "build"),
        ("===2.1.0+cu121", "2.1.0+cpu", False, "build"),
        ("===other", "2.1.0", False, "unknown"),
        ("!=1.26.4", "1.26.4", False, "patch"),
        ("!=1.26.*", "1.26.4", False, "minor"),
        ("!=1.*", "1.26.4", False, "major"),
        ("!=1.26.4.*", "1.26.4", False, "patch"),
        ("!=1.25.*", "1.26.4", True, "none"),
        (">=1.26", "1.26.5rc1", True, "none"),
        ("not a range", "1.26.4", None, "unknown"),
        (">=1", "not a version", None, "unknown"),
    ],
)
def test_a_version_against_a_range(specifier: str, version: str, allowed: bool | None, least: str) -> None:
    assert (allows(specifier, version), distance(specifier, version)) == (allowed, least)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (">=1.20,<2", ">=1.21,<2", "minor"),
        (">=1.20,<2", ">=1.20,<3", "major"),
        ("==1.26.4", "==2.0", "major"),
        ("==1.26.4", ">=1.26", "patch"),
        ("==1.26.*", "==1.27.*", "minor"),
        ("~=1.4", "~=1.5", "minor"),
        (">=1", ">=1,<2", "unknown"),
        ("", ">=1", "unknown"),
        ("!=1.5", "!=1.6", "unknown"),
        ("===other", ">=1", "unknown"),
        (">=1", "no range", "unknown"),
    ],
)
def test_how_far_a_range_moved(before: str, after: str, moved: str) -> None:
    assert movement(before, after) == moved


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (">=1.0,<2", "<2.0.0,>=1", True),
        ("not read", "not read", True),
        ("not read", ">=1", False),
        (">=1", ">1", False),
        ("", "", True),
        ("~=2.10", "<3,>=2.10", True),
        ("~=0.4.14", "<0.5.0,>=0.4.14", True),
        ("~=1!2.0,!=2.1", "!=2.1,<1!3,>=1!2.0", True),
        ("~=2.10", "<2.11,>=2.10", False),
        ("~=2.10", ">=2.10", False),
        ("~=x", ">=2.10", False),
    ],
)
def test_two_ranges_that_say_the_same(left: str, right: str, same: bool) -> None:
    assert same_range(left, right) is same


def test_two_texts_that_are_one_version() -> None:
    pairs = [("1.26", "1.26.0"), ("1.0+CPU", "1+cpu"), ("1.0", "1.0+cpu"), ("odd", "odd"), ("odd", "1")]

    assert [same_version(*one) for one in pairs] == [True, True, False, True, False]


_VERSIONS = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda one: ".".join(map(str, one)))


@given(operator=st.sampled_from(["<", "<=", ">", ">=", "!=", "=="]), bound=_VERSIONS, version=_VERSIONS)
def test_what_is_allowed_lies_nowhere_and_what_is_not_lies_somewhere(operator: str, bound: str, version: str) -> None:
    least = distance(f"{operator}{bound}", version)

    assert (least == "none") is allows(f"{operator}{bound}", version)
    assert least in STEPS
