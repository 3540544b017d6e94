"""``lineage.checking.due.packages``: the Python and the base image."""

from dataclasses import replace

import pytest

from lineage.checking.due.packages import due_python, due_system, python_moved
from lineage.model.plan import Due
from lineage.portable.policy import Policy, RetrainPolicy
from tests.support.declared import declared
from tests.support.judging import manifest


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("3.11.7", "none"),
        ("3.11", "none"),
        ("3.11.*", "none"),
        ("3", "none"),
        ("3.1", "minor"),
        ("3.11.9", "patch"),
        ("3.12", "minor"),
        ("2.7.18", "major"),
        ("3.13t", "minor"),
        ("3.11t", "build"),
        ("3.11.7t", "build"),
        ("3.11.9t", "patch"),
        ("3.12.0rc1t", "minor"),
        (">=3.9", "none"),
        (">=3.9,<3.12", "none"),
        (">=3.12", "minor"),
        ("==3.12.*", "minor"),
        ("!=3.11.*", "minor"),
        ("~=3.11.8", "patch"),
        ("^3.9", "none"),
        ("^3.12", "minor"),
        ("~3.10", "minor"),
        ("*", "none"),
        ("3.10 || 3.11", "none"),
        (">=3.13 || >=3.12,<3.13", "minor"),
        ("system", "unknown"),
    ],
)
def test_how_far_python_moved(text: str, moved: str) -> None:
    assert python_moved("3.11.7", text) == moved


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("3.14t", "none"),
        ("3.14.0t", "none"),
        ("3.14", "build"),
        ("3.14.0rc1t", "patch"),
        (">=3.14", "none"),
        (">3.14", "patch"),
    ],
)
def test_a_python_without_the_global_lock(text: str, moved: str) -> None:
    assert python_moved("3.14.0t", text) == moved


def test_the_abi_tells_a_python_without_the_global_lock() -> None:
    one = manifest(python="3.14.0")
    free = replace(one, environment=one.environment._replace(abi="cpython-314t-x86_64-linux-gnu"))

    assert due_python(free, [("3.14t", ".python-version:1")], Policy()) == []
    [due] = due_python(one, [("3.14t", ".python-version:1")], Policy())
    assert (due.action, due.message) == ("verify", "python 3.14.0 → 3.14t (build)")


def python(action: str, observed: str, step: str, message: str, recorded: str | None = "3.11.7") -> Due:
    return Due(
        subject="python",
        action=action,
        message=message,
        recorded=recorded,
        observed=observed,
        step=step,
        where=".python-version:1",
    )


@pytest.mark.parametrize(
    ("recorded", "tolerance", "texts", "expected"),
    [
        ("3.11.7", "patch", ["3.11"], []),
        ("3.11.7", "patch", ["3.12"], [python("retrain", "3.12", "minor", "python 3.11.7 → 3.12 (minor)")]),
        ("3.11.7", "minor", ["3.12"], [python("verify", "3.12", "minor", "python 3.11.7 → 3.12 (minor)")]),
        ("3.11.7", "any", ["3.12"], []),
        ("3.11.7", "patch", ["3.12", "3.12"], [python("retrain", "3.12", "minor", "python 3.11.7 → 3.12 (minor)")]),
        (
            "3.11.7",
            "patch",
            ["3.12", "3.11.8", "odd"],
            [
                python("retrain", "3.12", "minor", "python 3.11.7 → 3.12 (minor)"),
                python("verify", "3.11.8", "patch", "python 3.11.7 → 3.11.8 (patch)"),
                python("undecided", "odd", "unknown", "python 3.11.7 → odd (unknown)"),
            ],
        ),
        (
            None,
            "patch",
            ["3.12"],
            [
                python(
                    "undecided",
                    "3.12",
                    "unknown",
                    "the manifest does not tell its Python, .python-version:1 asks for 3.12",
                    None,
                )
            ],
        ),
    ],
)
def test_the_python(recorded: str | None, tolerance: str, texts: list[str], expected: list[Due]) -> None:
    policy = Policy(retrain=RetrainPolicy(python=tolerance))
    promised = [(text, ".python-version:1") for text in texts]

    assert due_python(manifest(python=recorded), promised, policy) == expected


def image(action: str, recorded: str, observed: str, step: str) -> Due:
    return Due(
        subject="platform:image",
        action=action,
        message=f"image {recorded} → {observed} ({step})",
        recorded=recorded,
        observed=observed,
        step=step,
        where="Dockerfile:1",
    )


A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.mark.parametrize(
    ("then", "head", "tolerance", "expected"),
    [
        ("debian:12", "debian:13", "any", []),
        ("debian:12", "debian:12", "none", []),
        ("debian:12", "debian:13", "none", [image("retrain", "debian:12", "debian:13", "major")]),
        ("debian:12", "debian:12.5", "minor", [image("verify", "debian:12", "debian:12.5", "minor")]),
        ("debian:12", "alpine:12", "none", [image("retrain", "debian:12", "alpine:12", "unknown")]),
        ("debian:12", "alpine:12", "major", [image("undecided", "debian:12", "alpine:12", "unknown")]),
        ("debian:12-slim", "debian:12", "major", [image("undecided", "debian:12-slim", "debian:12", "unknown")]),
        ("debian", "debian:12", "major", [image("undecided", "debian", "debian:12", "unknown")]),
        (f"a:1@{A}", f"a:1@{B}", "build", [image("verify", f"a:1@{A}", f"a:1@{B}", "build")]),
        ("h:5000/a:1", "h:5000/a:2", "major", [image("verify", "h:5000/a:1", "h:5000/a:2", "major")]),
    ],
)
def test_the_base_image(then: str, head: str, tolerance: str, expected: list[Due]) -> None:
    sides = [[declared("Dockerfile", f"FROM {one}\n")] for one in (then, head)]

    assert due_system(sides[1], sides[0], Policy(retrain=RetrainPolicy(system=tolerance))) == expected


def test_packages_of_the_system_and_other_edits() -> None:
    texts = ["FROM a\nRUN apt-get install -y libgomp1=12.2\nRUN pip install numpy==1.0\n", "FROM a\n"]
    sides = [[declared("Dockerfile", one)] for one in texts]
    policy = Policy(retrain=RetrainPolicy(system="major"))

    assert due_system(sides[1], sides[0], policy) == [
        Due(
            subject="platform:apt:libgomp1",
            action="retrain",
            message="apt:libgomp1 12.2 → nothing (removed)",
            recorded="12.2",
            step="removed",
            where="Dockerfile:2",
        )
    ]


def test_what_the_system_was_is_not_known() -> None:
    head = [declared("Dockerfile", "FROM debian:12\n")]

    assert due_system(head, None, Policy()) == []
    assert due_system(head, None, Policy(retrain=RetrainPolicy(system="patch"))) == [
        Due(
            subject="platform:image",
            action="undecided",
            message="image debian:12, and what it was at the capture is not known",
            where="Dockerfile",
        )
    ]
