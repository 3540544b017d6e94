"""Accepts: bound to what was recorded and observed, until a day, and always listed."""

from datetime import date

import pytest

from lineage.portable.compare import Change, Comparison
from lineage.portable.judge import Accepted, Finding, Verdict, judge
from lineage.portable.policy import Accept, Policy, Waiver, accepting

TODAY = date(2026, 11, 20)
ID = "sha256:" + "a" * 64
CHANGE = Change("package:numpy", "package-version", "1.26.4", "2.0.1", "major", "weights")
ODD = CHANGE._replace(observed="odd", step="unknown")
ACCEPT = Accept(ID, "package:numpy", "1.26.4", "2.0.1", "compared by hand", date(2026, 11, 1))
WAIVER = Waiver("package:numpy", (), "known", date(2027, 1, 31))


@pytest.mark.parametrize(
    ("accept", "covers"),
    [
        (ACCEPT, True),
        (ACCEPT._replace(subject="package:scipy"), False),
        (ACCEPT._replace(recorded="1.26.3"), False),
        (ACCEPT._replace(recorded=None), False),
        (ACCEPT._replace(observed="2.0.2"), False),
        (ACCEPT._replace(until=TODAY), True),
        (ACCEPT._replace(until=date(2026, 11, 19)), False),
    ],
)
def test_an_accept_covers_one_difference_until_it_changes_again(accept: Accept, covers: bool) -> None:
    found = accepting([accept], "package:numpy", "1.26.4", "2.0.1", TODAY)

    assert found == (accept if covers else None)


def test_the_first_that_still_holds_is_taken() -> None:
    accepts = [ACCEPT._replace(until=date(2026, 1, 1)), ACCEPT._replace(because="again")]

    assert accepting(accepts, "package:numpy", "1.26.4", "2.0.1", TODAY) == accepts[1]
    assert accepting([], "package:numpy", "1.26.4", "2.0.1", TODAY) is None


def judged(change: Change, *accepts: Accept, waivers: tuple[Waiver, ...] = ()) -> Verdict:
    return judge(Comparison((change,), (), (("version", 1),)), Policy(waivers=waivers), "m", TODAY, accepts)


def noted(change: Change, shown: str, reason: str, accept: Accepted) -> Verdict:
    message = f"{shown}, named in the weights, {reason}"
    return Verdict("pass", (Finding(change, "note", f"named in the weights, {reason}", message),), (), (accept,))


def test_verify_lets_an_accepted_difference_through_and_lists_it() -> None:
    shown, because = "numpy 1.26.4 → 2.0.1 (major)", "compared by hand"
    sides = ("package:numpy", "1.26.4", "2.0.1")

    assert judged(CHANGE).outcome == "fail"
    assert judged(CHANGE, ACCEPT) == noted(CHANGE, shown, f"accepted: {because}", Accepted(*sides, because, None))
    dated = ACCEPT._replace(until=date(2026, 12, 31))
    assert judged(CHANGE, dated).accepted == (Accepted(*sides, because, "2026-12-31"),)
    assert judged(CHANGE, ACCEPT._replace(observed="2.0.2")).outcome == "fail"


def test_an_accept_after_the_end_of_a_waiver() -> None:
    ended = WAIVER._replace(until=date(2026, 1, 31))

    found = judged(CHANGE, ACCEPT, waivers=(ended,))

    assert found.outcome == "pass"
    assert found.findings[0].reason == (
        "named in the weights, its waiver ended on 2026-01-31, accepted: compared by hand"
    )


def test_a_waiver_comes_before_an_accept() -> None:
    found = judged(CHANGE, ACCEPT, waivers=(WAIVER,))

    assert found.accepted == (Accepted("package:numpy", "1.26.4", "2.0.1", "known", "2027-01-31"),)


def test_versions_that_cannot_be_compared_can_be_accepted() -> None:
    accept = ACCEPT._replace(observed="odd")

    assert judged(ODD).outcome == "undecided"
    assert judged(ODD, accept) == noted(
        ODD,
        "numpy 1.26.4 → odd (unknown)",
        "accepted: compared by hand",
        Accepted("package:numpy", "1.26.4", "odd", "compared by hand", None),
    )


def test_what_is_tolerated_needs_no_accept() -> None:
    present = CHANGE._replace(use="present")

    assert (judged(present, ACCEPT).outcome, judged(present, ACCEPT).accepted) == ("pass", ())
