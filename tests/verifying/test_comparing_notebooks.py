"""Notebooks that train: ``check`` and ``verify --code`` compare their code, cell by cell, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, python_of, run_lineage

NOTEBOOK = "nb/train.ipynb"
PERCENT = "nb/train.py"
CELLS = ("import sklearn\nx = 1", "x += 1")


def notebook(*cells: str, **also: object) -> bytes:
    rows = [{"cell_type": "markdown", "id": "m", "source": also.pop("markdown", "# Train"), "metadata": {}}]
    rows += [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], **also} for cell in cells]
    return json.dumps({"cells": rows, "metadata": dict(also), "nbformat": 4, "nbformat_minor": 5}).encode()


def old(*cells: str, **also: object) -> bytes:
    rows = [{"cell_type": "code", "input": cell.splitlines(keepends=True), "outputs": [], **also} for cell in cells]
    return json.dumps({"worksheets": [{"cells": rows}], "metadata": {}, "nbformat": 3}).encode()


def percent(*cells: str, markdown: str = "# Train") -> bytes:
    return "\n".join([f'# %% [markdown]\n"""\n{markdown}\n"""\n', *(f"# %%\n{cell}\n" for cell in cells)]).encode()


TURNED = CELLS[::-1]


@pytest.mark.parametrize(
    ("path", "saved", "same", "other"),
    [
        (NOTEBOOK, notebook(*CELLS), notebook(*CELLS, markdown="# A", execution_count=7, id="x"), notebook(*TURNED)),
        (NOTEBOOK, old(*CELLS), old(*CELLS, prompt_number=3), old(*TURNED)),
        (NOTEBOOK, old(*CELLS), notebook(*CELLS), notebook(*CELLS, "x += 1")),
        (PERCENT, percent(*CELLS), percent(*CELLS, markdown="# A"), percent(*TURNED)),
    ],
    ids=["nbformat 4", "nbformat 3", "converted", "py:percent"],
)
def test_what_counts_of_a_notebook(
    project: Path, environment: Path, tmp_path: Path, path: str, saved: bytes, same: bytes, other: bytes
) -> None:
    projects.write(project, {path: saved})
    head = projects.commit(project)
    ended = run_lineage("capture", MODEL, "--entry", path, "--from", f"python:{python_of(environment)}", cwd=project)
    assert ended.code == 0, ended.stderr
    projects.commit(project)
    blob = projects.git(project, "rev-parse", f"{head}:{path}")
    assert f'"{path}" = "{blob}"\n' in (project / MANIFEST).read_text()

    for number, (content, code) in enumerate(((same, 0), (other, 1))):
        served = tmp_path / f"served-{number}"
        shutil.copytree(project, served, ignore=shutil.ignore_patterns(".git"))
        projects.write(served, {path: content})
        target = ("--against", f"dir:{environment}", "--code", str(served))
        verified = run_lineage("verify", MANIFEST, *target, "--format", "json", cwd=project)
        found = [one["subject"] for one in json.loads(verified.stdout)["findings"] if one["severity"] == "fail"]
        assert (verified.code, found) == (code, [f"code:{path}"] * code)

        projects.write(project, {path: content})
        projects.commit(project)
        checked = run_lineage("check", "--format", "json", cwd=project)
        assert (checked.code, json.loads(checked.stdout)["models"][0]["action"]) == (code, ("none", "retrain")[code])
