"""Weights that the committed manifest has, captured again without a run: nothing else is made true by that."""

import json
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import InputError
from lineage.model.manifest import Manifest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, dvc, reinstall, run_lineage, site_packages, write
from tests.support.recording import captured, recorded

TOLD = "its weights are those of the committed manifest, but were not made of this: "


@pytest.fixture
def committed(project: Path, environment: Path) -> Path:
    recorded(project, environment)
    projects.commit(project)
    return project


def problems(manifest: Manifest) -> list[tuple[str, str]]:
    return [(one.code, one.detail) for one in manifest.problems if one.code == "weights.not-made-here"]


def refused(root: Path, environment: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        captured(root, environment, **options)
    assert (caught.value.where, caught.value.hint is not None) == (MANIFEST, True)
    assert caught.value.message.startswith(TOLD)
    return caught.value.message.removeprefix(TOLD)


def upgraded(environment: Path, place: Path) -> Path:
    other = projects.copy(environment, place)
    reinstall(site_packages(other), "numpy", "2.0.1")
    return other


def test_to_commit_the_code_and_capture_again_is_honest(project: Path, environment: Path) -> None:
    write(project, {"features.py": b"import numpy\n"})
    first = recorded(project, environment, snapshot_limit=None).manifest
    assert "code.dirty" in {one.code for one in first.problems}
    projects.commit(project)

    again = recorded(project, environment).manifest

    assert ("code.dirty" in {one.code for one in again.problems}, problems(again)) == (False, [])
    before = (project / MANIFEST).read_bytes()
    recorded(project, environment)
    assert (project / MANIFEST).read_bytes() == before


def test_another_environment_is_refused_and_stays_told_where_it_was_forced(
    committed: Path, environment: Path, tmp_path: Path
) -> None:
    other = upgraded(environment, tmp_path / "other")

    assert refused(committed, other) == "numpy 1.26.4 → 2.0.1"
    forced = recorded(committed, other, force=True).manifest
    assert problems(forced) == [("weights.not-made-here", "numpy 1.26.4 → 2.0.1")]
    projects.commit(committed)
    assert f"{MANIFEST}: weights.not-made-here: numpy 1.26.4 → 2.0.1" in run_lineage("check", cwd=committed).stdout
    assert problems(recorded(committed, other).manifest) == problems(forced)

    write(committed, {MODEL: projects.WEIGHTS + b"trained again"})
    assert problems(captured(committed, other).manifest) == []


def test_a_build_a_missing_package_and_other_code_are_named(committed: Path, environment: Path, tmp_path: Path) -> None:
    other = projects.copy(environment, tmp_path / "other")
    reinstall(site_packages(other), "numpy", "1.26.4", content=b"# another build")
    projects.uninstall(site_packages(other), "joblib")
    reinstall(site_packages(other), "plotly", "6.0.0")
    write(committed, {"features.py": b"import numpy\n", "train.py": b"import sklearn\n"})

    assert refused(committed, other) == (
        "joblib 1.4.2 → nothing; numpy 1.26.4 of another build; code features.py is not used any more; "
        "code train.py is another"
    )


def test_the_outputs_of_a_notebook_are_no_other_code(project: Path, environment: Path) -> None:
    def notebook(source: str, output: str) -> bytes:
        cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source, "outputs": [output]}
        return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()

    entry = project / "train.ipynb"
    write(project, {"train.ipynb": notebook("import numpy", "1")})
    projects.commit(project)
    recorded(project, environment, entry=entry)
    projects.commit(project)

    write(project, {"train.ipynb": notebook("import numpy", "2")})
    assert problems(captured(project, environment, entry=entry).manifest) == []
    write(project, {"train.ipynb": notebook("import numpy, json", "2")})
    assert refused(project, environment, entry=entry) == "code train.ipynb is another"


STAGE = "stages:\n  train:\n    cmd: cp {source} models/fraud.pkl\n    deps: [{source}]\n    outs: [models/fraud.pkl]\n"


def test_another_run_of_the_stage_is_one_and_other_inputs_without_one_are_not(project: Path, environment: Path) -> None:
    write(
        project,
        {"first.bin": b"weights", "second.bin": b"weights", "dvc.yaml": STAGE.format(source="first.bin").encode()},
    )
    (project / MODEL).unlink()
    dvc(project, "init", "--quiet")
    dvc(project, "repro", "--quiet")
    projects.commit(project)
    assert set(recorded(project, environment).manifest.inputs) == {"first.bin"}
    projects.commit(project)

    write(project, {"dvc.yaml": STAGE.format(source="second.bin").encode()})
    dvc(project, "repro", "--quiet")
    projects.commit(project)
    again = captured(project, environment).manifest
    assert (set(again.inputs), problems(again)) == ({"second.bin"}, [])

    projects.git(project, "reset", "--quiet", "--hard", "HEAD~1")
    write(project, {"first.bin": b"other data", "dvc.lock": b"schema: '2.0'\nstages: {}\n"})
    assert refused(project, environment) == "input first.bin is another"
