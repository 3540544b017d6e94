"""``lineage.capture`` where no script runs: what a session keeps is read as its code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lineage
from lineage.manifest.files import read_manifest
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, SOURCE, install
from tests.support.sessions import CELLS, notebook, problems, ran

USES = {"numpy": "imported", "scikit-learn": "imported", "joblib": "imported", "plotly": "present"}


def uses(manifest: Manifest) -> dict[str, str]:
    return {one.name: one.use for one in manifest.environment.packages if one.name in projects.PACKAGES}


def interactive(subject: str, detail: str, executed: str) -> Problem:
    detail = f"{detail}; the snapshot has what ran: .lineage/executed/{executed}"
    return Problem("code.interactive", subject, detail)


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_the_notebook_that_holds_the_cells_is_the_code(project: Path, site: Path, watched: bool) -> None:
    projects.write(project, {"fraud.ipynb": notebook(CELLS), "other.ipynb": notebook(CELLS[:2])})
    projects.commit(project)

    manifest = ran(project, site, CELLS, watched=watched)

    assert (uses(manifest), problems(manifest), manifest.evidence) == (USES, [], "observed")
    assert [path for path, _ in manifest.code.files] == ["features.py", "fraud.ipynb"]


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_cells_that_stand_nowhere_are_traced_but_not_recorded(project: Path, site: Path, watched: bool) -> None:
    manifest = ran(project, site, CELLS, watched=watched)

    detail = "3 cells ran: no notebook of the repository holds In [1], In [2] and In [3]"
    assert (uses(manifest), problems(manifest)) == (USES, [interactive("session", detail, "session.ipynb")])
    assert [path for path, _ in manifest.code.files] == ["features.py"]
    assert "write_bytes" not in (project / MANIFEST).read_text()


def test_a_notebook_that_the_surroundings_name_and_that_was_not_saved(project: Path, site: Path) -> None:
    projects.write(project, {"fraud.ipynb": notebook(CELLS[1:])})
    projects.commit(project)

    manifest = ran(project, site, CELLS, {"JPY_SESSION_NAME": str(project / "fraud.ipynb")})

    detail = "3 cells ran: In [1] does not stand in it as it ran"
    assert (uses(manifest), problems(manifest)) == (USES, [interactive("fraud.ipynb", detail, "fraud.ipynb")])
    assert [path for path, _ in manifest.code.files] == ["features.py", "fraud.ipynb"]


def test_cells_that_were_forgotten_leave_the_use_open(project: Path, site: Path) -> None:
    install(site, "plots", "1.0")
    forget = "names = vars(__import__('sys').modules['__main__'])\nnames['_ih'][1] = names['_i1'] = ''"
    projects.write(project, {"fraud.ipynb": notebook((forget, *CELLS))})
    projects.commit(project)

    manifest = ran(project, site, ("import plots", forget, *CELLS))

    detail = "5 cells ran: 1 is not kept any more (%reset), nor what was imported there"
    assert problems(manifest) == [interactive("fraud.ipynb", detail, "fraud.ipynb")]
    known = {one.name: one.use for one in manifest.environment.packages}
    assert ({**uses(manifest), "plots": known["plots"]}) == {**USES, "plots": "unknown"}


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_what_cells_import_by_computed_names_is_seen_while_watched(project: Path, site: Path, watched: bool) -> None:
    install(site, "plots", "1.0", content=b"import colours\n")
    install(site, "colours", "2.0")
    cells = (*CELLS[:2], "importlib.import_module('plo' + 'ts')", CELLS[2])
    projects.write(project, {"fraud.ipynb": notebook(cells)})
    projects.commit(project)

    manifest = ran(project, site, cells, watched=watched)

    known = {one.name: one.use for one in manifest.environment.packages}
    dynamic = Problem(
        "use.dynamic-import", "code:fraud.ipynb", "cell 3, line 1: importlib.import_module cannot be followed"
    )
    assert ((known["plots"], known["colours"]), problems(manifest)) == (
        (("imported", "loaded"), []) if watched else (("unknown", "unknown"), [dynamic])
    )


def test_python_s_own_prompt_keeps_nothing(project: Path, site: Path) -> None:
    """What is loaded is known, and what the first-party files that are loaded import; not who imported the rest."""
    (project / "train.py").unlink()
    projects.commit(project)
    typed = "\n".join(["import plotly", *CELLS]).replace("%%time\n", "").replace("\nlineage", "\n_ = lineage")
    environment = projects.surroundings({"PYTHONPATH": f"{SOURCE}:{site}"})

    done = subprocess.run(
        [sys.executable, "-i"], cwd=project, env=environment, input=typed + "\n", capture_output=True, text=True
    )

    assert done.returncode == 0
    assert "Error" not in done.stderr
    manifest = read_manifest(project / MANIFEST).manifest
    detail = "what was typed is not known: neither its text nor all that it imported is recorded"
    assert problems(manifest) == [Problem("code.session-not-recorded", "session", detail)]
    assert uses(manifest) == {**dict.fromkeys(USES, "unknown"), "numpy": "imported"}
    assert [path for path, _ in manifest.code.files] == ["features.py"]


def test_own_modules_that_were_loaded_by_computed_names_are_followed(project: Path, site: Path) -> None:
    train = "import importlib\nimportlib.import_module('steps.' + 'plotly')\nimport lineage\n" + CELLS[2]
    train = f"import pathlib, sys\nsys.path.insert(0, 'lib')\nimport own\n{train}"
    step = b"import plotly\nimport numpy\n"
    projects.write(project, {"train.py": train.encode(), "lib/steps/plotly.py": step, "lib/own.py": b""})
    projects.commit(project)
    environment = projects.surroundings({"PYTHONPATH": f"{SOURCE}:{site}"})

    subprocess.run([sys.executable, "train.py"], cwd=project, env=environment, check=True, capture_output=True)

    manifest = read_manifest(project / MANIFEST).manifest
    assert uses(manifest) == {**USES, "plotly": "imported", "scikit-learn": "present"}
    assert [path for path, _ in manifest.code.files] == ["lib/own.py", "lib/steps/plotly.py", "train.py"]
    dynamic = Problem("use.dynamic-import", "code:train.py", "line 5: importlib.import_module cannot be followed")
    assert problems(manifest) == [dynamic]


def test_the_session_of_this_process_is_none_while_a_script_runs() -> None:
    question = "from lineage.running.session import observe_session as s; print(s())"
    program = os.path.join(os.path.dirname(lineage.__file__), "__main__.py")  # noqa: PTH118, PTH120
    code = f"__file__ = {program!r}; {question}"

    done = subprocess.run(
        [sys.executable, "-c", code], env=projects.surroundings(), check=True, capture_output=True, text=True
    )

    assert done.stdout == "None\n"
