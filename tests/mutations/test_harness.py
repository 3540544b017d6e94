"""The harness itself: it refuses to run on too little, a blind judge fails it, and the command agrees with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.mutation_kinds import HARMLESS, MATTER, MIN_HARMLESS, MIN_KINDS, cases
from tests.support.mutations import (
    BLIND,
    DEFAULTS,
    POLICIES,
    Answer,
    Case,
    Kind,
    Setting,
    arrange,
    complaint,
    run_case,
)
from tests.support.projects import run_lineage


def test_too_few_kinds_are_refused() -> None:
    for kinds, least in ((MATTER, MIN_KINDS), (HARMLESS, MIN_HARMLESS)):
        with pytest.raises(ValueError) as raised:
            cases(kinds[: least - 1], least, range(1))
        assert str(raised.value) == f"only {least - 1} kinds, not {least}"


def test_one_kind_under_two_counts_is_refused() -> None:
    with pytest.raises(ValueError) as raised:
        cases((*MATTER, MATTER[0]), MIN_KINDS, range(1))

    assert str(raised.value) == "two kinds have one name"


def test_every_side_has_kinds() -> None:
    sides = {side for kind in MATTER for side in kind.sides}

    assert sides == {"environment", "answer", "tree", "lock", "weights", "manifest"}


def test_a_blind_judge_is_found_out(ground: Path, tmp_path: Path) -> None:
    """Kinds that no reader refuses: only the verdict tells them from what is good."""
    names = ("version: a later last number", "RECORD: another hash", "lock: another pin", "weights: a bit flipped")
    chosen = cases([kind for kind in MATTER if kind.name in names], 4, range(2))

    told = [run_case(case, ground, tmp_path / str(i), BLIND) for i, case in enumerate(chosen)]

    assert [str(one).partition(", nothing")[0] for one in told] == [f"{case}: a false pass" for case in chosen]


def test_a_judge_that_fails_everything_is_found_out(ground: Path, tmp_path: Path) -> None:
    """The wrong subject is no answer, and what is harmless may not fail."""
    failing = Answer(outcome="fail", subjects=frozenset({"package:other"}))
    matter, harmless = Case(MATTER[0], 1), Case(HARMLESS[0], 1)

    assert complaint(matter, Setting("package:numpy"), failing) == (
        f"{matter}: package:numpy is not named by {failing}"
    )
    assert complaint(harmless, Setting(), failing) == f"{harmless}: harmless, but {failing}"


@pytest.mark.parametrize("kind", MATTER[:: len(MATTER) // 12], ids=lambda kind: kind.name)
def test_the_command_line_answers_alike(kind: Kind, ground: Path, tmp_path: Path) -> None:
    case = Case(kind, 3)
    place, setting = arrange(case, ground, tmp_path / "case")
    options = ["--deep"] if kind.deep else []
    if kind.policy is not DEFAULTS:
        (tmp_path / "policy.toml").write_text(POLICIES[kind.policy])
        options += ["--policy", str(tmp_path / "policy.toml")]

    ended = run_lineage(
        "verify",
        place.manifest,
        "--against",
        setting.target or place.target,
        *options,
        cwd=place.project,
        env=dict(setting.variables),
    )

    names = (setting.names,) if isinstance(setting.names, str) else setting.names
    told = ended.stdout + ended.stderr
    assert ended.code in (1, 2, 3)
    assert "Traceback" not in told
    assert any(each in told for one in names for each in (one.rstrip("*"), one.partition(":")[2] or one))


def test_every_policy_of_a_kind_can_be_written_down(ground: Path, tmp_path: Path) -> None:
    from lineage.config import load_policy

    for policy, text in POLICIES.items():
        (tmp_path / "policy.toml").write_text(text)
        assert load_policy(None, tmp_path / "policy.toml")[0] == policy


def test_nothing_that_is_good_fails(ground: Path, tmp_path: Path) -> None:
    """What every case begins with passes, on every side, under every policy that its kinds are judged by."""
    seen = {}
    for kind in MATTER:
        for side in kind.sides:
            seen[(side, kind.policy, kind.deep)] = kind
    untouched = [
        replace(kind, sides=(side,), apply=lambda place, random: (), executed=executed)
        for (side, _, _), kind in seen.items()
        for executed in (False, True)
    ]
    told = [run_case(Case(kind, 0), ground, tmp_path / str(i)) for i, kind in enumerate(untouched)]

    assert [one for one in told if one is not None] == []
