"""The ground of the proofs: what is brought over is there, what is taken away is gone."""

from pathlib import Path

import pytest

from tests.programs.environments import closure, fresh_environment, installed, put, take
from tests.support import projects


@pytest.fixture
def source(tmp_path: Path) -> Path:
    environment = projects.make_environment(tmp_path / "source", packages=("numpy", "joblib"))
    site = projects.site_packages(environment)
    projects.install(site, "Deep.Learn", "1.0", module="deep", requires=("NumPy>=1", "joblib; extra == 'all'"))
    return environment


def _files(environment: Path) -> list[str]:
    site = projects.site_packages(environment)
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*"))


def test_the_closure_follows_what_is_required_without_extras(source: Path) -> None:
    placed = installed(source)
    assert sorted(placed) == ["deep-learn", "joblib", "numpy"]
    assert closure(["deep-learn"], placed) == {"deep-learn", "numpy"}


def test_a_fresh_environment_holds_what_is_asked_for_alone(source: Path, tmp_path: Path) -> None:
    fresh = fresh_environment(tmp_path / "fresh", source, ["deep-learn", "numpy"])
    expected = [path for path in _files(source) if not path.startswith("joblib")]
    assert _files(fresh) == expected
    assert sorted(installed(fresh)) == ["deep-learn", "numpy"]


def test_what_is_taken_away_leaves_nothing_and_can_be_brought_back(source: Path, tmp_path: Path) -> None:
    fresh = fresh_environment(tmp_path / "fresh", source, ["joblib", "numpy"])
    before, numpy = _files(fresh), installed(source)["numpy"]
    take(fresh, numpy)
    assert _files(fresh) == [path for path in before if not path.startswith("numpy")]
    assert [path for path in _files(source) if path.startswith("numpy")]
    put(fresh, source, numpy)
    assert _files(fresh) == before
