"""The composite action of this repository, run step by step as a job of GitHub would."""

import sys
from pathlib import Path

import pytest

from tests.support.cimachine import Supplies
from tests.support.ciorigin import REQUIREMENTS, edited, merged
from tests.support.githubci import Event, Host, Job, run_action
from tests.support.projects import SOURCE, git, write

NUMPY = REQUIREMENTS.replace(b"numpy==1.26.4", b"numpy==2.0.1")
LINTER = REQUIREMENTS.replace(b"ruff==0.4.0", b"ruff==0.5.0")

BACKEND = """
import zipfile, pathlib
START = "import sys; sys.path.insert(0, {source!r}); from lineage.cli.main import main; main()"
INFO = "model_lineage-0.dist-info"
FILES = {{
    "lineage/__main__.py": "import os, sys\\n"
    "os.execv({python!r}, [{python!r}, '-P', '-c', %r, *sys.argv[1:]])\\n" % START,
    INFO + "/METADATA": "Metadata-Version: 2.1\\nName: model-lineage\\nVersion: 0\\n",
    INFO + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    INFO + "/RECORD": "",
}}
def build_wheel(directory, settings=None, metadata=None):
    name = "model_lineage-0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory, name), "w") as archive:
        for path, text in FILES.items():
            archive.writestr(path, text)
    return name
"""
"""It builds a wheel whose module is the tool under test: what this repository needs is nowhere to be had offline."""


def act(root: Path, tmp_path: Path, supplies: Supplies, before: str, **inputs: str) -> Job:
    project = b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    backend = BACKEND.format(source=str(SOURCE), python=sys.executable)
    write(tmp_path / "action", {"pyproject.toml": project, "backend.py": backend.encode()})
    where = Host(origin=root, place=tmp_path / "machines", supplies=supplies, action_path=tmp_path / "action")
    event = Event(name="push", sha=git(root, "rev-parse", "main"), ref="refs/heads/main", payload={"before": before})
    return run_action((SOURCE / "action.yml").read_text(), event, where, inputs)


@pytest.mark.parametrize(("block", "conclusion", "code"), [("false", "success", 0), ("true", "failure", 1)])
def test_what_a_push_makes_due_is_an_output(
    block: str, conclusion: str, code: int, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    before, _ = merged(root)

    job = act(root, tmp_path, supplies, before, block=block)

    assert (job.conclusion, job.outputs) == (conclusion, {"due": '["models/fraud"]', "verdict": "fail"})
    assert job.step("Check every model").code == code
    assert job.steps[-1].name == "Check every model"


@pytest.mark.slow
def test_a_range_may_be_named(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    before, after = merged(root)

    job = act(root, tmp_path, supplies, before, revisions=f"{after}..{after}", block="true")

    assert (job.conclusion, job.outputs) == ("success", {"due": "[]", "verdict": "pass"})


@pytest.mark.slow
def test_a_name_that_is_shell_is_only_text(origin: Path, tmp_path: Path, supplies: Supplies) -> None:
    root = edited(origin, tmp_path / "root", LINTER)
    before, _ = merged(root)

    job = act(root, tmp_path, supplies, before, revisions='$(touch x); "main..HEAD')

    assert job.conclusion == "failure"
    checked = job.step("Check every model")
    assert (checked.code, checked.stdout) == (2, "")
    assert not (tmp_path / "machines/machine-action/work/x").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("block", "conclusion"), [("false", "success"), ("true", "failure")])
def test_a_target_is_verified_too(
    block: str, conclusion: str, origin: Path, tmp_path: Path, supplies: Supplies
) -> None:
    root = edited(origin, tmp_path / "root", NUMPY)
    _, after = merged(root)

    job = act(root, tmp_path, supplies, after, against="lock:requirements.txt", block=block)

    assert job.conclusion == conclusion
    verified = job.step("Verify every model")
    assert verified.stdout.count("title=lineage verify::") == 2
