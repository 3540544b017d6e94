"""``lineage check --metrics``: what is given in error is named, ends with 2, and the others are judged all the same."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.called import call_lineage
from tests.support.checked import fraud
from tests.support.gitrepos import commit
from tests.support.projects import Ended

ROW = {
    "model": "models/fraud",
    "metric": "auc",
    "value": 0.85,
    "data": "sha256:" + "0" * 64,
    "time": "2026-11-20T21:33:05Z",
}
DUE = "           auc is 0.85 live (2026-11-20, data sha256:000000000000), and >=0.88 is asked for"
UNBOUNDED = "note: auc of models/fraud is not judged: [tool.lineage.retrain.metrics] has no bound of it"
Judged = Callable[..., Ended]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


@pytest.fixture
def judged(root: Path, capsys: pytest.CaptureFixture[str]) -> Judged:
    """``lineage check --metrics`` of a file with these rows."""

    def call(*rows: dict[str, Any]) -> Ended:
        (root / "live.json").write_text(json.dumps(rows))
        code = call_lineage("check", "--metrics", "live.json", cwd=root)
        said = capsys.readouterr()
        return Ended(code=code, stdout=said.out, stderr=said.err)

    return call


def test_a_live_metric_is_judged_where_the_policy_bounds_it(root: Path, judged: Judged) -> None:
    ended = judged(ROW)
    assert (ended.code, UNBOUNDED in ended.stdout.splitlines(), ended.stderr) == (0, True, "")

    commit(root, {"lineage.toml": b'[tool.lineage.retrain]\nmetrics.auc = ">=0.88"\n'})
    ended = judged(ROW)
    assert (ended.code, DUE in ended.stdout.splitlines(), ended.stderr) == (1, True, "")
    assert (judged({**ROW, "value": 0.88}).code, judged().code) == (0, 3)
    assert call_lineage("check", cwd=root) == 0

    ended = judged(ROW, {**ROW, "model": "models/gone"}, {**ROW, "time": "9999-01-01T00:00:00Z"})
    assert (ended.code, DUE in ended.stdout.splitlines()) == (2, True)
    assert ended.stderr.splitlines() == [
        "lineage: error: live.json: [1].model: models/gone is no model that git has here",
        "lineage: error: live.json: [2].time: 9999-01-01 is in the future",
    ]


def test_a_file_that_is_no_list_of_values_is_named(root: Path, judged: Judged) -> None:
    ended = judged({**ROW, "value": "high"})
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[0] == "lineage: error: live.json: [0].value: must be a finite number, not a text"
    assert call_lineage("check", "--metrics", "gone.json", cwd=root) == 2
