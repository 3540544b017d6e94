"""Two builds of one package: compared by the strongest identity that both sides know."""

import pytest

from lineage.portable.compare import Change, Comparison, compare
from lineage.portable.environment import (
    EDITABLE,
    LOCAL,
    REPOSITORY,
    Environment,
    Observation,
    Package,
    Platform,
    Unknown,
)

LINUX = Platform(os="linux", machine="x86_64", libc="glibc 2.36")
MAC = Platform(os="darwin", machine="arm64")
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
GIT = "git+https://example.org/acme/a@" + "1" * 40
WHEEL, MAC_WHEEL = "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-macosx_11_0_arm64"
BARE = Package("a", "1.0", use="imported")


def environment(package: Package, platform: Platform = LINUX, python: str = "3.11.7") -> Environment:
    return Environment(python=python, implementation="CPython", platform=platform, packages=(package,))


def compared(
    recorded: Package,
    observed: Package,
    *,
    installed: bool = True,
    identified: bool = True,
) -> Comparison:
    seen = Observation(environment(observed), kind="python", location="env", installed=installed)
    return compare(environment(recorded), seen, lambda name: identified)


def equal(by: str) -> Comparison:
    return Comparison(counted=((by, 1),))


def another(by: str, recorded: str, observed: str, counted: str | None = None, moved: str = "build") -> Comparison:
    detail = f"another build of 1.0, by its {by}"
    change = Change("package:a", "package-build", recorded, observed, moved, "imported", detail)
    return Comparison(changes=(change,), counted=((counted or by, 1),))


def not_told(reason: str) -> Comparison:
    return Comparison(unknown=(Unknown("package:a", reason, use="imported"),))


@pytest.mark.parametrize(
    ("recorded", "observed", "expected"),
    [
        (BARE, BARE, equal("version")),
        (BARE._replace(record=ONE), BARE._replace(record=ONE), equal("record")),
        (
            BARE._replace(record=ONE),
            BARE._replace(record=TWO),
            another("record", "1.0#111111111111", "1.0#222222222222"),
        ),
        (BARE._replace(record=ONE, artifact=ONE), BARE._replace(record=ONE, artifact=TWO), equal("record")),
        (BARE._replace(record=ONE, origin=GIT), BARE._replace(record=ONE, origin="local"), equal("record")),
        (BARE._replace(artifact=ONE), BARE._replace(artifact=ONE, record=TWO), equal("artifact")),
        (
            BARE._replace(artifact=ONE, origin=GIT),
            BARE._replace(artifact=TWO, origin=GIT),
            another("artifact", "1.0#111111111111", "1.0#222222222222"),
        ),
        (BARE._replace(origin=GIT), BARE._replace(origin=GIT, record=ONE), equal("origin")),
        (
            BARE._replace(origin=GIT),
            BARE._replace(origin=GIT + "2"),
            another("origin", GIT, GIT + "2", moved="unknown"),
        ),
        (
            BARE._replace(origin=GIT, record=ONE),
            BARE._replace(origin=GIT + "2", record=TWO),
            another("record", "1.0#111111111111", "1.0#222222222222", moved="unknown"),
        ),
        (
            BARE._replace(origin=GIT),
            BARE._replace(origin="https://example.org/a-1.0.tar.gz"),
            another("origin", GIT, "https://example.org/a-1.0.tar.gz"),
        ),
        (BARE._replace(origin=GIT), BARE._replace(origin=LOCAL), equal("version")),
        (BARE._replace(origin=LOCAL), BARE._replace(origin=GIT), equal("version")),
        (BARE._replace(origin=GIT), BARE, equal("version")),
        (BARE._replace(record=ONE, tag=WHEEL), BARE._replace(record=ONE), equal("record")),
        (
            BARE._replace(record=ONE, tag=WHEEL),
            BARE._replace(record=ONE, tag="py3-none-any"),
            another("tag", WHEEL, "py3-none-any", "version"),
        ),
    ],
)
def test_the_strongest_identity_that_both_know_decides(
    recorded: Package, observed: Package, expected: Comparison
) -> None:
    assert compared(recorded, observed) == expected


def test_a_missing_record_is_unknown_where_one_could_have_been_seen() -> None:
    recorded = BARE._replace(record=ONE, artifact=ONE)
    observed = BARE._replace(artifact=ONE)

    assert compared(recorded, observed) == not_told("the target has no RECORD of what is installed")
    assert compared(recorded, observed, installed=False) == equal("artifact")


@pytest.mark.parametrize("sides", [(EDITABLE, EDITABLE), (EDITABLE, None), (GIT, EDITABLE)])
def test_an_editable_install_is_unknown(sides: tuple[str | None, str | None]) -> None:
    found = compared(BARE._replace(origin=sides[0], record=ONE), BARE._replace(origin=sides[1], record=ONE))

    assert found == not_told("an editable install has no identity beyond its version")


def test_the_repository_s_own_distribution_is_code_and_compared_by_version() -> None:
    own = BARE._replace(origin=REPOSITORY + "libs/a")

    assert compared(own, BARE._replace(origin=EDITABLE)) == equal("version")


@pytest.mark.parametrize(
    ("version", "moved"), [("1.0.1", "patch"), ("1.0+cpu", "build"), ("2.0", "major"), ("x", "unknown")]
)
def test_another_version_says_enough(version: str, moved: str) -> None:
    change = Change("package:a", "package-version", "1.0", version, moved, "imported")
    expected = Comparison(changes=(change,), counted=(("version", 1),))

    assert compared(BARE._replace(record=ONE), Package("a", version, record=TWO)) == expected
    assert compared(BARE._replace(record=ONE, origin=EDITABLE), Package("a", version)) == expected
    assert compared(BARE._replace(record=ONE), Package("a", version), identified=False) == expected


def test_one_version_spelled_in_two_ways_is_one_version() -> None:
    assert compared(BARE, BARE._replace(version="1.0.0")) == equal("version")


def test_a_package_that_a_lock_names_without_a_version_is_unknown_and_not_absent() -> None:
    unseen = Unknown("package:a", "no exact version")
    nothing = environment(BARE)._replace(packages=())

    lock = Observation(nothing, kind="lock", location="uv.lock", installed=False, unknown=(unseen,))
    assert compare(environment(BARE), lock) == Comparison(unknown=(unseen._replace(use="imported"),))

    change = Change("package:a", "package-absent", "1.0", None, "removed", "imported")
    seen = lock._replace(kind="python", installed=True)
    assert compare(environment(BARE), seen) == Comparison((change,), (unseen._replace(use="imported"),))


def test_a_package_that_was_not_identified_is_compared_by_version_alone() -> None:
    assert compared(BARE._replace(record=ONE), BARE, identified=False) == equal("version")


@pytest.mark.parametrize(("platform", "python"), [(MAC, "3.11.7"), (LINUX, "3.12.1")])
def test_builds_for_another_platform_or_python_are_not_comparable(platform: Platform, python: str) -> None:
    left = environment(BARE._replace(record=ONE, tag=WHEEL))
    right = environment(BARE._replace(record=TWO, tag=MAC_WHEEL), platform, python)

    found = compare(left, Observation(right, kind="python", location="env"))

    assert (found.counted, found.incomparable) == ((("version", 1),), 1)
    assert [one for one in found.changes if one.subject.startswith("package:")] == []


def test_a_pure_wheel_is_comparable_anywhere() -> None:
    left = environment(BARE._replace(record=ONE, tag="py3-none-any"))
    right = environment(BARE._replace(record=TWO, tag="py3-none-any"), MAC, "3.12.1")

    found = compare(left, Observation(right, kind="python", location="env"))

    assert (found.counted, found.incomparable) == ((("record", 1),), 0)
    assert [one.code for one in found.changes if one.subject == "package:a"] == ["package-build"]
