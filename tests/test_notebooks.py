"""Real notebooks in a real kernel, and IPython's own prompt: what their cells import is the model's."""

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from lineage.store.files import read_manifest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, python_of, run_lineage

pytestmark = pytest.mark.slow

_SURROUNDINGS = dict(os.environ)
"""Before a test isolates itself: an installer needs what the user has set for it."""
_NEEDED = ("ipython", "ipykernel", "nbconvert", "click", "gitpython", "packaging", "ruamel.yaml", "tomlkit")
"""The notebooks, and what this tool loads in the process that calls it."""

IMPORTS = ("%%time\nimport bs4, pathlib, sys", "sys.path.insert(0, '../lib')\nimportlib = __import__('importlib')")
STEPS = (
    "importlib.import_module('st' + 'eps')\n!true",
    f"pathlib.Path('../{MODEL}').write_bytes(b'\\x80\\x04K\\x01.')",
)
CELLS = (*IMPORTS, *STEPS)
CAPTURE = f"import lineage\nstored = lineage.capture('../{MODEL}')"
FILES = {"lib/steps.py": b"import traitlets.config\n", ".gitignore": b".ipynb_checkpoints/\n"}
CODE = ["lib/steps.py", "nb/train.ipynb"]
ALONE = {"beautifulsoup4": "imported", "traitlets": "imported", "ipykernel": "loaded", "nbconvert": "present"}
WATCHED = {**ALONE, "nbconvert": "loaded"}
"""The run is all processes, the one that starts the kernel too."""


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with notebooks."""
    home = tmp_path_factory.mktemp("jupyter") / "env"
    venv.EnvBuilder(with_pip=True, symlinks=True).create(home)
    command = [str(python_of(home)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_NEEDED]
    subprocess.run(command, env=_SURROUNDINGS, check=True, capture_output=True, timeout=600)
    return home


def repository(tmp_path: Path, *cells: str) -> Path:
    root = projects.make_repository(tmp_path / "fraud", FILES)
    blank: dict[str, object] = {"metadata": {}, "outputs": [], "execution_count": None, "cell_type": "code"}
    document = {
        "cells": [{**blank, "id": f"c{number}", "source": cell} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    projects.write(root, {"nb/train.ipynb": json.dumps(document).encode()})
    projects.commit(root)
    return root


def convert(jupyter: Path, tmp_path: Path, *notebooks: str) -> list[str]:
    out = ["--to", "notebook", "--output", str(tmp_path / "out.ipynb")]
    return [str(jupyter / "bin" / "jupyter"), "nbconvert", "--execute", *out, *notebooks]


def surroundings(jupyter: Path) -> dict[str, str]:
    return projects.surroundings({"PATH": f"{jupyter / 'bin'}:{os.environ['PATH']}"})


def told(root: Path) -> tuple[dict[str, str], list[str], list[Problem]]:
    """Uses, first-party files and problems, but for how the tool itself is installed here."""
    manifest: Manifest = read_manifest(root / MANIFEST).manifest
    known = {one.name: one.use for one in manifest.environment.packages}
    problems = [one for one in manifest.problems if one.subject != "module:lineage"]
    return {name: known[name] for name in ALONE}, [path for path, _ in manifest.code.files], problems


def watched(root: Path, jupyter: Path, command: list[str]) -> Ended:
    ended = run_lineage("run", "--", *command, cwd=root / "nb", env=surroundings(jupyter))
    assert ended.code == 0, ended.stderr
    return ended


def test_a_notebook_that_captures_its_model(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE)

    command = convert(jupyter, tmp_path, "train.ipynb")
    done = subprocess.run(command, cwd=root / "nb", env=surroundings(jupyter), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    dynamic = "cell 3, line 1: importlib.import_module cannot be followed"
    uses, files, problems = told(root)
    assert (uses, files) == ({**ALONE, "ipykernel": "unknown"}, CODE)
    assert problems == [Problem("use.dynamic-import", "code:nb/train.ipynb", dynamic)]


def test_the_same_while_its_run_is_watched(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE)
    watched(root, jupyter, convert(jupyter, tmp_path, "train.ipynb"))

    assert told(root) == (WATCHED, CODE, [])


def test_a_watched_notebook_is_named_by_its_command(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS)
    ended = watched(root, jupyter, convert(jupyter, tmp_path, "train.ipynb"))

    assert "entry: nb/train.ipynb (named)\n" in ended.stderr
    assert told(root) == (WATCHED, CODE, [])


def test_a_watched_notebook_that_nothing_names(jupyter: Path, tmp_path: Path) -> None:
    """What its cells imported was seen; what others had imported before them was not."""
    root = repository(tmp_path, *CELLS)
    script = projects.script(tmp_path / "all", 'exec "$@" *.ipynb')
    watched(root, jupyter, [str(script), *convert(jupyter, tmp_path)])

    uses, files, problems = told(root)
    assert (uses, files) == ({**WATCHED, "ipykernel": "unknown", "nbconvert": "unknown"}, CODE[:1])
    detail = "what was typed is not known: neither its text nor all that it imported is recorded"
    assert problems == [Problem("code.session-not-recorded", "session", detail)]


def test_the_prompt_of_ipython(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE)
    (root / "nb" / "train.ipynb").unlink()
    projects.commit(root)
    lines = [*CELLS[1:], "import bs4", CAPTURE]
    typed = "\n".join(["import sys, pathlib", *(line for one in lines for line in one.split("\n"))]) + "\n"
    command = [str(python_of(jupyter)), "-m", "IPython", "--simple-prompt", "--no-confirm-exit"]

    done = subprocess.run(
        command, cwd=root / "nb", env=surroundings(jupyter), input=typed, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    uses, files, problems = told(root)
    assert (uses, files) == ({**ALONE, "ipykernel": "present"}, CODE[:1])
    assert [one.code for one in problems] == ["code.session-not-recorded", "use.dynamic-import"]
