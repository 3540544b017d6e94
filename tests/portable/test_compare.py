"""Recorded against observed: every difference a change, everything that could not be told an unknown."""

from typing import Any

import pytest
from hypothesis import given

from lineage.portable.compare import Change, Comparison, combine, compare
from lineage.portable.environment import Environment, Observation, Package, Platform, Unknown
from lineage.portable.names import STEPS
from tests.support.generated import environments

LINUX = Platform(os="linux", machine="x86_64", libc="glibc 2.36")
NUMPY = Package("numpy", "1.26.4", use="weights")
RECORDED = Environment(
    python="3.11.7",
    implementation="CPython",
    abi="cpython-311-x86_64-linux-gnu",
    platform=LINUX,
    accelerator=(("cuda", "12.1"),),
    packages=(NUMPY,),
)
EQUAL = Comparison(counted=(("version", 1),))


def observation(environment: Environment, *, installed: bool = True, unknown: tuple[Unknown, ...] = ()) -> Observation:
    return Observation(environment, kind="python", location="env", installed=installed, unknown=unknown)


def compared(recorded: Environment = RECORDED, **observed: Any) -> Comparison:
    """Against the same environment with some fields changed."""
    return compare(recorded, observation(recorded._replace(**observed)))


def changed(*changes: Change) -> Comparison:
    return EQUAL._replace(changes=changes)


def not_told(*unknown: Unknown) -> Comparison:
    return EQUAL._replace(unknown=unknown)


@given(environment=environments())
def test_an_environment_differs_in_nothing_from_itself(environment: Environment) -> None:
    found = compare(environment, observation(environment, installed=False))

    assert (found.changes, found.unknown, found.incomparable) == ((), (), 0)
    assert sum(number for _, number in found.counted) == len(environment.packages)


def moves(found: Comparison) -> list[tuple[str, str, str, str]]:
    """What moved of the packages: (subject, recorded, observed, step)."""
    rows = [one for one in found.changes if one.subject.startswith("package:")]
    return sorted((one.subject, one.recorded or "", one.observed or "", one.step) for one in rows)


@given(left=environments(), right=environments())
def test_swapping_the_sides_swaps_added_and_removed(left: Environment, right: Environment) -> None:
    forth = compare(left, observation(right, installed=False))
    back = compare(right, observation(left, installed=False))

    swapped = {"added": "removed", "removed": "added"}
    assert moves(forth) == sorted((name, new, old, swapped.get(step, step)) for name, old, new, step in moves(back))
    assert {one.step for one in forth.changes} <= {*STEPS, "added", "removed", "unknown"}
    assert (forth.counted, forth.incomparable) == (back.counted, back.incomparable)


@pytest.mark.parametrize(
    ("python", "moved"),
    [("3.11.9", "patch"), ("3.12.1", "minor"), ("2.7.18", "major"), ("nonsense", "unknown"), ("3.11.7+", "unknown")],
)
def test_another_python(python: str, moved: str) -> None:
    assert compared(python=python) == changed(Change("python", "python-version", "3.11.7", python, moved))


def test_another_implementation() -> None:
    change = Change("python:implementation", "python-implementation", "CPython", "PyPy", "major")

    assert compared(implementation="PyPy", abi="pypy311-pp73") == changed(change)


def test_another_build_of_the_same_python() -> None:
    change = Change("python:abi", "python-abi", "cpython-311", "cpython-311d", "major")

    assert compared(abi="cpython-311d-x86_64-linux-gnu") == changed(change)
    assert compared(abi="cpython-311-aarch64-linux-gnu") == EQUAL
    assert compared(abi=None) == EQUAL
    assert compared(python="3.12.1", abi="cpython-312-x86_64-linux-gnu") == changed(
        Change("python", "python-version", "3.11.7", "3.12.1", "minor")
    )


def test_a_build_that_the_manifest_does_not_tell_is_unknown() -> None:
    silent = RECORDED._replace(abi=None)

    assert compare(silent, observation(RECORDED)) == not_told(Unknown("python:abi", "the manifest does not record it"))
    assert compare(silent, observation(silent)) == EQUAL


@pytest.mark.parametrize(
    ("field", "observed", "code", "moved"),
    [
        ("os", "darwin", "platform-os", "major"),
        ("machine", "aarch64", "platform-machine", "major"),
        ("libc", "glibc 2.28", "platform-libc", "major"),
        ("libc", "musl 2.36", "platform-libc", "major"),
        ("libc", "glibc", "platform-libc", "major"),
        ("libc", "glibc 2.37", "platform-libc-newer", "build"),
        ("libc", "glibc 10.0", "platform-libc-newer", "build"),
        ("libc", "glibc 2.036", "platform-libc-newer", "build"),
        ("libc", "glibc 2.36.1", "platform-libc-newer", "build"),
    ],
)
def test_another_platform(field: str, observed: str, code: str, moved: str) -> None:
    recorded = str(getattr(LINUX, field))
    change = Change(f"platform:{field}", code, recorded, observed, moved)

    assert compared(platform=LINUX._replace(**{field: observed})) == changed(change)


def test_a_libc_is_asked_for_only_where_there_is_one() -> None:
    mac = RECORDED._replace(platform=Platform(os="darwin", machine="arm64"))

    assert compare(mac, observation(mac)) == EQUAL
    assert compared(RECORDED._replace(platform=LINUX._replace(libc=None))) == not_told(
        Unknown("platform:libc", "the manifest does not record it")
    )


@pytest.mark.parametrize("subject", ["python", "python:implementation", "platform:os", "platform:machine"])
def test_what_either_side_does_not_tell_is_unknown(subject: str) -> None:
    kind, _, field = subject.partition(":")
    nothing: dict[str, Any] = {field or kind: None}
    if kind == "platform":
        nothing = {"platform": LINUX._replace(**{field: None})}
    silent = RECORDED._replace(**nothing)

    assert compare(RECORDED, observation(silent)) == not_told(Unknown(subject, "the target does not tell"))
    assert compare(silent, observation(RECORDED)) == not_told(Unknown(subject, "the manifest does not record it"))
    assert compare(silent, observation(silent)) == not_told(Unknown(subject, "the manifest does not record it"))


def test_accelerators() -> None:
    assert compared(accelerator=(("cuda", "12.4"),)) == changed(
        Change("accelerator:cuda", "accelerator", "12.1", "12.4", "major")
    )
    assert compared(accelerator=(("cuda", "12.1"), ("driver", "550"))) == changed(
        Change("accelerator:driver", "accelerator", None, "550", "major")
    )
    assert compared(accelerator=()) == not_told(Unknown("accelerator:cuda", "the target shows none"))


@pytest.mark.parametrize("kind", ["python", "manifest", "dir", "lock"])
def test_variables_are_compared_where_the_target_tells_them(kind: str) -> None:
    recorded = Environment(variables=(("A", "1"), ("B", "1"), ("C", "1")))
    observed = Environment(variables=(("B", "2"), ("C", "1"), ("D", "1")))

    found = compare(recorded, Observation(observed, kind, "here"))

    expected = (
        Change("variable:A", "variable", "1", None, "removed"),
        Change("variable:B", "variable", "1", "2", "unknown"),
        Change("variable:D", "variable", None, "1", "added"),
    )
    assert tuple(one for one in found.changes if one.code == "variable") == (
        expected if kind in ("python", "manifest") else ()
    )


def test_what_the_target_could_not_show_is_passed_on_with_its_use() -> None:
    unknown = (
        Unknown("packages", "an archive on sys.path is not read: a.zip"),
        Unknown("package:numpy", "broken"),
        Unknown("package:other", "broken"),
    )

    assert compare(RECORDED, observation(RECORDED, unknown=unknown)) == not_told(
        unknown[0], unknown[1]._replace(use="weights"), unknown[2]._replace(use="extra")
    )


def test_a_package_is_missing_another_is_not_recorded() -> None:
    found = compared(packages=(Package("torch", "2.1.0+cu121", use="present"),))

    assert found == Comparison(
        changes=(
            Change("package:numpy", "package-absent", "1.26.4", None, "removed", "weights"),
            Change("package:torch", "package-extra", None, "2.1.0+cu121", "added"),
        )
    )


def test_several_comparisons_as_one() -> None:
    change, unknown = Change("a", "b", None, None, "none"), Unknown("c", "d")

    assert combine() == Comparison()
    assert combine(
        Comparison((change,), (), (("record", 1), ("artifact", 2)), 1),
        Comparison((), (unknown,), (("record", 3),), 2),
    ) == Comparison((change,), (unknown,), (("artifact", 2), ("record", 4)), 3)
