"""``lineage.capture`` in a process that did not write the weights: a capture afterwards, and no way round its rules."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from tests.support import projects
from tests.support.projects import MANIFEST, SOURCE, Ended, reinstall

TRAIN = b"""
import pathlib, pickle
import sklearn
import features
import lineage

pathlib.Path("models/fraud.pkl").write_bytes(pickle.dumps("trained"))
lineage.capture("models/fraud.pkl")
"""
AFTERWARDS = b"""
import lineage

try:
    print(lineage.capture("models/fraud.pkl", entry="train.py", force=%s).manifest.evidence)
except lineage.LineageError as error:
    print(error.message)
"""
WROTE = """
import os, pathlib, subprocess, sys, time
from lineage.running.session import wrote

def told(*names):
    print(*names, wrote([pathlib.Path(name) for name in names]))

told("old.bin")
told("old")
pathlib.Path("new.bin").write_bytes(b"new")
told("new.bin")
told("new.bin", "old.bin")
pathlib.Path("old/new.bin").write_bytes(b"new")
told("old")
subprocess.run(["sh", "-c", "head -c 300000 /dev/zero > child.bin"], check=True)
told("child.bin")
whole = int(time.time()) * 10**9
os.utime("new.bin", ns=(whole, whole))
told("new.bin")
os.rename("old.bin", "moved.bin")
told("moved.bin")
pathlib.Path("large.bin").touch()
os.truncate("large.bin", 1 << 30)
told("large.bin")
told("none.bin")
del time.CLOCK_BOOTTIME
told("new.bin")
"""
"""A file that is made larger without a write stands for one that another process wrote meanwhile."""


def run(root: Path, site: Path, *arguments: str) -> Ended:
    env = projects.surroundings({"PYTHONPATH": f"{SOURCE}:{site}", "NO_COLOR": "1"})
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True)
    return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


@pytest.fixture
def trained(project: Path, site: Path) -> Path:
    """A project whose training captured its own model, committed; ``after.py`` only captures."""
    files = {"train.py": TRAIN, "after.py": AFTERWARDS % b"False", "forced.py": AFTERWARDS % b"True"}
    projects.write(project, files)
    projects.commit(project)
    assert run(project, site, "train.py") == Ended(code=0, stdout="", stderr="")
    projects.commit(project)
    return project


def test_what_did_not_train_makes_no_other_environment_true(trained: Path, site: Path) -> None:
    before = (trained / MANIFEST).read_bytes()
    reinstall(site, "numpy", "2.0.1")

    told = "its weights are those of the committed manifest, but were not made of this: numpy 1.26.4 → 2.0.1\n"
    assert run(trained, site, "after.py") == Ended(code=0, stdout=told, stderr="")
    assert (trained / MANIFEST).read_bytes() == before
    assert run(trained, site, "forced.py").stdout == "asserted\n"
    problems = read_manifest(trained / MANIFEST).manifest.problems
    assert ("weights.not-made-here", "numpy 1.26.4 → 2.0.1") in {(one.code, one.detail) for one in problems}


def test_to_train_again_in_another_environment_is_honest_though_the_weights_are_the_same(
    trained: Path, site: Path
) -> None:
    reinstall(site, "numpy", "2.0.1")

    assert run(trained, site, "train.py") == Ended(code=0, stdout="", stderr="")
    manifest = read_manifest(trained / MANIFEST).manifest
    assert (manifest.evidence, [one.code for one in manifest.problems if one.code.startswith("weights")]) == (
        "observed",
        [],
    )


def test_what_is_used_is_what_the_named_script_imports(trained: Path, site: Path) -> None:
    assert run(trained, site, "after.py").stdout == "asserted\n"

    manifest = read_manifest(trained / MANIFEST).manifest
    known = {one.name: one.use for one in manifest.environment.packages if one.name in projects.PACKAGES}
    assert known == {"numpy": "imported", "scikit-learn": "imported", "joblib": "required", "plotly": "present"}


def test_a_process_wrote_what_is_younger_than_it_and_no_larger_than_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for name in ("old.bin", "old/old.bin"):
        (tmp_path / name).write_bytes(b"old")
        os.utime(tmp_path / name, (time.time() - 1, time.time() - 1))
    (tmp_path / "wrote.py").write_text(WROTE)

    ended = run(tmp_path, tmp_path, "wrote.py")

    assert (ended.stdout.splitlines(), ended.stderr) == (
        [
            "old.bin False",
            "old False",
            "new.bin True",
            "new.bin old.bin None",
            "old None",
            "child.bin True",
            "new.bin True",
            "moved.bin False",
            "large.bin False",
            "none.bin False",
            "new.bin None",
        ],
        "",
    )
