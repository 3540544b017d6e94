"""Models that a stage of DVC makes, or whose weights it tracks: real DVC, by its command line."""

import os
import sys
from pathlib import Path

import pytest

from lineage.model.manifest import thaw
from tests.support import projects
from tests.support.projects import git
from tests.support.retrained import BASE, Ground, make_environments, moved

FILES = {
    "train.py": b"""import json
import pathlib

import numpy

rows = len(pathlib.Path("data/clean.csv").read_text().split())
pathlib.Path("models/base.pkl").write_bytes(b"\\x80\\x04K" + bytes([rows]) + b".")
pathlib.Path("metrics.json").write_text(json.dumps({"rows": rows, "numpy": int(numpy.__version__[0])}))
""",
    "clean.sh": b"grep -v x data/raw.csv > data/clean.csv\n",
    "dvc.yaml": b"""stages:
  clean:
    cmd: sh clean.sh
    deps: [clean.sh, data/raw.csv]
    outs: [data/clean.csv]
  train:
    cmd: python train.py
    deps: [train.py, data/clean.csv]
    outs: [models/base.pkl]
    metrics: [metrics.json: {cache: false}]
""",
    "requirements.txt": b"numpy==1.26.4\n",
    "models/.keep": b"",
}
FORCED = ["dvc", "repro", "--single-item", "--force", "train"]
WHOLE = ["dvc", "repro", "--no-run-cache", "train"]


@pytest.fixture(scope="module")
def _piped(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    place = tmp_path_factory.mktemp("piped")
    ground = Ground(root=place / "fraud", environments=make_environments(place / "environments"))
    projects.make_repository(ground.root, FILES)
    (ground.root / projects.MODEL).unlink()
    projects.dvc(ground.root, "init", "--quiet")
    projects.write(ground.root, {"data/raw.csv": b"1\n2\nx\n"})
    projects.dvc(ground.root, "add", "--quiet", "data/raw.csv")
    command = (sys.executable, "-m", "dvc", "repro")
    path = f"{ground.environments}/old/bin{os.pathsep}{os.environ['PATH']}"
    assert ground.lineage("run", "-q", "--model", "models/base.pkl", "--", *command, env="old", PATH=path).code == 0
    ground.commit("Record the model")
    return ground


@pytest.fixture
def piped(_piped: Ground, tmp_path: Path) -> Ground:
    """A model of a stage that ran in ``old``, everything committed."""
    return moved(_piped, tmp_path / "fraud")


def test_a_stage_that_dvc_takes_for_done_is_forced(piped: Ground) -> None:
    piped.bump()
    old = piped.manifest()
    ended = piped.lineage("retrain", "--format", "json")
    new = piped.manifest()
    assert ended.code == 0
    assert (thaw(new.manifest.run)["command"], new.manifest.parent) == (FORCED, old.id)
    assert [thaw(one.manifest.metrics) for one in (old, new)] == [{"rows": 2, "numpy": 1}, {"rows": 2, "numpy": 2}]
    assert thaw(new.manifest.inputs) == thaw(old.manifest.inputs)
    assert new.manifest.problems == ()
    assert ended.stderr.splitlines()[-1] == f"next: git add dvc.lock {BASE}"
    assert piped.lineage("retrain", "-q").stdout == "pass: no model is due\n"


def test_what_it_is_made_from_is_made_too(piped: Ground) -> None:
    projects.write(piped.root, {"data/raw.csv": b"1\n2\n3\nx\n"})
    projects.dvc(piped.root, "add", "--quiet", "data/raw.csv")
    piped.commit("More data")
    _, document = piped.answer("-q", "models/base", env="old")
    (model,) = document["models"]
    assert (model["state"], model["command"], model["metrics"][1]["observed"]) == ("retrained", WHOLE, "3")


@pytest.mark.slow
def test_where_nothing_of_it_changed_after_all(piped: Ground) -> None:
    piped.change({"clean.sh": b"grep -v x data/raw.csv >data/clean.csv\n"})  # the same content comes out
    code, document = piped.answer("models/base", env="old")
    assert (code, document["models"][0]["command"]) == (0, FORCED)


def test_a_dry_run_names_the_dvc_that_would_run(piped: Ground) -> None:
    ended = piped.lineage("retrain", BASE, "--dry-run", "-q", env="old")
    end = f" {sys.executable} -P -m dvc repro --single-item --force train"
    assert (ended.code, ended.stdout.splitlines()[-1].endswith(end)) == (0, True)


@pytest.mark.slow
def test_the_dvc_of_the_environment_is_taken(piped: Ground, tmp_path: Path) -> None:
    copied = projects.copy(piped.environments, tmp_path / "environments")
    for script in (copied / "old" / "bin").glob("activate*"):
        script.unlink()
    log = tmp_path / "asked"
    projects.script(copied / "old" / "bin" / "dvc", f'echo "$1" >> {log}', f'exec {sys.executable} -m dvc "$@"')
    moved_ground = Ground(root=piped.root, environments=copied)
    assert moved_ground.states(BASE, "-q", env="old") == (0, {"models/base": "retrained"})
    assert log.read_text() == "status\nrepro\n"


@pytest.mark.slow
def test_a_stage_that_fails(piped: Ground) -> None:
    piped.change({"train.py": b"raise SystemExit(7)\n"})
    code, document = piped.answer("-q", "models/base", env="old")
    assert (code, document["models"][0]["state"]) == (1, "failed")
    assert document["models"][0]["detail"].startswith("the command ended with ")


def test_a_pipeline_that_dvc_cannot_read_is_told(piped: Ground) -> None:
    piped.change({"dvc.yaml": FILES["dvc.yaml"].replace(b"deps: [clean.sh, data/raw.csv]", b"deps: [models/base.pkl]")})
    ended = piped.lineage("retrain", BASE, "-q", env="old")
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"lineage: error: {piped.root}: dvc status failed: ")


def test_another_work_tree_gets_what_the_cache_has(piped: Ground, tmp_path: Path) -> None:
    piped.bump()
    place = tmp_path / "elsewhere"
    code, document = piped.answer("--in", place, "-q")
    assert (code, document["models"][0]["command"]) == (0, FORCED)
    assert (place / "data" / "raw.csv").read_bytes() == b"1\n2\nx\n"
    assert git(place, "status", "--short").split() == ["M", "dvc.lock", "M", "metrics.json", "M", BASE]


@pytest.mark.slow
def test_weights_that_link_into_the_cache_are_made_files_before(tmp_path: Path, _piped: Ground) -> None:
    root = tmp_path / "linked"
    ground = Ground(root=root, environments=_piped.environments)
    script = b"import pathlib, numpy\npathlib.Path('models/base.pkl').write_bytes(b'\\x80\\x04K\\x05.')\n"
    projects.make_repository(root, {"train.py": script, "requirements.txt": b"numpy==1.26.4\n", "models/.keep": b""})
    (root / projects.MODEL).unlink()
    projects.dvc(root, "init", "--quiet")
    projects.dvc(root, "config", "cache.type", "symlink")
    projects.write(root, {"models/base.pkl": b"\x80\x04K\x04."})
    projects.dvc(root, "add", "--quiet", "models/base.pkl")
    kept = (root / "models" / "base.pkl").resolve()
    python = ground.environments / "old" / "bin" / "python"
    assert ground.lineage("capture", "models/base.pkl", "-q", "--from", python).code == 0
    ground.commit()
    ended = ground.lineage("retrain", BASE, "--track", "--", "python", "train.py", env="old")
    assert (ended.code, kept.read_bytes()) == (0, b"\x80\x04K\x04.")
    assert ended.stderr.splitlines()[-2:] == [
        "tracking: dvc add models/base.pkl",
        f"next: git add models/base.pkl.dvc {BASE}",
    ]
    assert (root / "models" / "base.pkl").read_bytes() == b"\x80\x04K\x05."
    assert (root / "models" / "base.pkl").is_symlink()


def test_a_stage_without_python_is_not_taken_for_dvc_itself(piped: Ground) -> None:
    pipeline = FILES["dvc.yaml"].replace(b"cmd: python train.py", b"cmd: sh train.sh")
    script = b"printf '\\200\\004K\\002.' > models/base.pkl; echo '{}' > metrics.json\n"
    piped.change({"dvc.yaml": pipeline, "train.sh": script})
    assert piped.states("models/base", "-q", env="old") == (0, {"models/base": "retrained"})
    found = piped.manifest().manifest
    assert [(one.name, one.version) for one in found.environment.packages] == [("numpy", "1.26.4")]
    assert (found.evidence, [one.code for one in found.problems]) == ("asserted", ["run.not-observed"])
