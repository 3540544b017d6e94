"""Environments as tools make them, of every Python that is here: each serves what was made in it, or in one like it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.portable.policy import Policy
from lineage.targets.interpreter import InterpreterSource
from tests.support import projects
from tests.support.projects import interpreters, python_of, site_packages, write
from tests.support.recording import unknowns
from tests.support.shadows import dist, make_model, report_on, said, source_of

BESIDE = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
TOOLS = {name: shutil.which(name, path=BESIDE) for name in ("uv", "virtualenv")}
PYTHONS = {version: python for version, python in interpreters().items() if version != "2.7"}
MAKERS = ("venv", "seeded", "shared", "virtualenv", "uv", "conda")
TRAIN = b"import alpha, space.one, pip, setuptools, pkg_resources, wheel\n"


def make(maker: str, version: str, path: Path) -> Path:
    """An environment; skips where the tool is not here, or is too new for the Python."""
    python = PYTHONS[version]
    words = {
        "venv": (python, "-m", "venv", "--without-pip"),
        "seeded": (python, "-m", "venv"),
        "shared": (python, "-m", "venv", "--system-site-packages", "--without-pip"),
        "virtualenv": (TOOLS["virtualenv"], "--no-download", "--python", python),
        "uv": (TOOLS["uv"], "venv", "--offline", "--python", python),
        "conda": (python, "-m", "venv", "--copies", "--without-pip"),
    }[maker]
    if words[0] is None:
        pytest.skip(f"{maker} is not installed")
    command = [*filter(None, words), str(path)]
    made = subprocess.run(command, env=projects.surroundings(), capture_output=True, text=True)
    if made.returncode and maker in TOOLS:
        pytest.skip(f"{maker} cannot make one: {made.stderr[-200:]}")
    made.check_returncode()
    site = site_packages(path)
    dist(site, "alpha", {"alpha/__init__.py": b"import random\n"})
    for name in ("one", "two"):
        dist(site, f"space-{name}", {f"space/{name}/__init__.py": b""})
    if maker == "conda":
        write(path, {"conda-meta/history": b"", "conda-meta/zlib-1.3-0.json": b'{"name": "zlib", "version": "1.3", '
                     b'"build": "0", "channel": "conda-forge", "files": []}'})  # fmt: skip
    return path


@pytest.mark.slow
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("version", PYTHONS)
def test_nothing_is_said_of_what_was_made_alike(version: str, maker: str, tmp_path: Path) -> None:
    first, second = (make(maker, version, tmp_path / name) for name in ("first", "second"))
    stored = make_model(tmp_path / "model", first, TRAIN)
    names = ("wandb", "mlflow", "datasets", "alpha")
    data = {f"{name}/{path}": b"" for name in names for path in ("a.log", "run/b.py")}
    write(tmp_path / "work", data)

    sources = [
        *(source_of(kind, one) for kind in ("python", "dir") for one in (first, second)),
        InterpreterSource(str(python_of(second)), env={**os.environ, "PYTHONPATH": str(tmp_path / "work")}),
    ]
    # What a base has for itself, only who looks after it can accept.
    accepted = ("startup:*",) if maker == "shared" else ()
    policy = Policy(verify=Policy().verify._replace(accept_unknown=accepted))
    reports = [report_on(stored, one, policy) for one in sources]

    shadows = [[each for each in said(one) if not each.startswith("unknown startup:")] for one in reports]
    told = [(one.verdict, shadowed, unknowns(one)) for one, shadowed in zip(reports, shadows, strict=True)]
    assert told == [("pass", [], ())] * 5
