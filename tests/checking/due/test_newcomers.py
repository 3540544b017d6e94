"""New dependency files beside declared ones: asked for once, until a capture or the policy answers."""

from pathlib import Path

import pytest

from lineage.model.plan import Plan
from lineage.portable.policy import ModelRule, Policy, RetrainPolicy
from lineage.report.formats import render_plan
from lineage.report.text import Style
from tests.checking.test_check import plan_of
from tests.support.checked import LOCK, TRAIN, manifest, record, repository
from tests.support.gitrepos import UNKNOWN, commit
from tests.support.ways import ASKED, BUMPED, DEPENDENCIES, ground, uv_lock

NEWER = {"uv.lock": uv_lock(numpy="2.0.1")}
QUESTION = ASKED.format("uv.lock", "numpy 2.0.1")
NAMES = Policy(models=(ModelRule("models/*", (DEPENDENCIES, "uv.lock")),))
OMITS = Policy(models=(ModelRule("models/*", (DEPENDENCIES,)),))


def asked(plan: Plan) -> tuple[str, list[tuple[str, bool]]]:
    """(verdict, (reason, new) of all models)."""
    return plan.verdict, [(one.message, one.is_new) for model in plan.models for one in model.reasons]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return ground(tmp_path / "fraud")


def test_a_question_is_new_once_and_stands_until_it_is_answered(root: Path) -> None:
    commit(root, NEWER)
    commit(root, {"notes.md": b"a\n"})

    assert asked(plan_of(root, "HEAD~2")) == ("undecided", [(QUESTION, True)])
    assert asked(plan_of(root, "HEAD~1")) == ("pass", [(QUESTION, False)])
    assert asked(plan_of(root, None)) == ("undecided", [(QUESTION, True)])


def test_a_capture_answers(root: Path) -> None:
    head = commit(root, NEWER)
    record(root, manifest("models/fraud", {DEPENDENCIES: LOCK}, {"train.py": TRAIN}, base=head))
    commit(root, {})

    assert asked(plan_of(root, "HEAD~2")) == asked(plan_of(root, None)) == ("pass", [])


def test_the_policy_of_head_answers(root: Path) -> None:
    commit(root, NEWER)
    undecided = ("undecided", [(QUESTION, True)])

    assert asked(plan_of(root, "HEAD~1", policies=(OMITS,))) == ("pass", [])
    assert asked(plan_of(root, "HEAD~1", policies=(OMITS, Policy()))) == undecided  # a request that only weakens it
    for policies in ((NAMES,), (NAMES, Policy())):
        verdict, reasons = asked(plan_of(root, "HEAD~1", policies=policies))
        assert (verdict, [one.split(",")[0] for one, _ in reasons]) == ("fail", ["numpy 1.26.4 → 2.0.1 (major)"])


def test_what_the_policy_tolerates_is_not_asked_for(root: Path) -> None:
    commit(root, {**NEWER, ".python-version": b"3.12\n"})
    tolerant = Policy(retrain=RetrainPolicy(python="any", packages=(("numpy", "any"),)))

    assert asked(plan_of(root, "HEAD~1", policies=(tolerant,))) == ("pass", [])


def test_without_the_commit_of_the_capture_the_base_tells(tmp_path: Path) -> None:
    model = manifest("models/fraud", {DEPENDENCIES: LOCK}, base=UNKNOWN)
    root = repository(tmp_path / "fraud", model, files={DEPENDENCIES: LOCK})
    commit(root, NEWER)
    commit(root, {"notes.md": b"a\n"})

    assert asked(plan_of(root, "HEAD~2")) == ("undecided", [(QUESTION, True)])
    assert asked(plan_of(root, "HEAD~1")) == asked(plan_of(root, None)) == ("pass", [])


def test_several_values_are_counted_and_one_line_asks_for_all_models(tmp_path: Path) -> None:
    names = ["a", "b", "c", "d"]
    packages = [(name, "1.0", "weights") for name in names]
    models = [
        manifest(f"models/{one}", {DEPENDENCIES: b"a\n"}, packages=packages) for one in ("eu/fraud", "eu/spam", "us/x")
    ]
    root = repository(tmp_path / "fraud", *models, files={DEPENDENCIES: b"a\n"})
    commit(root, {"uv.lock": uv_lock(**dict.fromkeys(names, "2.0"))})

    plan = plan_of(root, "HEAD~1")
    question = ASKED.format("uv.lock", "a 2.0, b 2.0, c 2.0 and 1 more")
    assert asked(plan) == ("undecided", [(question, True)] * 3)
    rule = '[[tool.lineage.model]]\nmatch = "models/*"\ndeclared = ["requirements.txt", "uv.lock"]'
    answer = "the policy can answer, with these lines, or without uv.lock in them where it is not installed from"
    assert plan.notes == (f"uv.lock: {answer}\n{rule}",)

    text = render_plan(plan, "text", Style()).splitlines()
    assert text.count(f"           {question}") == 1
    assert [line for line in text if line.startswith("undecided  ")] == [f"undecided  {one.name}" for one in models]
    assert "  [[tool.lineage.model]]" in text
    markdown = render_plan(plan, "markdown", Style())
    assert "| undecided | models/eu/fraud, models/eu/spam, models/us/x |" in markdown
    assert f"  ```toml\n  {rule.replace(chr(10), chr(10) + '  ')}\n  ```" in markdown


def test_a_question_of_one_model_names_it(root: Path) -> None:
    commit(root, {"uv.lock": uv_lock(numpy="2.0.1")})

    (note,) = plan_of(root, "HEAD~1").notes
    assert 'match = "models/fraud"' in note


def test_a_new_file_that_declares_nothing_is_none(root: Path) -> None:
    commit(root, {"environment.yml": b"services: {}\n", "deps.txt": BUMPED})

    assert asked(plan_of(root, "HEAD~1")) == ("pass", [])
