"""The default target of a CI job: what a pull request can bring is read, not executed."""

import json
from pathlib import Path

import pytest

from tests.support.projects import MANIFEST, MODEL, copy, python_of, run_lineage, script
from tests.support.recording import recorded


@pytest.fixture
def captured(project: Path, environment: Path) -> Path:
    """With an environment in the checkout whose interpreter would tell that it was started."""
    recorded(project, environment)
    copy(environment, project / ".venv")
    python_of(project / ".venv").unlink()
    script(python_of(project / ".venv"), f"touch '{project.parent}/started'", f"exec '{python_of(environment)}' \"$@\"")
    return project


def seen(root: Path, *arguments: str, **env: str) -> tuple[tuple[str, bool], str, bool]:
    """((kind of the target, whether the report says that it was executed), stderr, whether it was)."""
    mark = root.parent / "started"
    mark.unlink(missing_ok=True)
    ended = run_lineage("verify", MANIFEST, "--format", "json", *arguments, cwd=root, env=env)
    target = json.loads(ended.stdout)["target"]
    return (target["kind"], target["executed"]), ended.stderr, mark.exists()


def test_in_a_ci_job_it_is_read_as_files_and_the_report_says_so(captured: Path) -> None:
    words = "is read as files, not executed, as it lies in the checkout of a CI job: python:PATH executes one"
    for value in ("true", "1", "woodpecker"):
        assert seen(captured, CI=value) == (("dir", False), f"dir:{captured}/.venv {words}\n", False)
    for value in ("", "false", "0"):
        assert seen(captured, CI=value) == (("python", True), "", True)


def test_so_is_one_that_a_variable_or_a_link_leads_to(captured: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(captured / ".venv")
    (captured / "bin").symlink_to(".venv/bin")
    assert seen(captured, CI="1", VIRTUAL_ENV=str(tmp_path / "linked"))[::2] == (("dir", False), False)
    (captured / ".venv").rename(captured / "env")
    (captured / "bin").unlink()
    assert seen(captured, CI="1", VIRTUAL_ENV=str(captured / "env"))[::2] == (("dir", False), False)


def test_what_is_named_or_lies_elsewhere_is_executed(captured: Path, environment: Path) -> None:
    assert seen(captured, "--against", f"python:{python_of(captured / '.venv')}", CI="1")[::2] == (
        ("python", True),
        True,
    )
    (captured / ".venv").rename(captured.parent / "elsewhere")
    assert seen(captured, CI="1", VIRTUAL_ENV=str(environment))[::2] == (("python", True), False)


def test_a_capture_reads_it_too(captured: Path) -> None:
    ended = run_lineage("capture", MODEL, "-o", "models/other.lineage.toml", cwd=captured, env={"CI": "true"})

    assert ended.code == 0
    assert ended.stderr.startswith(f"environment: dir:{captured}/.venv\ndir:{captured}/.venv is read as files")
    assert not (captured.parent / "started").exists()
