"""What a manifest says that it does not know is unknown wherever the model is served."""

import re
from datetime import date

import pytest

from lineage.portable.compare import Comparison
from lineage.portable.environment import REPOSITORY, Package, Problem, Unknown
from lineage.portable.judge import judge
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.portable.recorded_unknowns import STICKY, recorded_unknowns, silent_record, with_told_uses
from tests.support.projects import SOURCE

NUMPY = Package("numpy", "1.26.4", use="required")
OWN = Package("own", "0.1", use="imported", origin=f"{REPOSITORY}.")
IDLE = Package("idle", "1.0", use="present")
PIP = Package("pip", "24.0", use="unknown")
DOCUMENTED = (SOURCE / "docs" / "manifest.md").read_text().partition("## Problems of a capture")[2]
CODES = re.findall(r"`([a-z]+\.[a-z-]+)`", DOCUMENTED)


def subjects(*problems: Problem) -> list[tuple[str, str | None]]:
    return [(one.subject, one.use) for one in recorded_unknowns(problems, (NUMPY, IDLE))]


@pytest.mark.parametrize("code", sorted({*CODES}))
def test_a_problem_counts_where_the_table_says_so(code: str) -> None:
    found = recorded_unknowns([Problem(code, "package:numpy", "detail")], (NUMPY,))

    assert bool(found) == (code in STICKY)
    assert all("detail" in one.reason for one in found)


def test_every_code_of_the_table_is_documented() -> None:
    assert STICKY.keys() <= {*CODES}


def test_the_subject_is_what_a_policy_can_name() -> None:
    assert subjects(
        Problem("environment.unknown", "package:numpy", "damaged"),
        Problem("environment.unknown", "package:gone", "damaged"),
        Problem("environment.unknown", "packages", "an archive"),
        Problem("environment.unknown", "platform:libc", "the target does not tell"),
        Problem("environment.unknown", "python", "the target does not tell"),
        Problem("weights.external-data", "models/a.onnx", "w.bin"),
        Problem("weights.dynamic-import", "code:features.py", "line 3"),
    ) == [
        ("package:numpy", "required"),
        ("package:gone", "extra"),
        ("packages", None),
        ("weights:models/a.onnx", None),
        ("code:features.py", None),
    ]


@pytest.mark.parametrize(("accepted", "outcome"), [((), "undecided"), (("weights:models/a.onnx",), "pass")])
def test_it_is_undecided_until_it_is_accepted_by_name(accepted: tuple[str, ...], outcome: str) -> None:
    unseen = recorded_unknowns([Problem("weights.external-data", "models/a.onnx", "w.bin")], ())
    policy = Policy(verify=VerifyPolicy(accept_unknown=accepted))

    found = judge(Comparison(unknown=unseen, counted=(("record", 1),)), policy, "m", date(2026, 11, 20))
    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("packages", "uses"),
    [
        ((), []),
        ((NUMPY, IDLE), ["required", "present"]),
        ((IDLE,), ["unknown"]),
        ((OWN, IDLE), ["imported", "unknown"]),
        ((IDLE._replace(use="loaded"),), ["unknown"]),
    ],
)
def test_where_no_package_counts_as_used_each_may_be(packages: tuple[Package, ...], uses: list[str]) -> None:
    assert [one.use for one in with_told_uses(packages)] == uses


@pytest.mark.parametrize(
    ("packages", "reason"),
    [
        ((), "the manifest records no package: nothing tells what serving it takes"),
        ((PIP, OWN), "the manifest records none that the model uses: nothing tells what serving it takes"),
        ((NUMPY, PIP), None),
        ((IDLE._replace(use="unknown"),), None),
    ],
)
def test_a_record_that_leaves_nothing_to_judge_is_unknown(packages: tuple[Package, ...], reason: str | None) -> None:
    found = silent_record(packages, VerifyPolicy(), "models/m")

    assert found == (() if reason is None else (Unknown("use:models/m", reason),))
