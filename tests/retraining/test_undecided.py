"""Models of which nobody knows whether they are due, and repositories without any."""

from pathlib import Path

from tests.support import projects
from tests.support.projects import Ended
from tests.support.retrained import BASE, Ground

SAID = "no manifest is tracked here: no model can be retrained\n"


def test_what_is_undecided_is_retrained_by_name_only(ground: Ground) -> None:
    ground.change({"requirements.txt": b"numpy==\n"})
    before = projects.snapshot(ground.root / "models")
    ended = ground.lineage("retrain", "-q")
    assert (ended.code, ended.stderr, ended.stdout.splitlines()[-1]) == (3, "", "undecided: 2 undecided")
    assert "           not retrained unless it is named: lineage retrain models/base" in ended.stdout.splitlines()
    assert projects.snapshot(ground.root / "models") == before
    assert ground.states("-q", "models/base", env="old") == (0, {"models/base": "retrained"})


def test_no_model_at_all(project: Path) -> None:
    ended = projects.run_lineage("retrain", cwd=project)
    assert ended == Ended(code=3, stdout="undecided: no model is due\n", stderr=SAID)


def test_a_manifest_that_cannot_be_read(ground: Ground) -> None:
    ground.change({"broken.lineage.toml": b"schema = 3\n"})
    assert ground.states("-q") == (3, {"broken": "undecided"})
    ground.bump()
    states = {"models/base": "retrained", "models/rank": "retrained", "broken": "undecided"}
    assert ground.states("-q") == (3, states)


def test_a_model_that_is_not_there(ground: Ground) -> None:
    ended = ground.lineage("retrain", "models/none", "-q")
    message = "models/none: no file and no manifest of this name\n  lineage log lists the manifests\n"
    assert ended == Ended(code=2, stdout="", stderr=f"lineage: error: {message}")
    ended = ground.lineage("retrain", f"HEAD:{BASE}", "-q")
    message = f"HEAD:{BASE}: is no manifest of this work tree\n  name the model, or its manifest in the work tree\n"
    assert ended == Ended(code=2, stdout="", stderr=f"lineage: error: {message}")


def test_from_a_directory_below(ground: Ground) -> None:
    ground.bump()
    active = {"VIRTUAL_ENV": str(ground.environments / "new")}
    ended = projects.run_lineage("retrain", "base.pkl.lineage.toml", cwd=ground.root / "models", env=active)
    assert ended.code == 0
    assert ended.stderr.splitlines()[-1] == f"next: git -C {ground.root} add {BASE}"
