"""What a retraining says of metrics, and which tolerances end it with 1 or 3."""

import pytest

from lineage.model.manifest import thaw
from tests.support.retrained import BASE, Ground


@pytest.mark.parametrize(
    ("tolerance", "code", "state"),
    [
        ("auc=0.01", 0, "within"),
        ("auc=0.005", 1, "beyond"),
        ("auc=1%", 1, "beyond"),
        ("auc=2%", 0, "within"),
        ("auc=+0", 0, "within"),
        ("auc=-0", 1, "beyond"),
    ],
)
def test_a_tolerance_decides(ground: Ground, tolerance: str, code: int, state: str) -> None:
    ground.bump()
    old = ground.manifest().id
    ended, document = ground.answer("models/base", "-q", "--tolerance", tolerance)
    (model,) = document["models"]
    assert (ended, model["metrics"][0]["state"]) == (code, state)
    assert (model["state"], model["id"]) == ("beyond" if code else "retrained", ground.manifest().id)
    assert ground.manifest().id != old  # kept, whatever is said of it


def test_beyond_stops_what_is_made_from_it(ground: Ground) -> None:
    ground.bump()
    assert ground.states("-q", "--tolerance", "auc=0") == (1, {"models/base": "beyond", "models/rank": "skipped"})


def test_a_metric_that_no_model_has_is_unknown(ground: Ground) -> None:
    ground.bump()
    ended = ground.lineage("retrain", "models/base", "-q", "--tolerance", "loss=1")
    assert (ended.code, ended.stdout.splitlines()[-3:]) == (
        3,
        ["unknown    no model has the metric loss", "", "undecided: 1 retrained"],
    )


def test_a_metric_of_one_side_is_unknown(ground: Ground) -> None:
    script = (ground.root / "base.py").read_bytes()
    ground.change({"base.py": script.replace(b'{"auc": auc}', b'{"loss": 0.2}')})
    ended = ground.lineage("retrain", "models/base", "-q", "--tolerance", "auc=1", env="old")
    assert (ended.code, ended.stdout.splitlines()[3:]) == (
        3,
        [
            "           auc   0.91 → unknown    unknown: tolerance 1",
            "           loss  unknown → 0.2",
            "",
            "undecided: 1 retrained",
        ],
    )


def test_metrics_of_an_earlier_run_are_not_those_of_this_one(ground: Ground) -> None:
    script = (ground.root / "base.py").read_bytes()
    ground.change({"base.py": script.replace(b'pathlib.Path("base.json")', b'pathlib.Path("new.json")')})
    ended = ground.lineage("retrain", "models/base", env="old")
    found = ground.manifest().manifest
    assert (ended.code, thaw(found.metrics), thaw(found.run)["metrics"]) == (0, {}, "base.json")
    assert [(one.code, one.subject) for one in found.problems] == [("metrics.other-run", "base.json")]
    again = ground.lineage("retrain", "models/base", "-q", "--metrics", "new.json", env="old")
    assert (again.code, thaw(ground.manifest().manifest.metrics)) == (0, {"auc": 0.91})
    assert thaw(ground.manifest().manifest.run)["metrics"] == "new.json"


def test_no_metrics_on_either_side_are_said_so(ground: Ground) -> None:
    for name in ("base", "rank"):
        options = ("-q", "--model", f"models/{name}.pkl")
        assert ground.lineage("run", *options, "--", "python", f"{name}.py", env="old", PATH=path(ground)).code == 0
    ground.commit()
    ended = ground.lineage("retrain", BASE, "-q", env="old")
    assert ended.stdout.splitlines()[3] == "           no metrics on either side: what changed is not known"


def path(ground: Ground) -> str:
    return f"{ground.environments}/old/bin:/usr/bin:/bin"
