"""What a session ran and no file holds as it ran: kept in the snapshot, beside the files of the work tree."""

import json
from pathlib import Path

import pytest

from lineage.code.notebooks.cells import as_notebook
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.gitrepos import git
from tests.support.projects import MANIFEST, MODEL
from tests.support.randomtrees import of_user
from tests.support.sessions import CELLS, notebook, problems, ran

TURNED = (CELLS[1], CELLS[0], CELLS[2])
ORDER = "3 cells ran: In [2] stands before what ran earlier"
KEPT = ".lineage/executed/nb/fraud.ipynb"


@pytest.fixture
def saved(project: Path) -> Path:
    projects.write(project, {"nb/fraud.ipynb": notebook(CELLS), ".git/info/exclude": b"__pycache__/\n"})
    projects.commit(project)
    return project


def interactive(told: str) -> Problem:
    return Problem("code.interactive", "nb/fraud.ipynb", f"{ORDER}; {told}")


def files(root: Path, manifest: Manifest) -> list[str]:
    """What the commit of a manifest has, and HEAD does not."""
    base = git(root, "ls-tree", "-r", manifest.code.base).splitlines()
    rows = git(root, "ls-tree", "-r", manifest.code.commit or "").splitlines()
    return [row.partition("\t")[2] for row in rows if row not in base]


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_what_ran_in_another_order_is_kept_of_a_clean_tree(saved: Path, site: Path, watched: bool) -> None:
    before = of_user(saved)

    manifest = ran(saved, site, TURNED, watched=watched)

    assert problems(manifest) == [interactive(f"the snapshot has what ran: {KEPT}")]
    assert (manifest.code.base, manifest.code.is_snapshot) == (git(saved, "rev-parse", "HEAD"), True)
    assert files(saved, manifest) == [KEPT]
    assert git(saved, "cat-file", "blob", f"{manifest.code.commit}:{KEPT}") + "\n" == as_notebook(TURNED).decode()
    assert git(saved, "rev-parse", f"{manifest.code.commit}^{{tree}}") == manifest.code.tree
    assert git(saved, "rev-parse", f"refs/lineage/{manifest.code.commit}^") == manifest.code.base
    assert git(saved, "show", "-s", "--format=%an %ae %aD", manifest.code.commit or "").endswith(
        git(saved, "show", "-s", "--format=%cD")
    )
    (saved / MANIFEST).unlink()
    projects.write(saved, {MODEL: projects.WEIGHTS})
    assert of_user(saved) == before
    assert dict(manifest.code.files)["nb/fraud.ipynb"] == git(saved, "rev-parse", "HEAD:nb/fraud.ipynb")
    assert ran(saved, site, TURNED, watched=watched).code.commit == manifest.code.commit


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_of_a_dirty_tree_the_snapshot_has_both(saved: Path, site: Path, watched: bool) -> None:
    projects.write(saved, {"features.py": b"import numpy\nSIZE = 9\n"})

    manifest = ran(saved, site, TURNED, watched=watched)

    assert files(saved, manifest) == [KEPT, "features.py"]
    assert dict(manifest.code.files)["features.py"] == git(saved, "rev-parse", f"{manifest.code.commit}:features.py")
    assert git(saved, "rev-parse", f"{manifest.code.commit}^") == manifest.code.base


def test_a_notebook_run_from_its_first_cell_on_makes_no_snapshot(project: Path, site: Path) -> None:
    projects.write(project, {"nb/fraud.ipynb": notebook((*CELLS, "model.plot()"))})
    head = projects.commit(project)

    manifest = ran(project, site, CELLS)

    assert (problems(manifest), manifest.code.commit) == ([], head)
    assert git(project, "for-each-ref", "refs/lineage") == ""


def test_of_two_notebooks_the_one_that_git_tracks_is_it(saved: Path, site: Path) -> None:
    projects.write(saved, {"a.ipynb": notebook(CELLS)})

    assert [path for path, _ in ran(saved, site, CELLS).code.files] == ["features.py", "nb/fraud.ipynb"]


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_a_secret_is_not_kept(saved: Path, site: Path, watched: bool) -> None:
    token = "gh" + "p_" + "a1" * 18
    cells = (*TURNED[:2], f"token = {token!r}", TURNED[2])

    manifest = ran(saved, site, cells, watched=watched)

    detail = (
        "4 cells ran: In [3] does not stand in it as it ran; In [2] stands before what ran earlier; "
        "what ran is not kept: In [3] holds what looks like a GitHub token"
    )
    assert problems(manifest) == [Problem("code.interactive", "nb/fraud.ipynb", detail)]
    assert (manifest.code.commit, manifest.code.is_snapshot) == (manifest.code.base, False)
    assert git(saved, "for-each-ref", "refs/lineage") == ""
    assert token not in git(saved, "cat-file", "--batch", "--batch-all-objects")


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "watched"])
def test_without_a_snapshot_nothing_is_kept(saved: Path, site: Path, watched: bool) -> None:
    cells = (*TURNED[:2], TURNED[2].replace(f"capture({MODEL!r})", f"capture({MODEL!r}, snapshot=False)"))
    projects.write(saved, {"nb/fraud.ipynb": notebook((cells[1], cells[0], cells[2]))})
    projects.commit(saved)

    manifest = ran(saved, site, cells, watched=watched)

    assert problems(manifest) == [interactive("what ran is not kept: no snapshot was asked for")]
    assert git(saved, "for-each-ref", "refs/lineage") == ""


def test_a_run_without_a_snapshot_keeps_nothing_either(saved: Path, site: Path) -> None:
    manifest = ran(saved, site, TURNED, watched=True, options=["--no-snapshot"])

    assert problems(manifest) == [interactive("what ran is not kept: no snapshot was asked for")]
    assert manifest.code.commit == manifest.code.base


def test_outputs_that_are_saved_while_it_runs_are_no_other_code(project: Path, site: Path) -> None:
    save = "path = pathlib.Path('nb/fraud.ipynb')\npath.write_text(path.read_text().replace('# Fr' + 'aud', '# Saved'))"
    more = f"{save}\npath.write_text(path.read_text().replace('import jo' + 'blib', 'import plotly, joblib'))"
    for edit, expected in ((save, []), (more, ["code.changed-during-run", "code.interactive"])):
        cells = (*CELLS[:2], edit, CELLS[2])
        projects.write(project, {"nb/fraud.ipynb": notebook(cells)})
        projects.commit(project)

        manifest = ran(project, site, cells, watched=True)

        assert [one.code for one in problems(manifest)] == expected
        assert dict(manifest.code.files)["nb/fraud.ipynb"] == git(project, "rev-parse", "HEAD:nb/fraud.ipynb")


def test_where_it_cannot_be_written_the_problem_says_why(saved: Path, site: Path) -> None:
    (saved / ".git/refs/lineage").write_bytes(b"in the way")

    manifest = ran(saved, site, TURNED)

    (problem,) = problems(manifest)
    start = f"{ORDER}; what ran is not kept: no snapshot of the code could be made: "
    assert problem.detail.startswith(start)
    assert (str(saved) in problem.detail, manifest.code.commit) == (False, manifest.code.base)


def test_what_is_kept_is_a_notebook() -> None:
    document = json.loads(as_notebook(CELLS))
    assert ["".join(cell["source"]) for cell in document["cells"]] == [*CELLS]
