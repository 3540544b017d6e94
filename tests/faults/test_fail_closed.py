"""Fail closed: whatever an input of ``verify`` and ``diff`` is turned into, a good answer never comes out."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from lineage.cli.group import group
from lineage.cli.main import guarded
from lineage.guest import probe
from lineage.model.manifest import freeze
from tests.support import projects
from tests.support.cells import (
    DIR,
    FRAUDLIB,
    INFOS,
    LOCK,
    PARTS,
    POLICY,
    PYTHON,
    STATES,
    VERIFY,
    Cell,
    Edit,
    at,
    changed,
    manifest_cells,
    manifest_with,
    package_cells,
    policy_cells,
)
from tests.support.documents import KeyPath
from tests.support.projects import MANIFEST, MODEL, python_of, run_lineage, script, site_packages
from tests.support.recording import recorded


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything as it should be."""
    base = tmp_path_factory.mktemp("good")
    env = projects.make_environment(base / "env")
    projects.install(site_packages(env), "fraudlib", "0.3", direct_url=FRAUDLIB)
    files = {**projects.FILES, "features.py": b"import fraudlib\nimport joblib\nimport numpy\n"}
    root = projects.make_repository(base / "fraud", files)
    labels, values = freeze({"line": "A"}), freeze({"depth": 3})
    recorded(root, env, labels=labels, params=values, metrics=values)
    (base / "policy.toml").write_text(POLICY)
    (base / "requirements.txt").write_text(LOCK)
    subprocess.run([python_of(env), "-B", probe.__file__, base / "answer"], check=True)
    projects.commit(root)
    return base


def arrange(cell: Cell, good: Path, base: Path) -> None:
    """Everything good, then the cell's own edit."""
    base.mkdir()
    for name in ("fraud", "env"):
        projects.copy(good / name, base / name)
    for name in ("policy.toml", "requirements.txt", "answer"):
        shutil.copy(good / name, base / name)
    script(base / "program", f'cat "{base}/answer" > "$3"')
    cell.edit(base)


def ended(cell: Cell, good: Path, base: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    arrange(cell, good, base)
    with chdir(base / "fraud"):
        arguments = list(cell.arguments)
        code = guarded(lambda: group.main(args=arguments, prog_name="lineage", standalone_mode=False))
    told = capsys.readouterr()
    return code, told.out + told.err


def run_all(
    cells: list[Cell], good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> list[tuple[str, tuple[str, ...], int, str]]:
    """What is not as it has to be; each cell begins with everything good."""
    wrong = []
    for i, cell in enumerate(cells):
        base = tmp_path / str(i)
        code, told = ended(cell, good, base, capsys)
        if code not in (1, 2, 3) or cell.names not in told:
            wrong.append((cell.name, cell.arguments, code, told))
        shutil.rmtree(base)
    return wrong


LARGE = (manifest_cells, package_cells, policy_cells)
"""The fast run takes every third cell of these."""


@pytest.mark.parametrize(
    ("part", "every"),
    [
        *(pytest.param(part, 3 if part in LARGE else 1, id=part.__name__) for part in PARTS),
        *(pytest.param(part, 1, id=f"all {part.__name__}", marks=pytest.mark.slow) for part in LARGE),
    ],
)
def test_no_cell_ends_well(
    part: Callable[[Path], Iterator[Cell]], every: int, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = list(part(good))[::every]
    assert cells != []

    assert run_all(cells, good, tmp_path, capsys) == []


def test_a_sample_as_child_processes(good: Path, tmp_path: Path) -> None:
    cells = [cell for part in PARTS for cell in part(good)][::60]
    for i, cell in enumerate(cells):
        base = tmp_path / str(i)
        arrange(cell, good, base)
        told = run_lineage(*cell.arguments, cwd=base / "fraud")
        assert told.code in (1, 2, 3), cell
        assert cell.names in told.stdout + told.stderr, cell
        assert "Traceback" not in told.stderr

    assert len(cells) >= 5


def test_there_are_enough_cells(good: Path) -> None:
    cells = [(cell.name, cell.arguments) for part in PARTS for cell in part(good)]

    assert len(set(cells)) >= 300


def nothing(base: Path) -> None:
    """As it was."""


def unless_rewritten(path: KeyPath) -> Edit:
    return lambda base: manifest_with(base, path, honest=False)


def harmless_cells(base: Path) -> Iterator[Cell]:
    """What is allowed to change: each ends well, and so does everything that no cell has touched."""
    verify = (*VERIFY, *DIR)
    lock = ("--against", "lock:../requirements.txt", "--policy", "../policy.toml")
    every = [(*verify, "--policy", "../policy.toml"), ("diff", MANIFEST, "dir:../env"), (*VERIFY, *PYTHON)]
    every += [(*verify, "--weights", MODEL), ("verify", f"HEAD:{MANIFEST}", *DIR), (*VERIFY, *lock)]
    for arguments in (verify, *every, (*VERIFY, "--against", "python:../program")):
        yield Cell("nothing", arguments, nothing, "")
    for key in ("tool", "labels"):
        yield Cell(f"{key} absent", verify, unless_rewritten((key,)), "pass")
    newer = at(f"fraud/{MANIFEST}", changed(lambda text: text.replace(b'line = "A"', b'line = "B"\nowner = "ada"')))
    yield Cell("other labels", verify, newer, "pass")
    yield Cell("a newer minor schema", verify, lambda b: manifest_with(b, ("schema",), "1.9"), "pass")
    site = site_packages(base / "env").relative_to(base).as_posix()
    for info in INFOS:
        for state in ("absent", "empty", "unreadable", "not text"):
            if state != "unreadable":
                place = at(f"{site}/{info}.dist-info/INSTALLER", STATES[state])
                yield Cell(f"{info} INSTALLER {state}", verify, place, "pass")
                lost = at(f"{site}/{info}.dist-info/WHEEL", STATES[state])
                yield Cell(f"{info} WHEEL {state}", verify, lost, "pass")


def test_what_is_harmless_ends_well(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for i, cell in enumerate(harmless_cells(good)):
        code, text = ended(cell, good, tmp_path / str(i), capsys)
        if code != 0:
            told.append((cell.name, cell.arguments, code, text))

    assert told == []
