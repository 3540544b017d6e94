"""Files among the weights that a .dvcignore leaves out: never recorded, never passed over in silence."""

from pathlib import Path

import pytest

from lineage.catalogue.problems import problems_now
from lineage.portable.compare import Change
from lineage.portable.environment import Problem
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.recording import captured, recorded, unknowns, verified

RULES = {".dvcignore": b"*.log\nruns/\n"}
FILES = {"models/bert/w.bin": b"w", "models/bert/train.log": b"l", "models/bert/runs/1/x": b"x"}
NAMED = ("models/bert/runs", "models/bert/train.log")
REASON = ".dvcignore leaves it out, so it is not recorded: remove it, or accept it by name"


@pytest.fixture
def ruled(tracked: Path) -> Path:
    projects.write(tracked, FILES | RULES)
    projects.dvc(tracked, "add", "--quiet", "models/bert")
    projects.commit(tracked)
    return tracked


def test_a_capture_names_them(ruled: Path, environment: Path) -> None:
    detail = "lies among the weights, but .dvcignore leaves it out: it is not recorded"
    manifest = captured(ruled, environment, "models/bert").manifest
    assert [one for one in manifest.problems if one.code == "weights.ignored"] == [
        Problem("weights.ignored", path, detail) for path in NAMED
    ]
    assert f"md5: {manifest.weights[0].md5}" in (ruled / "models/bert.dvc").read_text()


def test_a_capture_counts_those_that_are_too_many(ruled: Path, environment: Path) -> None:
    projects.write(ruled, {f"models/bert/{number}.log": b"" for number in range(100, 160)})
    manifest = captured(ruled, environment, "models/bert").manifest
    found = [one for one in manifest.problems if one.code == "weights.ignored"]
    assert (len(found), found[-1]) == (51, Problem("weights.ignored", "…", "12 more paths"))


def test_where_they_lie_a_verify_is_undecided_unless_they_are_accepted(ruled: Path, environment: Path) -> None:
    stored = recorded(ruled, environment, "models/bert")
    place = WeightsPlace(root=ruled)

    report = verified(stored, environment, weights=place)
    assert (report.verdict, report.checked.weights) == ("undecided", "bytes")
    assert unknowns(report) == tuple(f"weights:{path}: {REASON}" for path in NAMED)

    accepting = Policy(verify=VerifyPolicy(accept_unknown=("weights:models/bert/*",)))
    assert verified(stored, environment, accepting, weights=place).verdict == "pass"


def test_what_dvc_brings_elsewhere_passes(ruled: Path, environment: Path, tmp_path: Path) -> None:
    stored = recorded(ruled, environment, "models/bert")
    projects.write(tmp_path / "served", {"bert/w.bin": b"w"})
    assert verified(stored, environment, weights=WeightsPlace(named=tmp_path / "served")).verdict == "pass"


def test_a_copy_with_them_fails_where_no_rule_speaks_of_them(ruled: Path, environment: Path, tmp_path: Path) -> None:
    stored = recorded(ruled, environment, "models/bert")
    projects.copy(ruled / "models" / "bert", tmp_path / "served" / "bert")
    report = verified(stored, environment, weights=WeightsPlace(named=tmp_path / "served"))
    (change,) = [finding.change for finding in report.findings]
    assert report.verdict == "fail"
    assert change == Change(
        "weights:models/bert",
        "weights-bytes",
        f"sha256:{stored.manifest.weights[0].sha256[:12]}",
        change.observed,
        "unknown",
        None,
        "1 → 3 bytes",
    )


def test_rules_that_came_after_the_capture_do_not_change_what_was_recorded(tracked: Path, environment: Path) -> None:
    projects.write(tracked, FILES)
    stored = recorded(tracked, environment, "models/bert")
    assert stored.manifest.weights[0].size == 3
    projects.write(tracked, RULES)

    place = WeightsPlace(root=tracked)
    assert verified(stored, environment, weights=place).verdict == "pass"
    projects.write(tracked, {"models/bert/train.log": b"L"})
    assert verified(stored, environment, weights=place).verdict == "fail"


def test_rules_that_cannot_be_applied_leave_a_verify_undecided(ruled: Path, environment: Path) -> None:
    stored = recorded(ruled, environment, "models/bert")
    (ruled / ".dvcignore").write_bytes(b"\xff\n")
    report = verified(stored, environment, weights=WeightsPlace(root=ruled))
    assert report.verdict == "undecided"
    assert unknowns(report) == (
        "weights:models/bert: cannot be read: the .dvcignore that applies to it cannot be used: "
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    )


def test_show_names_them_as_of_now_and_knows_the_pointer(ruled: Path, environment: Path) -> None:
    found = problems_now(recorded(ruled, environment, "models/bert")).now
    assert [one for one in found if one.code.startswith("weights.")] == [
        Problem("weights.ignored", path, "lies there, but .dvcignore leaves it out: it is not recorded")
        for path in NAMED
    ]


def test_of_very_many_those_without_a_name_are_counted(ruled: Path, environment: Path) -> None:
    stored = recorded(ruled, environment, "models/bert")
    projects.write(ruled, {f"models/bert/{number}.log": b"" for number in range(1000, 2001)})
    more = "3 more: " + REASON
    assert unknowns(verified(stored, environment, weights=WeightsPlace(root=ruled)))[-1] == (
        f"weights:models/bert/…: {more}"
    )
    found = [one for one in problems_now(stored).now if one.code == "weights.ignored"]
    detail = "3 more: lies there, but .dvcignore leaves it out: it is not recorded"
    assert (len(found), found[-1]) == (1001, Problem("weights.ignored", "models/bert/…", detail))
    manifest = captured(ruled, environment, "models/bert").manifest
    shown = [one for one in manifest.problems if one.subject == "…"]
    assert shown == [Problem("weights.ignored", "…", "953 more paths")]
