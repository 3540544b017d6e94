"""The unknown never passes, unless it is accepted by name or could not matter; waivers hold until their day."""

from datetime import date
from typing import Any

import pytest

from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import USES, Unknown
from lineage.portable.judge import Accepted, Finding, Verdict, judge
from lineage.portable.policy import Policy, VerifyPolicy, Waiver

TODAY = date(2026, 11, 20)
MODEL = "models/fraud"
COUNTED = (("record", 1),)
NUMPY = Change("package:numpy", "package-version", "1.26.4", "2.0.1", "major", "weights")


def judged(comparison: Comparison, policy: VerifyPolicy | None = None) -> Verdict:
    return judge(comparison, Policy(verify=policy or VerifyPolicy()), MODEL, TODAY)


def unknown(*found: Unknown) -> Comparison:
    return Comparison(unknown=found, counted=COUNTED)


def test_a_comparison_in_which_nothing_differs_passes() -> None:
    assert judged(Comparison(counted=COUNTED)) == Verdict("pass")


NOTHING = Unknown("packages", "no package could be compared")


@pytest.mark.parametrize("counted", [(), (("record", 0), ("version", 0))])
@pytest.mark.parametrize("accepted", [(), ("packages",), ("*",)])
def test_a_comparison_of_nothing_is_undecided_whatever_is_accepted(
    counted: tuple[tuple[str, int], ...], accepted: tuple[str, ...]
) -> None:
    assert judged(Comparison(counted=counted), VerifyPolicy(accept_unknown=accepted)) == Verdict(
        "undecided", unknown=(NOTHING,)
    )


def test_an_unknown_is_undecided() -> None:
    found = Unknown("python", "the target does not tell")

    assert judged(unknown(found)) == Verdict("undecided", unknown=(found,))


def test_an_unknown_that_is_accepted_by_name_passes_and_is_told() -> None:
    driver = Unknown("accelerator:driver", "the target shows none")
    python = Unknown("python", "the target does not tell")

    assert judged(unknown(driver)) == Verdict("pass", unknown=(driver._replace(accepted=True),))
    assert judged(unknown(driver, python)) == Verdict("undecided", unknown=(driver._replace(accepted=True), python))
    assert judged(unknown(driver), VerifyPolicy(accept_unknown=())) == Verdict("undecided", unknown=(driver,))
    assert judged(unknown(python), VerifyPolicy(accept_unknown=("py*",))).outcome == "pass"


@pytest.mark.parametrize("use", USES)
def test_an_unknown_about_a_package_matters_as_its_use_does(use: str) -> None:
    found = Unknown("package:a", "broken", use=use)

    assert judged(unknown(found)).outcome == ("pass" if use in ("loaded", "present") else "undecided")
    assert judged(unknown(found), VerifyPolicy(packages=(("a", "any"),))).outcome == "pass"
    assert judged(unknown(found), VerifyPolicy(packages=(("a", "major"),))).outcome == "undecided"


def test_an_unknown_about_a_package_that_is_not_recorded_matters_as_extra_ones_do() -> None:
    found = Unknown("package:a", "broken", use="extra")

    assert judged(unknown(found)).outcome == "pass"
    assert judged(unknown(found), VerifyPolicy(extra="none")).outcome == "undecided"


def test_fail_beats_undecided() -> None:
    python = Unknown("python", "the target does not tell")

    assert judged(Comparison((NUMPY,), (python,), COUNTED)).outcome == "fail"
    assert judged(Comparison((NUMPY,), (python,))).outcome == "fail"


@pytest.mark.parametrize("subject", ["python", "package:a"])
def test_versions_that_cannot_be_compared_are_undecided(subject: str) -> None:
    code = "python-version" if subject == "python" else "package-version"
    use = None if subject == "python" else "imported"
    change = Change(subject, code, "1.0", "latest", "unknown", use)

    reason = "1.0 → latest: not comparable versions"
    assert judged(Comparison((change,), counted=COUNTED)) == Verdict(
        "undecided", unknown=(Unknown(subject, reason, use=use),)
    )
    tolerant = VerifyPolicy(python="any", packages=(("a", "any"),))
    assert judged(Comparison((change,), counted=COUNTED), tolerant).outcome == "pass"


WAIVER = Waiver(subject="package:num*", models=("models/*",), reason="only plots", until=TODAY)


def waived(waiver: Waiver, today: date = TODAY, *changes: Change) -> Verdict:
    policy = Policy(waivers=(waiver,))
    return judge(Comparison(changes or (NUMPY,), counted=COUNTED), policy, MODEL, today)


def test_a_waived_failure_is_a_note_and_listed() -> None:
    reason = "named in the weights, waived until 2026-11-20: only plots"

    assert waived(WAIVER) == Verdict(
        "pass",
        findings=(Finding(NUMPY, "note", reason, f"numpy 1.26.4 → 2.0.1 (major), {reason}"),),
        accepted=(Accepted("package:numpy", "1.26.4", "2.0.1", "only plots", "2026-11-20"),),
    )


@pytest.mark.parametrize(
    ("today", "outcome"),
    [(date(2026, 11, 19), "pass"), (date(2026, 11, 20), "pass"), (date(2026, 11, 21), "fail")],
)
def test_a_waiver_ends_with_its_last_day(today: date, outcome: str) -> None:
    assert waived(WAIVER, today).outcome == outcome


def test_a_failure_without_a_use_is_waived_too() -> None:
    change = Change("platform:os", "platform-os", "linux", "darwin", "major")

    found = waived(WAIVER._replace(subject="platform:*"), TODAY, change)

    assert [one.message for one in found.findings] == [
        "platform os linux → darwin, waived until 2026-11-20: only plots"
    ]


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"models": ()}, "pass"),
        ({"models": ("other", "models/fraud")}, "pass"),
        ({"models": ("services/*",)}, "fail"),
        ({"subject": "package:scipy"}, "fail"),
        ({"subject": "numpy"}, "fail"),
        ({"subject": "*"}, "pass"),
    ],
)
def test_a_waiver_is_for_its_subjects_and_models(changed: dict[str, Any], outcome: str) -> None:
    assert waived(WAIVER._replace(**changed)).outcome == outcome


def test_the_first_waiver_that_still_holds_is_the_one_named() -> None:
    waivers = (WAIVER._replace(until=date(2026, 1, 1)), WAIVER._replace(reason="second"), WAIVER)

    found = judge(Comparison((NUMPY,), counted=COUNTED), Policy(waivers=waivers), MODEL, TODAY)

    assert [one.reason for one in found.accepted] == ["second"]


def test_a_waiver_makes_nothing_known() -> None:
    change = NUMPY._replace(observed="latest", step="unknown")

    assert waived(WAIVER, TODAY, change).outcome == "undecided"
    comparison = Comparison(unknown=(Unknown("package:numpy", "broken", use="weights"),), counted=COUNTED)
    assert judge(comparison, Policy(waivers=(WAIVER,)), MODEL, TODAY).outcome == "undecided"


def test_what_is_tolerated_anyway_needs_no_waiver() -> None:
    change = NUMPY._replace(use="present")

    assert waived(WAIVER, TODAY, change).accepted == ()


def test_a_failure_says_that_its_waiver_has_ended() -> None:
    (finding,) = waived(WAIVER._replace(until=date(2026, 1, 31))).findings
    assert (finding.severity, finding.reason) == ("fail", "named in the weights, its waiver ended on 2026-01-31")
