"""Which command a retraining runs: the recorded one, or one that is typed where that cannot be run again."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from lineage.model.manifest import thaw
from tests.support import projects
from tests.support.projects import Ended
from tests.support.retrained import BASE, RANK, Ground

SECRET = (
    "lineage: error: models/base: something in the recorded command may be a secret and was taken out\n"
    "  lineage retrain models/base -- COMMAND\n"
)


def record(ground: Ground, *command: str, **options: str) -> None:
    """Make the first model by another command, and commit its manifest."""
    typed = [word for key, value in options.items() for word in (f"--{key}", value)]
    path = f"{ground.environments}/old/bin:/usr/bin:/bin"
    ended = ground.lineage("run", "-q", "--model", "models/base.pkl", *typed, "--", *command, env="old", PATH=path)
    assert (ended.code, ended.stderr) == (0, "")
    ground.commit()


def test_a_command_with_a_secret_is_asked_for(ground: Ground) -> None:
    record(ground, "python", "base.py", "--token", "hunter2")
    assert ground.lineage("retrain", BASE, "-q", env="old") == Ended(code=2, stdout="", stderr=SECRET)
    typed = ("--", "python", "base.py", "--token", "hunter2")
    told = ["python", "base.py", "--token", "<redacted>"]
    ended = ground.lineage("retrain", "--format", "json", BASE, *typed, env="old")
    (model,) = json.loads(ended.stdout)["models"]
    assert (model["state"], model["command"]) == ("retrained", told)
    assert thaw(ground.manifest().manifest.run)["command"] == told
    assert "retraining models/base: python base.py --token '<redacted>'" in ended.stderr.splitlines()
    planned = ground.lineage("retrain", BASE, "--dry-run", *typed, env="old")
    assert "hunter2" not in ended.stdout + ended.stderr + planned.stdout + planned.stderr


def test_a_model_that_no_run_was_seen_of(ground: Ground) -> None:
    python = ground.environments / "old" / "bin" / "python"
    assert ground.lineage("capture", "models/base.pkl", "-q", "--force", "--from", python).code == 0
    ground.commit()
    ended = ground.lineage("retrain", BASE, "-q", env="old")
    assert ended == Ended(
        code=2,
        stdout="",
        stderr="lineage: error: models/base: no command is recorded (its run was not watched), and no stage of DVC "
        "makes it\n  lineage retrain models/base -- COMMAND\n",
    )
    assert ground.lineage("retrain", BASE, "-q", "--", "python", "base.py", env="old").code == 0
    assert ground.manifest().manifest.evidence == "observed"


def test_a_typed_command_runs_where_it_is_typed(ground: Ground) -> None:
    projects.write(
        ground.root, {"src/train.py": b"import numpy\nopen('../models/base.pkl', 'wb').write(b'\\x80\\x04K\\x07.')\n"}
    )
    active = {"VIRTUAL_ENV": str(ground.environments / "old")}
    typed = ("retrain", "models/base", "-q", "--", "python", "train.py")
    assert projects.run_lineage(*typed, cwd=ground.root / "src", env=active).code == 0
    assert thaw(ground.manifest().manifest.run)["directory"] == "src"
    assert ground.lineage("retrain", "models/base", "-q", env="old").code == 0  # and from then on by itself
    assert thaw(ground.manifest().manifest.run)["directory"] == "src"


def test_behind_the_dashes_stands_the_command_of_one_model(ground: Ground) -> None:
    for arguments in (("--", "python"), (BASE, RANK, "--", "python"), (BASE, "--")):
        ended = ground.lineage("retrain", *arguments)
        message = "behind -- stands the command of one model: lineage retrain MODEL -- COMMAND"
        assert (ended.code, ended.stderr.splitlines()[-1]) == (2, f"Error: {message}")


def test_models_of_one_command_are_made_together(ground: Ground) -> None:
    ground.change({"both.py": b"import base, rank\n"})
    path = f"{ground.environments}/old/bin:/usr/bin:/bin"
    models = ("--model", "models/base.pkl", "--model", "models/rank.pkl")
    assert ground.lineage("run", "-q", *models, "--", "python", "both.py", env="old", PATH=path).code == 0
    ground.commit()
    code, document = ground.answer("models/rank", "-q", env="old")
    found = [(one["name"], one["state"], one["reasons"]) for one in document["models"]]
    assert (code, found) == (
        0,
        [
            ("models/rank", "retrained", ["not due, retrained by name"]),
            ("models/base", "retrained", ["made by the command that makes models/rank"]),
        ],
    )


def test_the_serving_command_is_watched_again(ground: Ground) -> None:
    record(ground, "python", "base.py", serve="python -c \"import numpy; open('models/base.pkl', 'rb')\"")
    assert [one.use for one in ground.manifest().manifest.environment.packages] == ["served"]
    assert ground.lineage("retrain", BASE, "-q", env="old").code == 0
    assert [one.use for one in ground.manifest().manifest.environment.packages] == ["served"]


def test_a_capture_that_fails_can_be_finished(ground: Ground) -> None:
    record(ground, "python", "base.py", metrics="base.json")
    broken = b"import base, pathlib\npathlib.Path('base.json').write_bytes(b'{')\n"
    projects.write(ground.root, {"broken.py": broken})
    code, document = ground.answer(BASE, "-q", "--", "python", "broken.py", env="old")
    detail = document["models"][0]["detail"]
    before, _, hint = detail.partition(": ")
    assert (code, before) == (1, "the training succeeded, its capture did not; to finish it")
    (ground.root / "base.json").write_bytes(b'{"auc": 0.5}')
    assert ground.lineage(*hint.split()[1:], "-q", env="old").code == 0
    found = ground.manifest().manifest
    assert (thaw(found.metrics), thaw(found.run)["reasons"]) == ({"auc": 0.5}, ["not due, retrained by name"])


def test_what_the_process_asked_for_counts(ground: Ground) -> None:
    script = (
        b"import lineage\nopen('models/base.pkl', 'wb').write(b'\\x80\\x04K\\x08.')\n"
        b"lineage.capture('models/base.pkl', metrics={'auc': 0.7})\n"
    )
    ground.change({"base.py": script})
    code, document = ground.answer("-q", "--in-env", sys.executable, "models/base")
    metrics = [(one["recorded"], one["observed"]) for one in document["models"][0]["metrics"]]
    assert (code, metrics) == (0, [("0.91", "0.7")])


@pytest.mark.parametrize("target", ["lock:requirements.txt", f"manifest:{BASE}"])
def test_nothing_can_be_run_in_what_is_no_environment(ground: Ground, target: str) -> None:
    ended = ground.lineage("retrain", BASE, "-q", "--in-env", target)
    kind = target.partition(":")[0]
    message = f"{target}: nothing can be run in a {kind}\n  name an environment: --in-env python:PATH or dir:PATH"
    assert (ended.code, ended.stderr.split("\n", 1)[0]) == (2, f"lineage: error: {message}".split("\n", 1)[0])


def test_a_run_that_is_watched_is_not_watched_again(ground: Ground) -> None:
    ended = ground.lineage("run", "-q", "--", *projects.command_line("retrain", BASE))
    message = "lineage: error: lineage retrain: is itself watched by lineage run\n  call it without lineage run\n"
    assert (ended.code, ended.stderr) == (2, message)


def test_without_a_repository(tmp_path: Path) -> None:
    ended = projects.run_lineage("retrain", cwd=tmp_path)
    message = f"lineage: error: {tmp_path}: not in a git repository\n  name models of a repository\n"
    assert ended == Ended(code=2, stdout="", stderr=message)


def test_a_directory_that_is_gone(ground: Ground) -> None:
    projects.write(
        ground.root, {"src/train.py": (ground.root / "base.py").read_bytes().replace(b'"models', b'"../models')}
    )
    active = {"VIRTUAL_ENV": str(ground.environments / "old")}
    typed = ("retrain", "models/base", "-q", "--", "python", "train.py")
    assert projects.run_lineage(*typed, cwd=ground.root / "src", env=active).code == 0
    ground.commit()
    shutil.rmtree(ground.root / "src")
    ended = ground.lineage("retrain", BASE, "-q", env="old")
    message = "src: the directory that its command ran in is not there\n  lineage retrain models/base -- COMMAND"
    assert ended == Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")


def test_what_dvc_refuses_to_track_is_told_behind_the_answer(ground: Ground) -> None:
    projects.write(ground.root, {"models/base.pkl.dvc": b"outs:\n- path: base.pkl\n"})
    ground.commit()
    ended = ground.lineage("retrain", BASE, "-q", "--track", env="old")
    assert (ended.code, ended.stdout.splitlines()[-1]) == (2, "pass: 1 retrained")
    refusal = "lineage: error: models/base.pkl: dvc add refused it: you are not inside of a DVC repository"
    assert ended.stderr.splitlines()[1].startswith(refusal)
