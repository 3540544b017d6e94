"""A module that is on ``sys.path`` and of no installed distribution is told so, and unknown wherever it serves."""

from pathlib import Path

import pytest

from lineage.capturing.use.bare_modules import told_bare
from lineage.portable.environment import Problem
from lineage.targets.directory import DirectorySource
from tests.support import projects
from tests.support.projects import site_packages, write

ASKED = Problem("use.module-not-found", "module:bare", "imported by train.py:1, provided by no installed distribution")
OTHER = Problem("weights.module-not-found", "module:bare", "named in the weights")


def told(environment: Path, root: Path) -> tuple[str, str]:
    """(code, detail) of what was asked; the other problem stays as it is."""
    asked, other = told_bare([ASKED, OTHER], DirectorySource(str(environment)).examine(), str(root))
    assert other == OTHER
    return asked.code, asked.detail


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    return projects.make_environment(tmp_path / "fraud/.venv", packages=())


def test_its_file_is_named(environment: Path, tmp_path: Path) -> None:
    write(site_packages(environment), {"bare/__init__.py": b""})

    assert told(environment, tmp_path / "fraud") == (
        "use.module-without-metadata",
        "imported by train.py:1; bare/__init__.py is there, and no installed distribution has it",
    )


def test_where_nothing_is_there_it_is_only_not_found(environment: Path, tmp_path: Path) -> None:
    (site_packages(environment) / "bare").mkdir()  # a directory for data

    assert told(environment, tmp_path / "fraud") == (ASKED.code, ASKED.detail)


def test_code_of_the_repository_is_told_as_code(environment: Path, tmp_path: Path) -> None:
    write(tmp_path / "fraud/lib", {"bare.py": b""})
    (site_packages(environment) / "x.pth").write_text(f"{tmp_path}/fraud/lib\n")

    assert told(environment, tmp_path / "fraud") == (ASKED.code, ASKED.detail)
    assert told(environment, tmp_path / "other")[0] == "use.module-without-metadata"


def test_what_cannot_be_looked_at_is_unknown(environment: Path, tmp_path: Path) -> None:
    (site_packages(environment) / "bare.py").symlink_to("bare.py")

    assert told(environment, tmp_path) == (
        "use.module-without-metadata",
        "imported by train.py:1; which file that takes cannot be told: too many links",
    )
