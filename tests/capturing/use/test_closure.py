"""``lineage.capturing.use.rules``: requirements as metadata writes them."""

import pytest

from lineage.capturing.use.rules import Closure, required_by
from lineage.model.installed import Installed
from lineage.portable.environment import Problem

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.8.1",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.8.1",
    "python_version": "3.8",
    "sys_platform": "linux",
}


def environment(**requires: tuple[str, ...]) -> tuple[Installed, ...]:
    return tuple(Installed(name=name.replace("_", "-"), requires=texts) for name, texts in requires.items())


def test_the_nearest_requirer_is_named_breadth_first() -> None:
    installed = environment(
        root=("Mid_Dle>=1", "absent", "other"),
        mid_dle=("leaf", "root"),
        other=("leaf",),
        leaf=("far",),
        far=(),
        idle=(),
    )
    assert required_by(["root", "unknown"], installed, LINUX) == Closure(
        parents=(("far", "leaf"), ("leaf", "mid-dle"), ("mid-dle", "root"), ("other", "root"), ("root", "mid-dle"))
    )


def test_a_root_counts_only_where_another_requires_it() -> None:
    installed = environment(a=("b",), b=(), c=("c[fast]",))
    assert required_by(["c", "a", "b"], installed, LINUX) == Closure(parents=(("b", "a"),))


@pytest.mark.parametrize(
    ("requirement", "counts"),
    [
        ("leaf; python_version < '3.9'", True),
        ("leaf; python_version >= '3.9'", False),
        ("leaf; sys_platform == 'win32'", False),
        ("leaf; platform_machine == 'x86_64' and sys_platform == 'linux'", True),
        ("leaf; extra == 'test'", False),
        ("leaf; extra == 'test' or python_version < '3.9'", True),
    ],
)
def test_markers_are_those_of_the_target(requirement: str, counts: bool) -> None:
    expected = Closure(parents=(("leaf", "root"),) if counts else ())
    assert required_by(["root"], environment(root=(requirement,), leaf=()), LINUX) == expected


def test_extras_count_where_a_requirement_asks_for_them() -> None:
    installed = environment(
        root=("lib[Fast_Mode]", "plain; extra == 'all'"),
        lib=("speed; extra == 'fast-mode'", "never; extra == 'slow'", "lib[deep]; extra == 'fast-mode'"),
        speed=(),
        never=(),
        plain=(),
    )
    assert required_by(["root"], installed, LINUX) == Closure(parents=(("lib", "root"), ("speed", "lib")))


def test_an_extra_asked_for_later_is_followed_too() -> None:
    installed = environment(
        a=("lib", "mid"), mid=("lib[deep]",), lib=("lib[more]; extra == 'deep'", "leaf; extra == 'more'"), leaf=()
    )
    assert required_by(["a"], installed, LINUX) == Closure(parents=(("leaf", "lib"), ("lib", "a"), ("mid", "a")))


def test_what_cannot_be_parsed_is_followed_by_its_name_and_named() -> None:
    installed = environment(root=("Old.Style (>=1.0.*)", "@nothing"), old_style=("leaf",), leaf=())
    assert required_by(["root"], installed, LINUX) == Closure(
        parents=(("leaf", "old-style"), ("old-style", "root")),
        problems=(
            Problem("use.unreadable-requirement", "package:root", "Requires-Dist cannot be read: Old.Style (>=1.0.*)"),
            Problem("use.unreadable-requirement", "package:root", "Requires-Dist cannot be read: @nothing"),
        ),
    )


@pytest.mark.parametrize(
    ("requirement", "counts"),
    [
        ("leaf; python_version < '3.0'", True),
        ("leaf; sys_platform == 'win32'", False),
        ("leaf; python_version < '3.0' and extra == 'test'", False),
    ],
)
def test_a_marker_that_the_target_does_not_answer_counts(requirement: str, counts: bool) -> None:
    expected = Closure(parents=(("leaf", "root"),) if counts else ())
    markers = {"sys_platform": "linux"}
    assert required_by(["root"], environment(root=(requirement,), leaf=()), markers) == expected


@pytest.mark.parametrize(
    ("requirement", "counts"),
    [
        ("leaf; platform_machine ~= 'x86_64'", True),
        ("leaf; platform_machine ~= 'x86_64' and extra == 'test'", False),
        ("leaf; platform_machine ~= 'x86_64' and extra == 'Fast_Mode'", True),
    ],
)
def test_a_comparison_that_means_nothing_counts_unless_for_an_extra_nobody_asked_for(
    requirement: str, counts: bool
) -> None:
    installed = environment(root=("lib[fast-mode]",), lib=(requirement,), leaf=())
    leaf = (("leaf", "lib"),) if counts else ()
    assert required_by(["root"], installed, LINUX) == Closure(parents=(*leaf, ("lib", "root")))
