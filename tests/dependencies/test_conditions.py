"""Markers without what they say about extras and groups."""

import pytest

from lineage.dependencies.conditions import placed, under
from lineage.errors import InputError

_WEB = frozenset({("extra", "web")})


@pytest.mark.parametrize(
    ("marker", "left"),
    [
        ("", ""),
        ("os_name=='nt'", 'os_name == "nt"'),
        ("extra == 'web'", ""),
        ("'web' == extra", ""),
        ("extra == 'all'", None),
        ("extra != 'web'", None),
        ("extra != 'all'", ""),
        ("'web' in extras and 'dev' not in dependency_groups", ""),
        ("extra == 'all' or os_name == 'nt'", 'os_name == "nt"'),
        ("os_name == 'nt' or extra == 'all'", 'os_name == "nt"'),
        ("os_name == 'nt' or extra == 'web'", ""),
        ("os_name == 'nt' and extra == 'all'", None),
        (
            "extra == 'web' and (os_name == 'nt' or os_name == 'posix') and python_version in '3.8 3.9'",
            '(os_name == "nt" or os_name == "posix") and python_version in "3.8 3.9"',
        ),
        (
            "os_name == 'nt' and python_version < '3' or (python_version > '4' or extra == 'all') and os_name != 'a'",
            'os_name == "nt" and python_version < "3" or python_version > "4" and os_name != "a"',
        ),
        ("os_name == 'extra' or extra == extra", 'os_name == "extra" or extra == extra'),
    ],
)
def test_what_is_left_where_one_extra_is_asked_for(marker: str, left: str | None) -> None:
    assert under(marker, _WEB) == left


def test_where_nothing_is_known_all_of_it_may_hold() -> None:
    assert under("extra != 'a' and extra == 'b' and os_name == 'nt'", None) == 'os_name == "nt"'


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("os_name == 'nt'", (None, 'os_name == "nt"')),
        ("extra == 'web'", ("extra:web", "")),
        ("'dev' in dependency_groups or 'gpu' in dependency_groups", ("gpu", "")),
        ("extra == 'b' and extra == 'a' and os_name == 'nt'", ("extra:a", 'os_name == "nt"')),
    ],
)
def test_the_group_of_which_one_is_enough(marker: str, expected: tuple[str | None, str]) -> None:
    assert placed(marker) == expected


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("x y", "has a marker that cannot be read: 'x y'"),
        ("(" * 5000 + "os_name == 'nt'" + ")" * 5000, "has a marker that cannot be read: " + repr("(" * 80)),
        ("a" * 16385, "has a marker of more than 16384 characters"),
    ],
)
def test_what_is_no_marker(marker: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        placed(marker)

    assert str(caught.value) == message


def test_a_long_marker_takes_little_time_and_no_recursion() -> None:
    marker = " or ".join(["extra == 'a' and os_name == 'nt'"] * 400)

    assert under(marker, frozenset({("extra", "a")})) == " or ".join(['os_name == "nt"'] * 400)
