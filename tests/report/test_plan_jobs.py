"""What a plan tells the later jobs of a pipeline: outputs of GitHub, dotenv and Code Quality of GitLab."""

import json
from dataclasses import replace

import pytest

from lineage.model.plan import Due, ModelPlan, Plan
from lineage.report.plan import code_quality, dotenv, due_models, github_outputs
from tests.support.githubci import read_outputs
from tests.support.gitlabci import read_dotenv
from tests.support.plans import PLANS

DUE = Due(subject="package:numpy", action="retrain", message="numpy 1 → 2 (major), imported", where="uv.lock:3")


def model(name: str, *reasons: Due, manifest: str = "") -> ModelPlan:
    action = reasons[0].action if reasons else "none"
    path = manifest or f"{name}.pkl.lineage.toml"
    return ModelPlan(name=name, manifest=path, action=action, is_new=True, reasons=reasons)


def plan(*models: ModelPlan, base: str | None = "b" * 40) -> Plan:
    return Plan(base=base, head="a" * 40, verdict="fail", policies=("defaults",), models=models)


def test_in_a_range_only_what_is_newly_due_is_retrained() -> None:
    assert due_models(PLANS["check-fail"]) == ("models/new",)


def test_without_a_range_all_that_is_due_is_retrained() -> None:
    assert due_models(replace(PLANS["check-fail"], base=None)) == ("models/new", "models/old")


def test_what_is_undecided_or_to_be_verified_is_not_retrained() -> None:
    kinds = [replace(DUE, action=action) for action in ("undecided", "verify")]
    assert due_models(plan(*(model(one.action, one) for one in kinds), model("fine"))) == ()


def test_models_of_one_name_are_told_by_their_manifests() -> None:
    paths = ("a/fraud.pkl.lineage.toml", "b/fraud.pkl.lineage.toml")
    models = (*(model("fraud", DUE, manifest=one) for one in paths), model("churn", DUE))
    assert due_models(plan(*models)) == (*paths, "churn")


@pytest.mark.parametrize("name", PLANS)
def test_a_due_model_is_what_makes_a_plan_fail(name: str) -> None:
    assert bool(due_models(PLANS[name])) is (PLANS[name].verdict == "fail")


@pytest.mark.parametrize("name", ["models/fraud", "a b,c=d\"'", "x\ndue=[]", "é\udcff"])
def test_outputs_of_github_hold_any_name_on_one_line(name: str) -> None:
    text = github_outputs(plan(model(name, DUE), model("churn", DUE)))
    assert text.count("\n") == 2
    told = read_outputs(text)
    assert (told["verdict"], json.loads(told["due"])) == ("fail", [name, "churn"])


def test_outputs_of_github_where_nothing_is_due() -> None:
    assert github_outputs(replace(plan(), verdict="pass")) == "verdict=pass\ndue=[]\n"


def test_dotenv_holds_any_name_without_quotes_and_spaces() -> None:
    told = read_dotenv(dotenv(plan(model("models/fraud", DUE), model("a b,c\n\"é'", DUE))))
    assert told == {
        "LINEAGE_VERDICT": "fail",
        "LINEAGE_DUE_COUNT": "2",
        "LINEAGE_DUE": "models/fraud,a%20b%2Cc%0A%22%C3%A9%27",
    }


@pytest.mark.parametrize(("number", "is_told"), [(307, True), (308, False)])
def test_dotenv_names_none_rather_than_some(number: int, is_told: bool) -> None:
    told = read_dotenv(dotenv(plan(*(model(f"models/m{one:04}", DUE) for one in range(number)))))
    assert ("LINEAGE_DUE" in told, told["LINEAGE_DUE_COUNT"]) == (is_told, str(number))


def test_dotenv_where_nothing_is_due() -> None:
    assert dotenv(replace(plan(), verdict="undecided")) == "LINEAGE_VERDICT=undecided\nLINEAGE_DUE_COUNT=0\n"


def test_code_quality_has_an_entry_for_each_reason() -> None:
    told = json.loads(code_quality(PLANS["check-fail"]))
    places = [(one["severity"], one["location"]["path"], one["location"]["lines"]["begin"]) for one in told]
    assert places == [
        ("major", "requirements.txt", 3),
        ("info", "train.py", 1),
        ("info", "train.py", 1),
        ("minor", ".python-version", 1),
        ("major", "uv.lock", 7),
        ("minor", ".python-version", 1),
    ]
    assert len({one["fingerprint"] for one in told}) == len(told)
    assert {key: value for key, value in told[0].items() if key in ("description", "check_name")} == {
        "description": "retrain models/new: numpy 1.26.4 → 2.0.1 (major), named in the weights",
        "check_name": "lineage/retrain",
    }


def test_a_fingerprint_does_not_depend_on_the_line() -> None:
    moved = plan(model("models/fraud", replace(DUE, where="uv.lock:9")))
    assert [json.loads(code_quality(one))[0]["fingerprint"] for one in (plan(model("models/fraud", DUE)), moved)] == [
        json.loads(code_quality(moved))[0]["fingerprint"]
    ] * 2


def test_a_reason_without_a_place_stands_at_the_manifest() -> None:
    (told,) = json.loads(code_quality(plan(model("models/fraud", replace(DUE, where="")))))
    assert told["location"] == {"path": "models/fraud.pkl.lineage.toml", "lines": {"begin": 1}}
