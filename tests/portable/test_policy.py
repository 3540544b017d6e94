"""The policy: the documented defaults, every key read, every mistake named."""

import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lineage.errors import InputError
from lineage.portable.environment import Package
from lineage.portable.policy import (
    ModelRule,
    Policy,
    RetrainPolicy,
    VerifyPolicy,
    Waiver,
    declared_for,
    parse_policy,
    verify_tolerance,
)

DEFAULTS = """
[verify]
python = "patch"
weights = "none"
served = "none"
imported = "none"
required = "none"
loaded = "any"
present = "any"
extra = "any"
absent = ["imported", "loaded", "present"]
os = "none"
accelerator = "any"
code = "ast"
files = "bytes"
neutral = ["certifi", "tzdata", "pip", "setuptools", "wheel", "uv"]
accept-unknown = ["accelerator:*"]
[retrain]
python = "patch"
weights = "patch"
served = "patch"
imported = "patch"
required = "minor"
loaded = "major"
present = "any"
code = "ast"
data = "none"
params = "none"
system = "any"
[snapshot]
limit = "50 MB"
"""
HINT = "the keys and their meaning are listed in docs/policy.md"
STEPS = "none, build, patch, minor, major, any"


def failure(table: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        parse_policy(table, "lineage.toml")
    assert (caught.value.where, caught.value.hint) == ("lineage.toml", HINT)
    return caught.value.message


def test_the_defaults_are_the_documented_ones() -> None:
    assert parse_policy(tomllib.loads(DEFAULTS), "lineage.toml") == Policy()
    assert parse_policy({}, "lineage.toml") == Policy()
    assert parse_policy({"verify": {}, "retrain": {}, "model": [], "waive": []}, "lineage.toml") == Policy()


def test_every_key_is_read() -> None:
    uses = ("weights", "served", "imported", "required", "loaded", "present")
    table = tomllib.loads(
        """
        [verify]
        python = "minor"
        weights = "build"
        served = "patch"
        imported = "minor"
        required = "major"
        loaded = "none"
        present = "none"
        extra = "none"
        absent = ["unknown"]
        os = "any"
        accelerator = "none"
        code = "bytes"
        files = "pointer"
        neutral = ["types-*"]
        accept-unknown = ["platform:libc"]
        [verify.packages]
        "nvidia-*" = "patch"
        numpy = "any"
        [retrain]
        python = "major"
        weights = "none"
        served = "none"
        imported = "none"
        required = "none"
        loaded = "none"
        present = "none"
        code = "any"
        data = "any"
        params = "any"
        system = "none"
        max-age = "90d"
        metrics.auc = ">=0.88"
        [retrain.packages]
        scipy = "major"
        [[model]]
        match = "services/*"
        declared = ["services/requirements.txt", "uv.lock"]
        [[waive]]
        subject = "package:scipy"
        reason = "only used for plots"
        until = 2027-01-31
        [[waive]]
        subject = "*"
        models = ["a", "b*"]
        reason = "known"
        until = 2026-01-01
        """
    )

    assert parse_policy(table, "lineage.toml") == Policy(
        verify=VerifyPolicy(
            python="minor",
            uses=tuple(zip(uses, ("build", "patch", "minor", "major", "none", "none"), strict=True)),
            extra="none",
            absent=("unknown",),
            os="any",
            accelerator="none",
            code="bytes",
            files="pointer",
            neutral=("types-*",),
            accept_unknown=("platform:libc",),
            packages=(("nvidia-*", "patch"), ("numpy", "any")),
        ),
        retrain=RetrainPolicy(
            python="major",
            uses=tuple((use, "none") for use in uses),
            code="any",
            data="any",
            params="any",
            system="none",
            max_age=90,
            metrics=(("auc", ">=0.88"),),
            packages=(("scipy", "major"),),
        ),
        models=(ModelRule("services/*", ("services/requirements.txt", "uv.lock")),),
        waivers=(
            Waiver("package:scipy", (), "only used for plots", date(2027, 1, 31)),
            Waiver("*", ("a", "b*"), "known", date(2026, 1, 1)),
        ),
    )


CHOICES = {
    "verify": {
        **dict.fromkeys(("python", "weights", "served", "imported", "required", "loaded", "present"), STEPS),
        "extra": "any, none",
        "os": "none, any",
        "accelerator": "none, any",
        "code": "ast, bytes, any",
        "files": "bytes, pointer",
    },
    "retrain": {
        **dict.fromkeys(("python", "weights", "served", "imported", "required", "loaded", "present"), STEPS),
        "code": "ast, bytes, any",
        "data": "none, any",
        "params": "none, any",
        "system": STEPS,
    },
}
CHOICE_KEYS = [(table, key, choices) for table, keys in CHOICES.items() for key, choices in keys.items()]


@pytest.mark.parametrize(("table", "key", "choices"), CHOICE_KEYS)
def test_a_choice_that_is_none(table: str, key: str, choices: str) -> None:
    path = f"tool.lineage.{table}.{key}"

    assert failure({table: {key: "exact"}}) == f"{path}: must be one of {choices}, not 'exact'"
    assert failure({table: {key: 1}}) == f"{path}: must be a text that is not empty, not a number"
    assert failure({table: {key: ""}}) == f"{path}: must be a text that is not empty, not an empty text"
    assert failure({table: {key: ["none"]}}) == f"{path}: must be a text that is not empty, not a list"


@pytest.mark.parametrize("key", ["absent", "neutral", "accept-unknown"])
def test_a_list_that_is_none(key: str) -> None:
    path = f"tool.lineage.verify.{key}"

    assert failure({"verify": {key: "imported"}}) == f"{path}: must be a list of texts, not a text"
    assert failure({"verify": {key: [1]}}) == f"{path}: must be a list of texts, not a list"
    assert failure({"verify": {key: [""]}}) == f"{path}: must be a list of texts, not a list"


@pytest.mark.parametrize("table", ["verify", "retrain"])
def test_rules_of_packages_are_steps(table: str) -> None:
    assert failure({table: {"packages": {"nvidia-*": "exact", "a.b": True, "ok": "none"}}}) == (
        f"\n  tool.lineage.{table}.packages.\"nvidia-*\": must be one of {STEPS}, not 'exact'"
        f'\n  tool.lineage.{table}.packages."a.b": must be a text that is not empty, not true or false'
    )
    assert failure({table: {"packages": "none"}}) == f"tool.lineage.{table}.packages: must be a table, not a text"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"verify": {"numpy": "none"}}, "tool.lineage.verify.numpy: is not a known key"),
        ({"retrain": {"extra": "none"}}, "tool.lineage.retrain.extra: is not a known key"),
        ({"verfiy": {}}, "tool.lineage.verfiy: is not a known key"),
        ({"verify": "none"}, "tool.lineage.verify: must be a table, not a text"),
        ({"retrain": []}, "tool.lineage.retrain: must be a table, not a list"),
        ({"model": {"match": "*"}}, "tool.lineage.model: must be an array of tables, not a table"),
        ({"waive": ["package:a"]}, "tool.lineage.waive: must be an array of tables, not a list"),
        (
            {"verify": {"absent": ["imported", "used"]}},
            "tool.lineage.verify.absent: 'used' is not a use "
            "(weights, served, imported, required, loaded, present, unknown)",
        ),
        (
            {"model": [{"match": "*", "declared": ["a"]}, {"declared": ["a"]}]},
            "tool.lineage.model[1].match: is missing",
        ),
        ({"model": [{"match": "*"}]}, "tool.lineage.model[0].declared: must name at least one dependency file"),
        (
            {"model": [{"match": "*", "declared": ["a"], "extra": 1}]},
            "tool.lineage.model[0].extra: is not a known key",
        ),
    ],
)
def test_a_mistake_is_named_with_its_key(table: dict[str, Any], message: str) -> None:
    assert failure(table) == message


def test_a_waiver_needs_a_subject_a_reason_and_a_last_day() -> None:
    waiver = {"subject": "package:a", "reason": "known", "until": date(2027, 1, 31)}
    path = "tool.lineage.waive[0]"

    assert failure({"waive": [{}]}) == (
        f"\n  {path}.subject: is missing\n  {path}.reason: is missing\n  {path}.until: must be a date, as 2027-01-31"
    )
    for until in ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC), 2027):
        assert failure({"waive": [{**waiver, "until": until}]}) == f"{path}.until: must be a date, as 2027-01-31"
    assert failure({"waive": [{**waiver, "reason": ""}]}) == (
        f"{path}.reason: must be a text that is not empty, not an empty text"
    )
    assert failure({"waive": [{**waiver, "models": "a"}]}) == f"{path}.models: must be a list of texts, not a text"
    assert failure({"waive": [{**waiver, "model": "a"}]}) == f"{path}.model: is not a known key"


@pytest.mark.parametrize(
    ("text", "limit"), [("50 MB", 50_000_000), ("1.5GB", 1_500_000_000), ("0 kB", 0), ("999 kB", 999_000)]
)
def test_the_limit_of_a_snapshot_is_a_size(text: str, limit: int) -> None:
    assert parse_policy({"snapshot": {"limit": text}}, "x").snapshot.limit == limit


@pytest.mark.parametrize("text", ["90", "d", "-1d", "1.5d", "90 d", "90d\n", "100000d"])
def test_an_age_that_is_no_number_of_days(text: str) -> None:
    expected = f"tool.lineage.retrain.max-age: must be a number of days, as '90d', not {text!r}"
    assert failure({"retrain": {"max-age": text}}) == expected


@pytest.mark.parametrize("text", ["50", "MB", "-1 MB", "1e3 MB", "50 MiB", "50 MB\n"])
def test_a_limit_that_is_no_size(text: str) -> None:
    expected = f"tool.lineage.snapshot.limit: must be a size, as '50 MB' (kB, MB, GB), not {text!r}"
    assert failure({"snapshot": {"limit": text}}) == expected


def test_all_mistakes_are_told_at_once() -> None:
    assert failure({"verify": {"python": "exact", "os": 1}, "retrain": {"new": 1}, "other": 1}) == (
        f"\n  tool.lineage.verify.python: must be one of {STEPS}, not 'exact'"
        "\n  tool.lineage.verify.os: must be a text that is not empty, not a number"
        "\n  tool.lineage.retrain.new: is not a known key"
        "\n  tool.lineage.other: is not a known key"
    )


def test_the_tolerance_of_a_recorded_package() -> None:
    policy = VerifyPolicy(packages=(("numpy", "minor"),), neutral=("pip",))

    assert [verify_tolerance(policy, Package(name, "1", use="imported")) for name in ("numpy", "pip", "scipy")] == [
        "minor",
        "any",
        "none",
    ]


def test_the_dependency_files_of_a_model() -> None:
    rules = (ModelRule("services/*", ("a.txt",)), ModelRule("*.pkl", ("b.txt",)))

    assert declared_for(rules, "services/fraud", ()) == ("a.txt",)
    assert declared_for(rules, "fraud", ("models/fraud.pkl",)) == ("b.txt",)
    assert declared_for(rules, "fraud", ("models/fraud.onnx",)) is None
    assert declared_for((), "fraud", ()) is None
