"""Real notebooks in a real kernel, and IPython's own prompt: what their cells import is the model's."""

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from lineage.code.notebooks.cells import as_notebook
from lineage.code.same_code import is_same_code
from lineage.manifest.files import read_manifest
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, python_of, run_lineage

pytestmark = pytest.mark.slow

_SURROUNDINGS = dict(os.environ)
"""Before a test isolates itself: an installer needs what the user has set for it."""
_NEEDED = (
    "ipython",
    "ipykernel",
    "nbconvert",
    "papermill",
    "jupytext",
    "click",
    "gitpython",
    "packaging",
    "pyyaml",
    "tomli",
    "tomlkit",
)
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
DYNAMIC = "cell 3, line 1: importlib.import_module cannot be followed"


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
    out = ["--to", "notebook", "--output-dir", str(tmp_path)]
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
    uses, files, problems = told(root)
    assert (uses, files) == ({**ALONE, "ipykernel": "unknown"}, CODE)
    assert problems == [Problem("use.dynamic-import", "code:nb/train.ipynb", DYNAMIC)]


def test_the_same_while_its_run_is_watched(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE)
    watched(root, jupyter, convert(jupyter, tmp_path, "train.ipynb"))

    assert told(root) == (WATCHED, CODE, [])


def test_a_watched_notebook_is_named_by_its_command(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS)
    ended = watched(root, jupyter, convert(jupyter, tmp_path, "train.ipynb"))

    assert "entry: nb/train.ipynb (named)\n" in ended.stderr
    assert told(root) == (WATCHED, CODE, [])


@pytest.mark.parametrize("several", [False, True], ids=["none named", "two named"])
def test_a_watched_notebook_that_nothing_names(jupyter: Path, tmp_path: Path, several: bool) -> None:
    """What its cells imported was seen; what others had imported before them was not."""
    root = repository(tmp_path, *CELLS)
    script = projects.script(tmp_path / "all", 'exec "$@" *.ipynb')
    if several:
        projects.write(root, {"nb/a.ipynb": as_notebook(["import json"])})
    names = ["a.ipynb", "train.ipynb"] if several else []
    watched(root, jupyter, [str(script)] * (not several) + convert(jupyter, tmp_path, *names))

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
    assert [one.code for one in problems] == ["code.interactive", "use.dynamic-import"]


PARAMETERS = f"epochs = 1\n{IMPORTS[1]}"
SERIES = """
import json, sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")
for cell in json.load(sys.stdin):
    reply = client.execute_interactive(cell, output_hook=lambda message: None)
    if reply["content"]["status"] != "ok":
        sys.exit("\\n".join(reply["content"]["traceback"]))
client.stop_channels()
manager.shutdown_kernel()
"""
"""Runs cells in a kernel, in the order in which they are given."""


def interactive(subject: str, detail: str, executed: str) -> Problem:
    return Problem("code.interactive", subject, f"{detail}; the snapshot has what ran: .lineage/executed/{executed}")


def in_a_kernel(root: Path, jupyter: Path, *cells: str) -> None:
    done = subprocess.run(
        [str(python_of(jupyter)), "-c", SERIES],
        cwd=root / "nb",
        env=surroundings(jupyter),
        input=json.dumps(cells),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_cells_run_in_a_kernel_as_people_do(jupyter: Path, tmp_path: Path) -> None:
    """Turned round, edited after they ran, and run again; what ran can be run as it is kept."""
    root = repository(tmp_path, *CELLS, CAPTURE, "never = 'run'")
    wrong = CELLS[2].replace("!true", "!false")
    order = (CELLS[0], CELLS[1], wrong, CELLS[3], CELLS[2], CELLS[3], "%reset_selective -f unused", CAPTURE)

    in_a_kernel(root, jupyter, *order)

    manifest = read_manifest(root / MANIFEST).manifest
    detail = (
        "8 cells ran: In [3] and In [7] do not stand in it as they ran; In [5] stands before what ran earlier; "
        "In [6] ran what had run already"
    )
    assert interactive("nb/train.ipynb", detail, "nb/train.ipynb") in manifest.problems
    kept = projects.git(root, "show", f"{manifest.code.commit}:.lineage/executed/nb/train.ipynb")
    assert ["".join(cell["source"]) for cell in json.loads(kept)["cells"]] == [*order]
    projects.write(root, {"nb/again.ipynb": kept.encode()})
    done = subprocess.run(
        convert(jupyter, tmp_path, "again.ipynb"), cwd=root / "nb", env=surroundings(jupyter), capture_output=True
    )
    assert (done.returncode, b"MissingIDFieldWarning" in done.stderr) == (0, False), done.stderr


def test_cells_run_one_after_another_are_the_notebook(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE, "never = 'run'")

    in_a_kernel(root, jupyter, *CELLS, CAPTURE)

    assert told(root)[1:] == (CODE, [Problem("use.dynamic-import", "code:nb/train.ipynb", DYNAMIC)])
    assert read_manifest(root / MANIFEST).manifest.code.commit == projects.git(root, "rev-parse", "HEAD")


def test_history_that_was_forgotten(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, *CELLS, CAPTURE)

    in_a_kernel(root, jupyter, "import numbers", "%reset -f in", "", "%reset -f", *CELLS, CAPTURE)

    detail = (
        "8 cells ran: In [3] does not stand in it as it ran; 2 are not kept any more (%reset), nor what was imported "
        "there"
    )
    assert interactive("nb/train.ipynb", detail, "nb/train.ipynb") in told(root)[2]


def test_a_notebook_that_is_executed_in_its_own_place(jupyter: Path, tmp_path: Path) -> None:
    """Its outputs are written into it: they are no other code."""
    root = repository(tmp_path, *CELLS)
    before = projects.git(root, "rev-parse", "HEAD:nb/train.ipynb")
    command = [str(jupyter / "bin" / "jupyter"), "nbconvert", "--execute", "--inplace", "--to", "notebook"]

    watched(root, jupyter, [*command, "train.ipynb"])

    manifest = read_manifest(root / MANIFEST).manifest
    assert told(root) == (WATCHED, CODE, [])
    assert (dict(manifest.code.files)["nb/train.ipynb"], manifest.code.is_snapshot) == (before, False)
    assert projects.git(root, "hash-object", "nb/train.ipynb") != before


@pytest.mark.parametrize("cells", [(), (CAPTURE,)], ids=["named by the command", "captures"])
def test_papermill_puts_its_parameters_in(jupyter: Path, tmp_path: Path, cells: tuple[str, ...]) -> None:
    root = repository(tmp_path, IMPORTS[0], PARAMETERS, *STEPS, *cells)
    command = [str(jupyter / "bin" / "papermill"), "-p", "epochs", "2", "train.ipynb", "a-out.ipynb"]

    watched(root, jupyter, command)

    assert told(root)[1:] == (CODE, [])
    assert "epochs = 2" in (root / "nb/a-out.ipynb").read_text()


def test_what_papermill_puts_in_is_known_to_no_command(jupyter: Path, tmp_path: Path) -> None:
    root = repository(tmp_path, IMPORTS[0], PARAMETERS, *STEPS, CAPTURE)
    command = [str(jupyter / "bin" / "papermill"), "-p", "epochs", "2", "train.ipynb", "a-out.ipynb"]

    done = subprocess.run(command, cwd=root / "nb", env=surroundings(jupyter), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    detail = "6 cells ran: In [1] does not stand in it as it ran"
    assert interactive("nb/train.ipynb", detail, "nb/train.ipynb") in told(root)[2]


@pytest.mark.parametrize("markers", ["+", '"""'])
def test_notebooks_that_are_python_files(jupyter: Path, tmp_path: Path, markers: str) -> None:
    """Written by jupytext, whose cells of Markdown may be comments or strings."""

    def written(*cells: tuple[str, str]) -> bytes:
        rows = [json.loads(as_notebook([source]))["cells"][0] | {"cell_type": kind} for kind, source in cells]
        document = json.loads(as_notebook([])) | {"cells": rows}
        options = ["--from", "ipynb", "--to", "py:percent", "--opt", f"cell_markers={markers}"]
        done = subprocess.run(
            [str(jupyter / "bin" / "jupytext"), *options, "-o", "-"],
            env=surroundings(jupyter),
            input=json.dumps(document).encode(),
            check=True,
            capture_output=True,
        )
        return done.stdout

    first, second = ("code", "import json\nx = 1"), ("code", "x += 1")
    saved = written(("markdown", "# Fraud\nwords"), first, second)

    assert is_same_code("train.py", saved, written(("markdown", "# Other words"), first, ("markdown", "more"), second))
    assert not is_same_code("train.py", saved, written(("markdown", "# Fraud\nwords"), second, first))
