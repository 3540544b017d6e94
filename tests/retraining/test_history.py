"""A model's history says why it was retrained."""

import json

from tests.support.retrained import BUMPED, Ground


def test_the_reasons_stand_in_the_history(ground: Ground) -> None:
    ground.bump()
    assert ground.lineage("retrain", "-q").code == 0
    ground.commit("Retrain")
    rows = json.loads(ground.lineage("log", "models/base", "--format", "json").stdout)["history"]
    assert [(row["summary"], row["reasons"]) for row in rows] == [("Retrain", [BUMPED]), ("Record both models", [])]
    assert "metrics auc 0.91 → 0.9" in rows[0]["changes"]
    lines = ground.lineage("log", "models/base", "-v").stdout.splitlines()
    assert [line.partition(BUMPED)[1] for line in lines] == ["", BUMPED, ""]
    shown = ground.lineage("log", "models/base", "--format", "markdown").stdout.splitlines()
    assert shown[2] == "| date | commit | id | why | changes |"
    assert BUMPED in shown[4]
