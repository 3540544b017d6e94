"""What a command imports: a gate runs in every pipeline, and pays for nothing it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.checked import TRAIN, manifest, repository
from tests.support.gitrepos import git
from tests.support.hooked import staged
from tests.support.projects import MANIFEST, command_line, python_of
from tests.support.recording import recorded

HEAVY = {"git", "gitdb", "dvc", "piptools", "pip", "tomlkit", "ruamel", "yaml", "packaging", "importlib.metadata"}


def imported(*arguments: str | Path, cwd: Path) -> set[str]:
    """Every module that a command of ours imports, beyond those of a bare interpreter."""
    python, *rest = command_line(*arguments)
    bare = _times([python, "-X", "importtime", "-P", "-c", "import runpy"], cwd)
    return _times([python, "-X", "importtime", *rest], cwd) - bare


def _times(command: list[str], cwd: Path) -> set[str]:
    done = subprocess.run(command, cwd=cwd, env=projects.undisturbed(), capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.fixture
def captured(project: Path, environment: Path) -> Path:
    recorded(project, environment)
    return project


def test_the_gate_imports_nothing_heavy(captured: Path, environment: Path) -> None:
    found = imported("verify", MANIFEST, "--against", f"python:{python_of(environment)}", cwd=captured)

    assert "lineage.verifying.verify" in found
    assert "lineage.weights.measure" in found
    assert {name for name in found if name in HEAVY or name.partition(".")[0] in HEAVY} == set()
    assert {name for name in found if name.startswith("lineage.report.")} == {
        "lineage.report.formats",
        "lineage.report.printable",
        "lineage.report.text",
    }


def test_help_imports_the_command_line_only(tmp_path: Path) -> None:
    found = imported("--help", cwd=tmp_path)

    assert {name for name in found if name.partition(".")[0] == "lineage"} == {
        "lineage",
        "lineage.cli",
        "lineage.cli.exits",
        "lineage.cli.group",
        "lineage.cli.main",
        "lineage.errors",
        "lineage.system",
        "lineage.system.streams",
        "lineage.system.surroundings",
    }
    assert {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"encodings"} == {"click", "lineage"}


def test_a_hook_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    lock = b'version = 1\n\n[[package]]\nname = "numpy"\nversion = "1.26.4"\nsource = { registry = "." }\n'
    model = manifest("models/fraud", {"uv.lock": lock}, {"train.py": TRAIN})
    root = repository(tmp_path / "fraud", model, files={"uv.lock": lock, "train.py": TRAIN})
    staged(root, {"uv.lock": lock.replace(b"1.26.4", b"2.0.1")})

    found = imported("hook", "run", "--since", git(root, "rev-parse", "HEAD"), "pre-commit", cwd=root)
    assert "lineage.dependencies.lock_rows" in found
    unneeded = {"click", "logging", "lineage.checking.resolver", "lineage.cli.emit", "lineage.report.text"}
    assert {name for name in found if name in HEAVY | unneeded or name.partition(".")[0] in HEAVY} == set()


@pytest.mark.parametrize("command", ["init", "capture", "show", "verify", "diff", "import", "log", "retrain"])
def test_help_of_a_command_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    found = imported(command, "--help", cwd=tmp_path)

    light = HEAVY if command not in ("capture", "log", "retrain") else HEAVY - {"git", "gitdb", "packaging"}
    assert {name for name in found if name.partition(".")[0] in light} == set()
