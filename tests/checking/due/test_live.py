"""Live metrics: their file, whose they are, and what they make due."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lineage.checking.check import Judges, check
from lineage.checking.due.live import Live, due_live, read_live, sort_live
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.model.outside import LiveValue
from lineage.model.plan import Due, Plan
from lineage.portable.policy import Policy, RetrainPolicy
from lineage.system.blobcache import BlobCache
from tests.checking.test_check import told
from tests.support.checked import manifest, record, repository
from tests.support.documents import FULL
from tests.support.gitrepos import commit

DATA = "sha256:" + "0" * 64
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
MODEL = "models/fraud"
ROW = {"model": MODEL, "metric": "auc", "value": 0.85, "data": DATA, "time": "2026-11-30T20:00:00Z"}
VALUE = LiveValue(MODEL, "auc", Decimal("0.85"), DATA, datetime(2026, 11, 30, 20, tzinfo=UTC))
BOUND = Policy(retrain=RetrainPolicy(metrics=(("auc", ">=0.88"),)))
BEYOND = "auc is 0.85 live (2026-11-30, data sha256:000000000000), and >=0.88 is asked for"
UNGIVEN = "auc: no live value is given, and >=0.88 is asked for"


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_live(content, "live.json")
    return f"{caught.value.where}: {caught.value.message}"


def test_the_values_of_a_file_in_their_order() -> None:
    rows = [ROW, {**ROW, "value": 1, "time": "2026-11-30T21:00:00+01:00"}]
    assert read_live(json.dumps(rows).encode(), "live.json") == (VALUE, VALUE._replace(value=Decimal(1)))
    assert read_live(b"[]", "live.json") == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"auc = 0.85\n", "live.json:1:1: is not JSON: Expecting value"),
        (b"\xff", "live.json: is not JSON in UTF-8 that can be read"),
        (b"{}", "live.json: is no list of values"),
        (b"[1]", "live.json: is no list of values"),
    ],
)
def test_a_file_of_another_form_is_named(content: bytes, message: str) -> None:
    assert refusal(content) == message


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("model", None, "[0].model: is missing"),
        ("metric", "", "[0].metric: must be a text that is not empty, not an empty text"),
        ("metric", "a\x1b", "[0].metric: must be printable, not 'a\\x1b'"),
        ("value", None, "[0].value: is missing"),
        ("value", "0.85", "[0].value: must be a finite number, not a text"),
        ("value", True, "[0].value: must be a finite number, not true or false"),
        ("value", float("nan"), "[0].value: must be a finite number, not a number"),
        ("data", "x", "[0].data: must be a digest of the data, as sha256:…, not 'x'"),
        ("time", None, "[0].time: is missing"),
        ("time", "yesterday", "[0].time: must be a time with its offset (…Z)"),
        ("time", "2026-11-30T20:00:00", "[0].time: must be a time with its offset (…Z)"),
        ("time", 3, "[0].time: must be a time with its offset (…Z)"),
        ("note", "x", "[0].note: is not a known key"),
    ],
)
def test_a_value_of_another_form_is_named(key: str, value: Any, message: str) -> None:
    assert refusal(json.dumps([{**ROW, key: value}]).encode()) == f"live.json: {message}"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, []),
        ([], [("undecided", UNGIVEN, None)]),
        ([VALUE._replace(metric="loss")], [("undecided", UNGIVEN, None)]),
        ([VALUE], [("retrain", BEYOND, "0.85")]),
        ([VALUE._replace(value=Decimal("0.88"))], []),
        ([VALUE, VALUE._replace(value=Decimal(1))], [("retrain", BEYOND, "0.85")]),
        ([VALUE, VALUE._replace(value=Decimal(1), time=NOW)], []),
        ([VALUE._replace(time=FULL.created)], [("retrain", BEYOND.replace("11-30", "11-20"), "0.85")]),
        ([VALUE._replace(time=FULL.created - timedelta(seconds=1))], []),
    ],
)
def test_the_latest_value_since_a_model_was_made_is_judged(
    given: list[LiveValue] | None, found: list[tuple[str, str, str | None]]
) -> None:
    assert due_live(FULL, BOUND, given) == [
        Due(subject="metric:auc", action=action, message=message, recorded="0.91", observed=observed)
        for action, message, observed in found
    ]


def test_a_metric_that_a_model_has_not_is_not_asked_of_it() -> None:
    other = Policy(retrain=RetrainPolicy(metrics=(("loss", "<0.1"),)))
    assert (due_live(FULL, other, []), due_live(FULL, Policy(), [VALUE])) == ([], [])
    found = due_live(FULL, other, [VALUE._replace(metric="loss")])
    assert [(one.subject, one.action, one.recorded) for one in found] == [("metric:loss", "retrain", None)]


def planned(root: Path, *values: LiveValue, policy: Policy = BOUND, base: str | None = None) -> tuple[Live, Plan]:
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        head = at_commit(objects, objects.commit("HEAD"), readings)
        live = sort_live(values, head, [policy], NOW)
        judges = Judges(policies=((policy, "defaults"),), today=NOW.date(), live=live)
        return live, check(None if base is None else at_commit(objects, objects.commit(base), readings), head, judges)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    broken = {"models/broken.pkl.lineage.toml": b"schema = 1\n", "requirements.txt": b""}
    two = [manifest(name, {"requirements.txt": b""}, packages=()) for name in (MODEL, "models/rank")]
    return repository(tmp_path / "two", *two, files=broken)


def test_what_cannot_be_judged_is_named_and_the_others_are_judged(root: Path) -> None:
    twin = replace(manifest("models/twin", {}, packages=()), name="models/rank")
    record(root, twin)
    commit(root, {})
    live, plan = planned(
        root,
        VALUE._replace(model="models/gone"),
        VALUE._replace(model="models/rank"),
        VALUE._replace(time=NOW + timedelta(seconds=1)),
        VALUE._replace(metric="ndcg"),
        VALUE._replace(model="models/broken"),
        VALUE._replace(model="models/rank.pkl"),
        VALUE._replace(model="models/twin.pkl.lineage.toml", time=FULL.created - timedelta(days=1)),
    )
    assert live.refused == (
        "[0].model: models/gone is no model that git has here",
        "[1].model: models/rank is the name of 2 models: name a manifest",
        "[2].time: 2026-12-01 is in the future",
        "[3].metric: ndcg is no metric of models/fraud, and no bound of the policy",
    )
    older = "auc of models/twin.pkl.lineage.toml is not judged: 2026-11-19 is before the model was made"
    assert live.notes == (older,)
    found = {one.manifest.split(".")[0]: [due.message for due in one.reasons] for one in plan.models}
    assert found.pop("models/broken") != []
    assert found == {MODEL: [UNGIVEN], "models/rank": [BEYOND], "models/twin": []}


def test_a_history_is_judged_by_its_end(root: Path) -> None:
    older = VALUE._replace(time=FULL.created - timedelta(days=1), value=Decimal(0))
    live, plan = planned(root, older, VALUE)
    assert (live.notes, [due.message for due in plan.models[0].reasons]) == ((), [BEYOND])


def test_a_metric_without_a_bound_is_told(root: Path) -> None:
    live, plan = planned(root, VALUE, policy=Policy())
    assert live.notes == ("auc of models/fraud is not judged: [tool.lineage.retrain.metrics] has no bound of it",)
    assert [one.action for one in plan.models] == ["undecided", "none", "none"]


def test_in_a_range_it_was_due_before(tmp_path: Path) -> None:
    root = repository(tmp_path / "one", manifest(MODEL, {"a.txt": b""}, packages=()), files={"a.txt": b""})
    commit(root, {"notes.md": b"a\n"})
    assert told(planned(root, VALUE)[1]) == ("fail", [(MODEL, "retrain", True, [BEYOND])])
    assert told(planned(root, VALUE, base="HEAD~1")[1]) == ("pass", [(MODEL, "retrain", False, [BEYOND])])
