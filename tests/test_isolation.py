"""Tests see nothing of the user: no home, no git settings, no active environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.code.ci_build import PROVIDERS, read_builds
from tests.support import projects


def test_home_is_an_empty_directory_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Path.home()

    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert not (home / ".gitconfig").exists()
    assert not (home / ".local").exists()


def test_git_reads_no_configuration_but_the_repository_s_own(tmp_path: Path) -> None:
    root = projects.make_repository(tmp_path / "project")

    shown = projects.git(root, "config", "--show-scope", "--list")

    assert {line.partition("\t")[0] for line in shown.splitlines()} == {"local"}
    assert projects.git(root, "log", "--format=%an <%ae> %aI %cI") == (
        "Ada <ada@example.org> 2026-11-20T21:33:05+00:00 2026-11-20T21:33:05+00:00"
    )


def test_one_state_has_one_commit(tmp_path: Path) -> None:
    first = projects.git(projects.make_repository(tmp_path / "first"), "rev-parse", "HEAD")

    assert projects.git(projects.make_repository(tmp_path / "second"), "rev-parse", "HEAD") == first


def test_no_variable_of_the_user_is_left() -> None:
    scrubbed = ("GIT_", "DVC_", "CONDA_", "PIP_", "UV_", "XDG_", "VIRTUAL_ENV", "PYTHONPATH")

    assert sorted(name for name in os.environ if name.startswith(scrubbed)) == [
        "DVC_NO_ANALYTICS",
        "DVC_SITE_CACHE_DIR",
        "GIT_AUTHOR_DATE",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_DATE",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
    ]
    assert read_builds(os.environ) == ()
    assert [
        name for one in PROVIDERS for name in (one.mark, one.commit, *one.remote, one.directory) if name in os.environ
    ] == []


def test_a_child_finds_the_package_under_test(tmp_path: Path) -> None:
    question = "import lineage; print(lineage.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", question],
        cwd=tmp_path,
        env=projects.surroundings(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(done.stdout.strip()) == projects.SOURCE / "lineage" / "__init__.py"
